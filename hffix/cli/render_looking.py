"""What runs and verify say."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import BAD, GOOD, page
from hffix.errors.evidence import VerificationFailed
from hffix.reports.safe import safe
from hffix.reports.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hffix.reports.messages import Messages
    from hffix.workflow.runs import RunFacts
    from hffix.workflow.verify import Verified

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
    after = (
        f"hffix apply {opened[0].change_set}" if opened else f"hffix verify {runs[-1].run}" if runs else "hffix list"
    )
    data = {"target": target, "runs": [asdict(run) for run in runs]}
    return Answer(page=page(verdict, say=say, width=width, lines=lines, after=after), data=data)


def verified_answer(verified: Verified, *, run: int | None, say: Messages, width: int) -> Answer:
    """Say whether the record is whole, and name every contradiction."""
    problems = [{"code": one.code, "where": one.where, "message": one.message} for one in verified.problems]
    counts = {"runs": verified.runs, "records": verified.records, "rows": verified.rows}
    if verified.ok:
        text = "The record is whole: {runs:run|runs}, {records:record|records}, {rows:row|rows}."
    else:
        text = "The record contradicts itself in {problems:place|places}: {runs:run|runs}, {rows:row|rows} were read."
    verdict = say(text, problems=len(problems), **counts)
    lines = [f"  {safe(f'{one.code} {one.where}: {one.message}', longest=1000)}" for one in verified.problems]
    lines += [f"  {say.word('note')}: {safe(note, longest=1000)}" for note in verified.notes]
    failed = None if verified.ok else VerificationFailed(f"{len(problems)} contradictions were found")
    written = page(
        verdict,
        say=say,
        width=width,
        mark=GOOD if verified.ok else BAD,
        lines=lines,
        facts=list(_facts(verified, say=say)),
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
    }
    return Answer(page=written, data=data, problem=failed)


def _facts(verified: Verified, *, say: Messages) -> Iterator[tuple[str, str]]:
    if verified.live is not None:
        text = "{holding:row holds|rows hold} our value; {changed} changed since, not by hffix"
        yield "live data", say(text, holding=verified.live.holding, changed=verified.live.changed)
    if verified.head:
        yield "head", verified.head
