"""Strike: a reviewer takes rows, cases or shapes out of a change set, which makes a new and smaller one.

What stays is copied byte for byte, so that anybody can hold the smaller change set against its parent.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec

from hffix.errors import HffixError
from hffix.errors.applying import AlreadyApplied
from hffix.errors.changesets import LinesErased, NothingLeft, RowsChanged, RowsMissing, StruckTotal
from hffix.errors.fixes import KeepsBroken
from hffix.errors.project import UsageError
from hffix.model.change import Line, read_lines
from hffix.model.manifest import Counts, Manifest, Struck
from hffix.model.scope import Kept
from hffix.store import changesets
from hffix.store.changesets import ChangeSet, Draft, Sums
from hffix.store.line_files import leaf_of
from hffix.workflow.measure import Measure
from hffix.workflow.named import Named, Selection
from hffix.workflow.receipted import close_of
from hffix.workflow.setting import Setting, Step
from hffix.workflow.taking import Lines

LINES_AT_ONCE: Final = 5_000
MOST_WHY: Final = 2_000
COUNTED: Final = ("updates", "inserts", "deletes", "asks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Smaller:
    """A smaller change set, its parent, and what was struck: rows and their cells by table, and whole cases.

    `along` counts the struck rows that nobody named, but that belong to a case of which a row was named.
    """

    change_set: ChangeSet
    parent: ChangeSet
    struck: Counts
    cases: int
    along: int


def strike(setting: Setting, change_set: ChangeSet, selection: Selection, *, why: str | None = None) -> Smaller:
    """Take what is selected out of a change set; neither it nor its approvals change, and none of these count."""
    told = _reason(why)
    _refuse_spent(setting, change_set)
    if change_set.folder is None:
        raise RowsMissing(f"the rows of change set {change_set.id} are not here, only its manifest is")
    parent = change_set.manifest
    named = Named(selection, change_set, project=setting.project)
    with changesets.draft(setting.project.changesets) as draft:
        work = _Striking(change_set=change_set, named=named, draft=draft, kept=_measure(parent))
        work.run(setting)
        named.refuse_missing()
        kept, gone = work.kept.counts(), work.gone.counts()
        _refuse_other_counts(change_set, kept, gone)
        if not kept.changed:
            raise NothingLeft(f"nothing would be left of change set {change_set.id}")
        for lines in change_set.unresolved_lines():
            draft.add_unresolved(lines)
        manifest = _manifest(change_set, counts=kept, keeps=work.keeps(), sums=draft.sums)
        smaller = draft.finish(
            msgspec.structs.replace(manifest, struck=_struck(setting, parent, gone, why=told)),
            schema=_schema(change_set),
            params=_params(change_set),
            approvals=setting.project.approvals,
        )
    return Smaller(change_set=smaller, parent=change_set, struck=gone, cases=work.cases, along=work.along)


@dataclass(slots=True, kw_only=True)
class _Striking:
    """One pass over the parent's lines, in which each is copied or struck."""

    change_set: ChangeSet
    named: Named
    draft: Draft
    kept: Measure
    gone: Measure = field(default_factory=lambda: Measure(()))
    cases: int = 0
    along: int = 0

    def run(self, setting: Setting) -> None:
        """Take the lines as an apply would take them: never a case in parts."""
        taken, total = 0, self.change_set.manifest.leaves
        lines = Lines(self.change_set)
        while taken < total:
            written = lines.take(LINES_AT_ONCE)
            self._divide(written)
            taken += len(written)
            setting.watch(Step(name="strike", done=taken, total=total))

    def _divide(self, written: Sequence[bytes]) -> None:
        parsed = read_lines(written)
        whole = [line for line in parsed if isinstance(line, Line)]
        if len(whole) != len(parsed):
            raise LinesErased(f"change set {self.change_set.id} holds lines that were erased")
        taken = [self.named.takes(line) for line in whole]
        cases = {line.case for line, is_named in zip(whole, taken, strict=True) if is_named} - {None}
        self.cases += len(cases)
        stay: list[bytes] = []
        for text, line, is_named in zip(written, whole, taken, strict=True):
            if is_named or line.case in cases:
                _count(self.gone, line)
                self.along += not is_named and line.kind != "ask"
            else:
                _count(self.kept, line)
                stay.append(text)
        self.draft.add(stay)

    def keeps(self) -> tuple[Kept, ...]:
        """Give the kept totals over what stays."""
        try:
            return self.kept.keeps()
        except KeepsBroken as fault:
            raise StruckTotal(f"of what stays, {fault.message}") from fault


def _count(measure: Measure, line: Line) -> None:
    if line.kind == "ask":
        measure.asks += 1
    else:
        measure.add(line.table, kind=line.kind, before=line.before, after=line.after)


def _measure(parent: Manifest) -> Measure:
    """Begin with the sums that striking leaves as they are."""
    measure = Measure([kept.columns for kept in parent.keeps])
    measure.scanned = parent.counts.scanned
    measure.unchanged = parent.counts.unchanged
    measure.unresolved = parent.counts.unresolved
    measure.reasons.update(parent.counts.reasons)
    return measure


def _refuse_other_counts(parent: ChangeSet, kept: Counts, gone: Counts) -> None:
    """Refuse a parent whose manifest counts something else than its lines: no smaller one of it would add up."""
    stated = parent.manifest.counts
    if any(getattr(stated, kind) != getattr(kept, kind) + getattr(gone, kind) for kind in COUNTED):
        raise RowsChanged(f"the manifest of change set {parent.id} does not count the lines that it has")


def _struck(setting: Setting, parent: Manifest, gone: Counts, *, why: str | None) -> Struck:
    """Count what was struck since the plan; rows to be inserted were in no table, so nobody scanned them."""
    before = parent.struck.count if parent.struck else 0
    person = setting.planner(setting.policy_if_any())
    return Struck(count=before + gone.updates + gone.deletes, by=person, why=why)


def _manifest(parent: ChangeSet, *, counts: Counts, keeps: tuple[Kept, ...], sums: Sums) -> Manifest:
    """State what is left; what was said of the fix, its scope and its snapshot stands, and no trial does."""
    return msgspec.structs.replace(
        parent.manifest,
        counts=counts,
        keeps=keeps,
        root=sums.root,
        leaves=sums.leaves,
        parts=sums.parts,
        unresolved=sums.unresolved,
        irreversible=None,
        trial=None,
        parent=parent.digest,
    )


def _schema(change_set: ChangeSet) -> dict[str, dict[str, object]]:
    return {table: described for table, described in change_set.schema().items() if isinstance(described, dict)}


def _params(change_set: ChangeSet) -> tuple[bytes, ...]:
    """Give the params as they stand, held against what the manifest states of them."""
    lines = change_set.params()
    stated = [param.leaf for param in change_set.manifest.fix.params.values() if param.leaf is not None]
    if sorted(leaf_of(line).hex() for line in lines) != sorted(stated):
        raise RowsChanged(f"the params of change set {change_set.id} are not those that its manifest states")
    return lines


def _reason(why: str | None) -> str | None:
    """Read the reviewer's words; they are signed with the rest, so they are taken whole or not at all."""
    told = (why or "").strip()
    if len(told) > MOST_WHY:
        raise UsageError(f"the reason is longer than {MOST_WHY:,} characters")
    if any("\ud800" <= character <= "\udfff" for character in told):
        raise UsageError("the reason is not valid UTF-8")
    return told or None


def _refuse_spent(setting: Setting, change_set: ChangeSet) -> None:
    """Refuse what a receipt shows to be used; what the receipts do not tell, apply reads from the chain."""
    closed = None
    with suppress(HffixError):
        closed = close_of(setting.project, change_set.manifest.target.lineage, change_set.digest)
    if closed is not None:
        raise AlreadyApplied(f"change set {change_set.id} was used by run {closed.run}, closed {closed.time}")
