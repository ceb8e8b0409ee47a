"""A review: everything that a person needs to know of a change set, ready to be written in any form."""

import re
from dataclasses import dataclass
from typing import Final

from hffix.model.acts import Act
from hffix.model.manifest import Manifest
from hffix.reports.messages import Messages
from hffix.reports.safe import safe

ID_DIGITS: Final = 12
APPROVED: Final = frozenset({"approved", "open", "paused", "stopped"})
# In these nothing was written yet, so that a smaller change set can still take this one's place.
UNUSED: Final = frozenset({"unapproved", "approved"})
ENDED: Final = frozenset({"done", "closed"})
STATES: Final = {
    "unapproved": "Not approved yet.",
    "approved": "Approved.",
    "open": "A run of it has begun.",
    "paused": "Its run is paused.",
    "stopped": "Its run has stopped.",
    "done": "Applied.",
    "closed": "Its run was closed before its end.",
    "revoked": "Revoked: it cannot be applied.",
}
COVERED: Final = "The approvals of run {run} cover change set {id} too, if it takes back nothing else: apply looks."
_LACKING: Final = re.compile(r"([0-9]{1,9})(?: (.+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row of a shape, masked and fit to be shown; an insert or a delete shows its key alone."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape of change; without a number where its place among all shapes is not known."""

    number: int | None
    table: str
    kind: str
    column: str | None
    before: str | None
    after: str | None
    rows: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for leaving rows to people, with the masked keys of some of them."""

    text: str
    rows: int
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A change set as it is reviewed: its signed facts, its shapes, and where it stands.

    `lacking` holds texts such as "1 leader" or "2 leader or auditor"; where something lacks, `covered_by` is the run
    whose approvals do all the same. `whole` says that the shapes come from the rows
    and not from the manifest; `table`, `chosen` and `only_unresolved` say what part of the change set was asked for.
    `cases` is known only where the rows were looked at; `acts` is what the database itself does to the written tables,
    None where that is not known here.
    """

    manifest: Manifest
    digest: str
    state: str
    lacking: tuple[str, ...]
    shapes: tuple[Shape, ...]
    reasons: tuple[Reason, ...]
    whole: bool
    erased: int = 0
    unmasked: bool = False
    table: str | None = None
    chosen: Shape | None = None
    only_unresolved: bool = False
    cases: int | None = None
    acts: tuple[Act, ...] | None = ()
    covered_by: int | None = None

    @property
    def id(self) -> str:
        """The first twelve digits of the digest."""
        return self.digest[:ID_DIGITS]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables with changes that were asked for."""
        return tuple(name for name in self.manifest.counts.tables if self.table in {None, name})

    @property
    def alarming(self) -> bool:
        """Say whether a person should stop and look before anything else."""
        counts = self.manifest.counts
        return bool(self.manifest.irreversible or self.erased or self.state == "revoked" or not counts.changed)


def next_command(review: Review) -> str:
    """Name the command that comes next for this change set."""
    counts, chosen = review.manifest.counts, review.chosen
    if chosen is not None:
        return f"hffix strike {review.id} --shape {chosen.number}" if _can_go(review, chosen) else _comment(review)
    if review.only_unresolved:
        return f"hffix show {review.id}"
    if review.state in ENDED:
        return "hffix runs"
    if not counts.changed and counts.unresolved:
        return f"hffix show {review.id} --only unresolved"
    if review.state == "revoked" or not counts.changed:
        return "hffix runs" if review.manifest.reverts else f"hffix plan {safe(review.manifest.fix.id)}"
    if review.covered_by is None and (review.lacking or review.state not in APPROVED):
        return f"hffix approve {review.id}"
    return f"hffix apply {review.id}"


def other_command(review: Review) -> str | None:
    """Name the command that may as well come next, where there are two: who looked at a shape may leave it in."""
    return _comment(review) if review.chosen is not None and _can_go(review, review.chosen) else None


def next_line(review: Review, *, say: Messages, quote: str = "") -> str:
    """Write the last line of a review, with its commands between quotes of some kind if any."""
    command, other = next_command(review), other_command(review)
    told = f"{quote}{command}{quote}"
    if other is not None:
        told = say("{command}   or   {other}", command=told, other=f"{quote}{other}{quote}")
    return say("Next: {command}", command=told)


def _can_go(review: Review, shape: Shape) -> bool:
    """Say whether a shape can be struck: its rows are here and not in use, and others would be left."""
    return review.whole and review.state in UNUSED and shape.rows < review.manifest.counts.changed


def _comment(review: Review) -> str:
    return f"hffix show {review.id} --format markdown"


def in_fours(digest: str) -> str:
    """Write a digest in groups of four digits, as people compare it."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def short_lineage(lineage: str) -> str:
    """Write a lineage by its ends."""
    return safe(f"{lineage[:4]}…{lineage[-2:]}")


def minute(moment: str) -> str:
    """Write a moment as people read it, to the minute."""
    return f"{safe(moment[:16].replace('T', ' '))} UTC"


def standing(review: Review, *, say: Messages) -> str:
    """Say where a change set stands, and whose approvals it lacks."""
    if review.covered_by is not None:
        return say(COVERED, run=str(review.covered_by), id=review.id)
    if review.lacking:
        lacking = say.word(", ").join(_lacking(text, say=say) for text in review.lacking)
        return say("Approvals lacking: {lacking}.", lacking=lacking)
    if review.state in STATES:
        return say.word(STATES[review.state])
    return say("State: {state}.", state=safe(review.state))


def _lacking(text: str, *, say: Messages) -> str:
    found = _LACKING.fullmatch(text)
    if found is None:
        return safe(text)
    count = int(found[1])
    if found[2] is None:
        return say("{count:person|people}", count=count)
    roles = say.word(" or ").join(say.word(safe(role)) for role in found[2].split(" or "))
    return say("{count} {roles}", count=count, roles=roles)


def verdict(review: Review, *, say: Messages) -> tuple[str, ...]:
    """Say in a few sentences what the change set does, the most alarming first."""
    manifest, chosen = review.manifest, review.chosen
    if chosen is not None:
        return (_verdict_of_shape(review, chosen, say=say),)
    if review.only_unresolved:
        unresolved = manifest.counts.unresolved
        return (say("Change set {id} leaves {unresolved:row|rows} to people.", id=review.id, unresolved=unresolved),)
    sentences = [_changes(review, say=say), standing(review, say=say)]
    if manifest.irreversible:
        text = "{rows:row|rows} of change set {id} could not be put back as they were: no rollback restores them."
        sentences.insert(0, say(text, rows=manifest.irreversible, id=review.id))
    if review.erased:
        sentences.append(say("{rows:row was|rows were} erased since; its lines hold no values.", rows=review.erased))
    if review.unmasked:
        sentences.append(say.word("Personal data is shown whole."))
    return tuple(sentences)


def _changes(review: Review, *, say: Messages) -> str:
    counts, tables = review.manifest.counts, tuple(review.manifest.counts.tables)
    if not counts.changed:
        text = "Change set {id} changes nothing and leaves {unresolved:row|rows} to people."
        return say(text, id=review.id, unresolved=counts.unresolved)
    place = safe(tables[0]) if len(tables) == 1 else say("{count:table|tables}", count=len(tables))
    return say(
        "Change set {id} changes {changed:row|rows} of {place} and leaves {unresolved:row|rows} to people.",
        id=review.id, changed=counts.changed, place=place, unresolved=counts.unresolved,
    )  # fmt: skip


def _verdict_of_shape(review: Review, shape: Shape, *, say: Messages) -> str:
    return say(
        "Shape {number} of {shapes}: {rows:row|rows} of {place}, {change}",
        number=shape.number or 0, shapes=len(review.shapes), rows=shape.rows, place=place_of(shape),
        change=change_of(shape, say=say),
    )  # fmt: skip


def place_of(shape: Shape) -> str:
    """Name the table, and the column where there is one."""
    return safe(shape.table) if shape.column is None else safe(f"{shape.table}.{shape.column}")


def change_of(shape: Shape, *, say: Messages) -> str:
    """Say what becomes of a row of this shape."""
    if shape.kind == "update":
        return f"{safe(shape.before or '')} → {safe(shape.after or '')}"
    return say.word("deleted") if shape.kind == "delete" else say.word("inserted")
