"""What list says."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.reports.safe import safe
from hffix.reports.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hffix.reports.messages import Messages
    from hffix.workflow.listing import ListedFix, Listing

HEADINGS: Final = ("fix", "title", "change set", "state", "run")
_AFTER: Final = {"approved": "hffix apply {id}", "open": "hffix apply {id}", "unapproved": "hffix show {id}"}


def listing_answer(listing: Listing, *, target: str, say: Messages, width: int) -> Answer:
    """List fixes."""
    fixes = listing.fixes
    rows = [(one.id, one.title, one.change_set, say.word(one.state) if one.state else None, one.run) for one in fixes]
    lines = [table([say.word(heading) for heading in HEADINGS], rows=rows, width=width)] if rows else []
    if not listing.reached:
        unknown = say.word("The target has no change log, or is out of reach: what was applied is not known.")
        lines.append(f"  {unknown}")
    verdict = say("{count:fix|fixes} on {target}", count=len(fixes), target=safe(target))
    data = [{"fix": one.id, **{name: value for name, value in asdict(one).items() if name != "id"}} for one in fixes]
    return Answer(
        page=page(verdict, say=say, width=width, lines=lines, after=_after(fixes)),
        data={"target": target, "reached": listing.reached, "fixes": data},
    )


def _after(fixes: Sequence[ListedFix]) -> str:
    """Name the command that comes next: what is under way first, then the first fix that was never planned."""
    if not fixes:
        return "hffix new NAME -m TITLE"
    waiting = next((one for one in fixes if one.state in _AFTER), None)
    unplanned = next((one for one in fixes if one.change_set is None), None)
    if unplanned is not None and (waiting is None or unplanned.number < waiting.number):
        return f"hffix plan {unplanned.id}"
    return _AFTER[str(waiting.state)].format(id=waiting.change_set) if waiting else "hffix status"
