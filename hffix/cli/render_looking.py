"""What runs and verify say."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from msgspec import to_builtins

from hffix.cli.answer import Answer
from hffix.cli.page import BAD, GOOD, page
from hffix.errors import HffixError
from hffix.errors.evidence import VerificationFailed
from hffix.reports.safe import safe
from hffix.reports.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hffix.model.receipt import Receipt
    from hffix.reports.messages import Messages
    from hffix.workflow.audited import Told
    from hffix.workflow.export import Exported
    from hffix.workflow.runs import RunFacts
    from hffix.workflow.verify import Problem, Verified

_RECORD: Final = re.compile(r"record ([0-9]+)")
EVENT_HEADINGS: Final = ("time", "who", "command", "about", "outcome")
HEADINGS: Final = ("run", "change set", "fix", "state", "applied", "conflicts", "left", "opened", "operator")


def runs_answer(runs: Sequence[RunFacts], *, target: str, say: Messages, width: int) -> Answer:
    """List runs."""
    rows = [
        (str(run.run), run.change_set, run.fix, say.word(run.state), run.applied, run.conflicts, run.left,
         run.opened[:10], run.operator)
        for run in runs
    ]  # fmt: skip
    lines = [table([say.word(heading) for heading in HEADINGS], rows=rows, width=width)] if rows else []
    verdict = say("{count:run|runs} on {target}", count=len(runs), target=safe(target))
    opened = [run for run in runs if run.closed is None]
    data = {"target": target, "runs": [asdict(run) for run in runs]}
    written = page(verdict, say=say, width=width, lines=lines, after=_after(runs, opened))
    return Answer(page=written, data=data)


def _after(runs: Sequence[RunFacts], opened: Sequence[RunFacts]) -> str:
    """Name the command that comes next: what is open is finished, and conflicts are looked at."""
    if opened:
        return f"hffix apply {opened[0].change_set}"
    if not runs:
        return "hffix list"
    return f"hffix status {runs[-1].change_set}" if runs[-1].conflicts else f"hffix verify {runs[-1].run}"


def events_answer(events: Sequence[Told], *, target: str, say: Messages, width: int) -> Answer:
    """List events: those in the target, and those that this project's file holds."""
    rows = [
        (one.event.time[:19].replace("T", " "), f"{safe(one.event.person or '')} @ {safe(one.event.host)}",
         one.event.command, one.event.subject or "", one.event.outcome)
        for one in events
    ]  # fmt: skip
    lines = [table([say.word(heading) for heading in EVENT_HEADINGS], rows=rows, width=width)] if rows else []
    verdict = say("{count:event|events} on {target} and in this project", count=len(events), target=safe(target))
    data = {"target": target, "events": [{**to_builtins(one.event), "place": one.place} for one in events]}
    return Answer(page=page(verdict, say=say, width=width, lines=lines, after="hffix runs"), data=data)


def verified_answer(
    verified: Verified,
    *,
    run: int | None,
    say: Messages,
    width: int,
    exported: Exported | None = None,
    signed: Receipt | HffixError | None = None,
) -> Answer:
    """Say whether the record is whole, and name every contradiction."""
    problems = [{"code": one.code, "where": one.where, "message": one.message} for one in verified.problems]
    counts = {"runs": verified.runs, "records": verified.records, "rows": verified.rows}
    if verified.ok:
        text = "The record is whole: {runs:run|runs}, {records:record|records}, {rows:row|rows}."
    else:
        text = "The record contradicts itself in {problems:place|places}: {runs:run|runs}, {rows:row|rows} were read."
    verdict = say(text, problems=len(problems), **counts)
    lines = [f"  {safe(text, longest=1000)}" for text in _folded(verified.problems)]
    lines += [f"  {say.word('note')}: {safe(say.word(note), longest=1000)}" for note in verified.notes]
    receipt = None if signed is None or isinstance(signed, HffixError) else signed.name
    refused = signed if isinstance(signed, HffixError) else None
    failed = refused if verified.ok else VerificationFailed(f"{len(problems)} contradictions were found")
    written = page(
        verdict,
        say=say,
        width=width,
        mark=GOOD if verified.ok else BAD,
        lines=lines,
        facts=[*_facts(verified, say=say), *_signed(receipt), *_exported(exported, say=say)],
        after="hffix runs" if verified.ok else None,
    )
    data = {
        "ok": verified.ok,
        "run": run,
        **counts,
        "problems": problems,
        "notes": list(verified.notes),
        "head": verified.head,
        "live": asdict(verified.live) if verified.live else None,
        "witnesses": list(verified.witnesses),
        "receipt": receipt,
        "export": str(exported.folder) if exported else None,
    }
    return Answer(page=written, data=data, problem=failed)


def _signed(receipt: str | None) -> Iterator[tuple[str, str]]:
    if receipt is not None:
        yield "signed", safe(f"{receipt} + .sig")


def _exported(exported: Exported | None, *, say: Messages) -> Iterator[tuple[str, str]]:
    if exported is not None:
        text = "{files:file|files} with {rows:row|rows} in {folder}; it holds personal data"
        yield "export", say(text, files=exported.files, rows=exported.rows, folder=safe(str(exported.folder)))
        if exported.unreadable:
            yield "", say("{count:file|files} could not be read whole", count=len(exported.unreadable))


def _folded(problems: Sequence[Problem]) -> Iterator[str]:
    """Write one line a problem; the same of records that follow each other is one line for all of them."""
    folded: list[tuple[str, str, int | None, int | None, str]] = []
    for one in problems:
        found = _RECORD.fullmatch(one.where)
        number = int(found[1]) if found else None
        if folded and number is not None:
            code, where, first, last, message = folded[-1]
            if last is not None and (code, last + 1, message) == (one.code, number, one.message):
                folded[-1] = code, where, first, number, message
                continue
        folded.append((one.code, one.where, number, number, one.message))
    for code, where, first, last, message in folded:
        place = where if first == last else f"records {first}–{last}"
        yield f"{code} {place}: {message}"


def _facts(verified: Verified, *, say: Messages) -> Iterator[tuple[str, str]]:
    if verified.live is not None:
        text = "{holding:row holds|rows hold} our value; {changed} changed since, not by hffix"
        yield "live data", say(text, holding=verified.live.holding, changed=verified.live.changed)
        if verified.live.superseded:
            text = "{superseded:row was|rows were} written again or taken back by a later run of hffix"
            yield "", say(text, superseded=verified.live.superseded)
    if len(verified.witnesses) > 1:
        first, *others = map(safe, verified.witnesses)
        text = "signed by {person}, countersigned by {others}"
        yield "receipt", say(text, person=first, others=", ".join(others))
    if verified.head:
        yield "head", verified.head
