"""What apply and close say of a run when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.errors.applying import AlreadyApplied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hffix.reports.messages import Messages
    from hffix.workflow.apply import Applied

_VERDICTS: Final = {
    "done": "Run {run} applied {applied} of {leaves:row|rows}.",
    "skipped": "Run {run} applied {applied} of {leaves:row|rows}; {conflicts} changed since the plan and stay.",
    "paused": "Run {run} stopped at a chunk's edge: {decided} of {leaves:row|rows} are committed.",
    "stopped": "Run {run} stopped: {decided} of {leaves:row|rows} are committed.",
    "closed": "Run {run} closed: {leaves} planned = {applied} applied + {conflicts} conflicts + {left} left.",
}
# A change set with cases has lines that are no rows: their questions.
_WITH_QUESTIONS: Final = {
    "done": "Run {run} applied {applied} of {rows:row|rows}.",
    "skipped": "Run {run} applied {applied} of {rows:row|rows}; the cases of {others} changed since the plan and stay.",
    "paused": "Run {run} stopped at a chunk's edge: {decided} of {leaves:line|lines} are committed.",
    "stopped": "Run {run} stopped: {decided} of {leaves:line|lines} are committed.",
    "closed": (
        "Run {run} closed: {leaves} planned = {applied} applied + {held} held + {conflicts} conflicts + {left} left."
    ),
}


def applied_answer(applied: Applied, *, say: Messages, width: int) -> Answer:
    """Say where a run stands when apply ends."""
    if isinstance(applied.problem, AlreadyApplied):
        verdict = say(
            "Change set {id} was used by run {run} already. Nothing was written.",
            id=applied.change_set.id, run=str(applied.run),
        )  # fmt: skip
    else:
        verdict = _verdict(applied, say=say)
    good = applied.problem is None or applied.problem.status == AlreadyApplied.status
    written = page(
        verdict,
        say=say,
        width=width,
        mark=GOOD if good else LOOK,
        facts=list(_facts(applied, say=say)),
        after=f"hffix verify {applied.run} --data" if applied.problem is None else None,
    )
    return Answer(page=written, data=applied_data(applied), problem=applied.problem)


def closed_answer(applied: Applied, *, say: Messages, width: int) -> Answer:
    """Say what a closed run comes to."""
    left = applied.leaves - applied.decided
    lines = [f"  {say.word('What is left needs a new plan.')}"] if left else []
    written = page(
        _verdict(applied, say=say),
        say=say,
        width=width,
        facts=list(_facts(applied, say=say)),
        lines=lines,
        after=f"hffix verify {applied.run} --data",
    )
    return Answer(page=written, data=applied_data(applied), problem=applied.problem)


def applied_data(applied: Applied) -> dict[str, object]:
    """Give where a run stands for a program."""
    return {
        "change_set": applied.change_set.id,
        "digest": applied.change_set.digest,
        "run": applied.run,
        "state": applied.state,
        "applied": applied.applied,
        "held": applied.held,
        "conflicts": applied.conflicts,
        "decided": applied.decided,
        "leaves": applied.leaves,
        "left": applied.leaves - applied.decided,
        "head": applied.head,
        "receipt": applied.receipt,
    }


def _verdict(applied: Applied, *, say: Messages) -> str:
    asks = applied.change_set.manifest.counts.asks
    rows = applied.leaves - asks
    return say(
        (_WITH_QUESTIONS if asks else _VERDICTS)[
            "skipped" if applied.state == "done" and applied.conflicts else applied.state
        ],
        run=str(applied.run), applied=applied.applied, held=applied.held, conflicts=applied.conflicts,
        decided=applied.decided, leaves=applied.leaves, left=applied.leaves - applied.decided, rows=rows,
        others=rows - applied.applied,
    )  # fmt: skip


def _facts(applied: Applied, *, say: Messages) -> Iterator[tuple[str, str]]:
    if applied.checked:
        yield "checked", say.word(", ").join(applied.checked)
    asks = applied.change_set.manifest.counts.asks
    if asks and applied.decided:
        text = "{held} of {asks:question|questions} had the same answer"
        yield "cases", say(text, held=applied.held, asks=asks)
    if applied.applied:
        yield "backup", f"backups/{applied.run}"
    if applied.receipt is not None:
        yield "receipt", applied.receipt
    yield "head", applied.head
