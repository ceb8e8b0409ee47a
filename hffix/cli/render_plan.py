"""What plan and rollback say of the change set that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.model.manifest import RARE_ROWS
from hffix.reports import statements
from hffix.reports.review import in_fours
from hffix.reports.safe import safe
from hffix.reports.widths import aligned
from hffix.workflow.acts import acts_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hffix.model.manifest import Manifest
    from hffix.reports.messages import Messages
    from hffix.store.changesets import ChangeSet
    from hffix.workflow.plan import Planned
    from hffix.workflow.rollback import RolledBack

MOST_SHAPES: Final = 5
MOST_REASONS: Final = 5


def planned_answer(planned: Planned, *, nobody: str | None, say: Messages, width: int, ended: int) -> Answer:
    """Say what a plan found."""
    change_set = planned.change_set
    counts, manifest = change_set.manifest.counts, change_set.manifest
    text = "Planned {fix} on {target}: {changed} of {scanned:row|rows} would change, {unresolved} are left to people."
    verdict = say(
        text, fix=safe(manifest.fix.id), target=safe(manifest.target.name), changed=counts.changed,
        scanned=counts.scanned, unresolved=counts.unresolved,
    )  # fmt: skip
    written = page(
        verdict,
        say=say,
        width=width,
        mark=LOOK if manifest.irreversible or nobody else GOOD,
        facts=[
            *_facts(change_set, planned.trial_seconds, say=say),
            *_nobody(nobody, say=say),
            *_notes(planned, say=say),
        ],
        lines=_shapes(change_set, say=say, width=width),
        after=_after(change_set),
    )
    return Answer(
        page=written, data=plan_data(change_set) | {"notes": list(planned.notes), "nobody": nobody}, ended=ended
    )


def rolled_back_answer(made: RolledBack, *, run: int, nobody: str | None, say: Messages, width: int) -> Answer:
    """Say what a rollback would take back."""
    text = "Made the change set that takes run {run} back: {rows:row|rows}."
    if made.conflicts:
        text = "Made the change set that takes run {run} back: {rows:row|rows}; {conflicts} changed since and stay."
    written = page(
        say(text, run=str(run), rows=made.rows, conflicts=made.conflicts),
        say=say,
        width=width,
        mark=LOOK if made.conflicts or nobody else GOOD,
        facts=[*_facts(made.change_set, None, say=say), *_nobody(nobody, say=say)],
        lines=_shapes(made.change_set, say=say, width=width),
        after=_after(made.change_set),
    )
    return Answer(
        page=written, data=plan_data(made.change_set) | {"run": run, "conflicts": made.conflicts, "nobody": nobody}
    )


def plan_data(change_set: ChangeSet) -> dict[str, object]:
    """Give the facts of a new change set for a program."""
    manifest = change_set.manifest
    names = ("scanned", "changed", "unchanged", "unresolved", "updates", "inserts", "deletes")
    return {
        "change_set": change_set.id,
        "digest": change_set.digest,
        "fix": manifest.fix.id,
        "target": manifest.target.name,
        "lineage": manifest.target.lineage,
        "counts": {name: getattr(manifest.counts, name) for name in names},
        "reasons": dict(manifest.counts.reasons),
        "trial": manifest.trial is not None,
        "irreversible": manifest.irreversible,
        "acts": [
            {"table": act.table, "kind": act.kind, "name": act.name, "when": act.when}
            for act in acts_in(change_set) or ()
        ],
    }


def _after(change_set: ChangeSet) -> str:
    counts = change_set.manifest.counts
    rest = " --only unresolved" if counts.unresolved and not counts.changed else ""
    return f"hffix show {change_set.id}{rest}"


def _notes(planned: Planned, *, say: Messages) -> list[tuple[str, str]]:
    return [("note", say.word(note)) for note in planned.notes]


def _facts(change_set: ChangeSet, seconds: float | None, *, say: Messages) -> Iterator[tuple[str, str]]:
    manifest = change_set.manifest
    nothing = say("nothing in {target} was written", target=safe(manifest.target.name))
    yield "change set", f"{change_set.id}   {nothing}"
    label = "scope"
    # What takes a run back declares no scope of its own: it writes what that run wrote.
    for scope in manifest.scope if manifest.reverts is None else ():
        yield label, statements.scope_of(scope, say=say)
        label = ""
    label = "rows"
    for table, counts in manifest.counts.tables.items():
        text = "{table}: {updates} updated, {inserts} inserted, {deletes} deleted"
        yield (
            label,
            say(text, table=safe(table), updates=counts.updates, inserts=counts.inserts, deletes=counts.deletes),
        )
        label = ""
    if manifest.irreversible:
        text = "{rows:row|rows} could not be put back as they were: no rollback restores them"
        yield "! for good", say(text, rows=manifest.irreversible)
    if manifest.trial is not None and seconds is not None:
        text = "{rows:row|rows} written, compared and rolled back in {seconds} s"
        yield "trial", say(text, rows=manifest.trial.rows, seconds=f"{seconds:.1f}")
    yield from statements.cautions_of(manifest, say=say)
    yield from statements.acts_of(acts_in(change_set), say=say)
    if manifest.counts.reasons:
        yield "unresolved", _reasons(manifest, say=say)
    yield "digest", in_fours(change_set.digest)


def _nobody(why: str | None, *, say: Messages) -> Iterator[tuple[str, str]]:
    if why is not None:
        yield "nobody", say("is left who could approve it: {why}", why=safe(why))


def _reasons(manifest: Manifest, *, say: Messages) -> str:
    ranked = sorted(manifest.counts.reasons.items(), key=lambda found: (-found[1], found[0]))
    shown = "   ".join(
        say("{rows} {reason}", rows=rows, reason=say.word(safe(text))) for text, rows in ranked[:MOST_REASONS]
    )
    return shown + ("   …" if len(ranked) > MOST_REASONS else "")


def _shapes(change_set: ChangeSet, *, say: Messages, width: int) -> Iterator[str]:
    manifest = change_set.manifest
    shapes, rare = manifest.counts.shapes, manifest.counts.rare
    if not shapes and not rare:
        return
    if shapes:
        yield f"  {say('shapes: {shapes}, the rarest first', shapes=len(shapes))}"
    if rare:
        text = "{rare:row|rows} in shapes of fewer than {few}   ← look at them with: hffix show {id}"
        yield f"{'    ' if shapes else '  '}{say(text, rare=rare, few=RARE_ROWS, id=change_set.id)}"
    rows = [
        (f"{shape.rows:,}", safe(f"{shape.table}.{shape.column}" if shape.column else shape.table), _change(shape, say))
        for shape in shapes[:MOST_SHAPES]
    ]
    yield from aligned(rows, width=width, numbers=frozenset({0}), indent=4)
    if len(shapes) > MOST_SHAPES:
        yield "    …"


def _change(shape: object, say: Messages) -> str:
    kind, before, after = (getattr(shape, name) for name in ("kind", "before", "after"))
    if kind == "update":
        return f"{safe(before or '')} → {safe(after or '')}"
    return say.word("inserted" if kind == "insert" else "deleted")
