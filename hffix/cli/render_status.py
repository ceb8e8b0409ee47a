"""Where change sets stand: one in full, many in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.cli.render_signed import as_facts
from hffix.reports.review import COVERED, STATES
from hffix.reports.safe import safe
from hffix.reports.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hffix.reports.messages import Messages
    from hffix.workflow.status import Status

_AFTER: Final = {
    "approved": "hffix apply {id}",
    "open": "hffix apply {id}",
    "unapproved": "hffix approve {id}",
    "empty": "hffix show {id} --only unresolved",
    "revoked": "hffix show {id}",
}
HEADINGS: Final = ("change set", "fix", "target", "rows", "state", "run")


def status_answer(status: Status, *, say: Messages, width: int) -> Answer:
    """Say where one change set stands."""
    manifest, drifted = status.change_set.manifest, bool(status.drifted)
    verdict = say(
        "Change set {id} of {fix} on {target}: {state}",
        id=status.change_set.id, fix=safe(manifest.fix.id), target=safe(manifest.target.name),
        state=say.word(state_in_words(status.state)),
    )  # fmt: skip
    if status.covered_by is not None:
        verdict = say(COVERED, run=str(status.covered_by), id=status.change_set.id)
    mark = LOOK if drifted or status.state in {"revoked", "open"} else GOOD
    after = after_of(status)
    facts = list(_facts(status, say=say))
    return Answer(
        page=page(verdict, say=say, width=width, mark=mark, facts=facts, after=after), data=status_data(status)
    )


def overview_answer(told: Sequence[Status], *, damaged: Sequence[str] = (), say: Messages, width: int) -> Answer:
    """List where change sets stand, and name those that are damaged."""
    rows = [
        (one.change_set.id, one.change_set.manifest.fix.id, one.change_set.manifest.target.name,
         one.change_set.manifest.counts.changed, say.word(one.state), one.run)
        for one in told
    ]  # fmt: skip
    lines = [table([say.word(heading) for heading in HEADINGS], rows=rows, width=width)] if rows else []
    after = after_of(told[-1]) if told else "hffix plan FIX"
    verdict = say("{count:change set|change sets}", count=len(told))
    if damaged:
        text = "{count:damaged change set|damaged change sets}: {ids}"
        lines.append(say(text, count=len(damaged), ids=", ".join(damaged)))
    written = page(verdict, say=say, width=width, mark=LOOK if damaged else GOOD, lines=lines, after=after)
    return Answer(page=written, data={"results": [status_data(one) for one in told], "damaged": list(damaged)})


def state_in_words(state: str) -> str:
    """Say a state in a sentence."""
    return STATES.get(state, "Nothing changes." if state == "empty" else state)


def after_of(status: Status) -> str:
    """Name the command that comes next."""
    if status.run is not None and status.state not in _AFTER:
        return f"hffix verify {status.run}"
    state = "approved" if status.covered_by is not None else status.state
    return _AFTER.get(state, "hffix runs").format(id=status.change_set.id)


def status_data(status: Status) -> dict[str, object]:
    """Give where a change set stands for a program."""
    manifest = status.change_set.manifest
    return {
        "change_set": status.change_set.id,
        "digest": status.change_set.digest,
        "fix": manifest.fix.id,
        "target": manifest.target.name,
        "state": status.state,
        "approvals": list(status.quorum_parts),
        "lacking": list(status.lacking),
        "ignored": [as_facts(one) for one in status.ignored],
        "covered_by": status.covered_by,
        "run": status.run,
        "decided": status.decided,
        "leaves": status.leaves,
        "fresh": status.fresh,
        "drifted": status.drifted,
        "drifted_rows": [{"table": name, "key": key} for name, key in status.drifted_rows],
        "conflict_rows": [{"table": name, "key": key} for name, key in status.conflict_rows],
    }


def _facts(status: Status, *, say: Messages) -> Iterator[tuple[str, str]]:
    label = "approvals"
    for part in status.quorum_parts:
        yield label, safe(part)
        label = ""
    label = "ignored"
    for one in status.ignored:
        yield label, safe(f"{one.file}: {one.objection}")
        label = ""
    if status.run is not None:
        text = "run {run}: {decided} of {leaves:line|lines} decided"
        yield "progress", say(text, run=str(status.run), decided=status.decided, leaves=status.leaves)
    if status.fresh is not None:
        text = "{fresh:row is|rows are} as planned, {drifted} changed since"
        yield "rows", say(text, fresh=status.fresh, drifted=status.drifted or 0)
    yield from _listed("changed since", status.drifted_rows)
    yield from _listed("conflicts", status.conflict_rows)


def _listed(label: str, rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Name rows, one a line, so that somebody can look at them; of many only the first are known."""
    for name, key in rows:
        yield label, safe(f"{name} {key}")
        label = ""
