"""Rollback: the inverse change set of a run: only the changed cells, only where they still hold what was written."""

import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import hffix
from hffix.changelog import reader
from hffix.database import Snapshot, open_for_reading
from hffix.errors.applying import NothingToRollBack, RunOpen
from hffix.errors.changesets import RowsMissing
from hffix.errors.project import UsageError
from hffix.model.besides import ROWS
from hffix.model.change import SEED_BYTES
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, Reverts, TargetFacts
from hffix.model.run import Past, Run
from hffix.model.schema import Table
from hffix.model.scope import Scope, SideEffect
from hffix.store import changesets
from hffix.store.changesets import ChangeSet, known_manifest
from hffix.workflow.inverting import CHANGED_SINCE, Inverting
from hffix.workflow.measure import Measure
from hffix.workflow.past import read_chain
from hffix.workflow.rows import key_text
from hffix.workflow.runs import find_run
from hffix.workflow.setting import Setting, Step

__all__ = ["CHANGED_SINCE", "RolledBack", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The inverse change set, and how many rows hold a cell that somebody changed since."""

    change_set: ChangeSet
    conflicts: int
    rows: int


def rollback(
    setting: Setting, run: int, *, table: str | None = None, row: str | None = None, besides: Sequence[str] = ()
) -> RolledBack:
    """Plan the inverse of a closed run, whole or of one table or row; approved and applied like any other.

    `besides` names tables of which triggers write rows when the run is taken back, more than its fix declared.
    """
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        past = read_chain(snapshot)
        told = find_run(past, run)
        if told.closed is None:
            raise RunOpen(f"run {run} is still open")
        manifest = known_manifest(setting.project, told.opened.manifest)
        if manifest is None:
            raise RowsMissing(f"the manifest of run {run} is not whole in approvals/")
        tables = {name: snapshot.table(name) for name in manifest.counts.tables}
        for described in tables.values():
            snapshot.refuse_null_keys(described)
        key = _key(snapshot, tables, table, row)
        with changesets.draft(setting.project.changesets) as draft:
            work = Inverting(
                snapshot=snapshot,
                tables=tables,
                run=told,
                draft=draft,
                measure=Measure([kept.columns for kept in manifest.keeps]),
                seed=secrets.token_bytes(SEED_BYTES),
                table=table,
                key=key,
                watch=lambda done: setting.watch(Step(name="rollback", done=done, total=None)),
            )
            work.run_all(kept=bool(manifest.keeps))
            if not draft.sums.leaves:
                _refuse_nothing(setting, past, work)
            effects = _effects(snapshot, manifest, besides)
            inverse = _manifest(setting, snapshot, manifest, told, work, past.found.lineage, effects=effects)
            change_set = draft.finish(
                inverse,
                schema={name: described.describe() for name, described in tables.items()},
                approvals=setting.project.approvals,
            )
    return RolledBack(change_set=change_set, conflicts=work.conflicts, rows=inverse.leaves)


def _refuse_nothing(setting: Setting, past: Past, work: Inverting) -> None:
    """Refuse an inverse without a line, unless it lists rows that people changed since and nobody took back."""
    for later in past.runs.values():
        manifest = known_manifest(setting.project, later.opened.manifest)
        if later.applied and manifest and manifest.reverts and manifest.reverts.number == work.run.id:
            raise NothingToRollBack(
                f"run {work.run.id} was taken back by run {later.id}; nothing of it is left that fits"
            )
    if not work.conflicts:
        raise NothingToRollBack(f"run {work.run.id} applied nothing that fits")


def _key(snapshot: Snapshot, tables: Mapping[str, Table], table: str | None, row: str | None) -> str | None:
    """Give the text of one row's key; a row without its table would be none, and so be all of them."""
    if row is None:
        return None
    if table is None or table not in tables:
        raise UsageError(f"a row is named with its table, one of {', '.join(tables)}")
    return key_text(snapshot, tables[table], row)


def _effects(snapshot: Snapshot, original: Manifest, besides: Sequence[str]) -> tuple[SideEffect, ...]:
    unknown = [name for name in besides if not snapshot.has_table(name.rpartition(".")[2])]
    if unknown:
        raise UsageError(f"there is no table {unknown[0]}")
    return tuple(dict.fromkeys((*original.side_effects, *(SideEffect(table=name, column=ROWS) for name in besides))))


def _manifest(
    setting: Setting,
    snapshot: Snapshot,
    original: Manifest,
    run: Run,
    work: Inverting,
    lineage: str,
    *,
    effects: tuple[SideEffect, ...],
) -> Manifest:
    head, sums, counts = reader.read_head(snapshot), work.draft.sums, work.measure.counts()
    planner = setting.planner(setting.policy_if_any())
    opened = next(stored.head for stored in reader.record_bodies(snapshot, first=run.id))
    return Manifest(
        format=FORMAT,
        fix=FixFacts(
            id=original.fix.id,
            title=original.fix.title,
            reason=f"Takes back run {run.id}.",
            author=planner,
            authors=(planner,),
            commit=original.fix.commit,
            ticket=original.fix.ticket,
            risk=original.fix.risk,
            files={},
            on_conflict="stop",
            params={},
            after=(),
        ),
        target=TargetFacts(name=setting.target.name, lineage=lineage, dialect=snapshot.dialect),
        chain=Place(number=head.number, head=head.head),
        schema={name: table.digest for name, table in work.tables.items()},
        scope=tuple(_scope(name, work, counts.changed) for name in work.tables),
        side_effects=effects,
        requires=(),
        ensures=(),
        snapshot=snapshot.now(),
        counts=counts,
        keeps=work.measure.keeps(),
        lookups={},
        root=sums.root,
        leaves=sums.leaves,
        parts=sums.parts,
        unresolved=sums.unresolved,
        irreversible=None,
        trial=None,
        struck=None,
        parent=None,
        reverts=Reverts(manifest=run.opened.manifest, number=run.id, head=opened),
        planner=planner,
        versions={"hffix": hffix.__version__, "python": platform.python_version(), **snapshot.versions()},
    )


def _scope(table: str, work: Inverting, rows: int) -> Scope:
    return Scope(
        table=table,
        kind="inverse",
        reads=(),
        writes=tuple(sorted(work.written.get(table, ()))),
        where=None,
        unguarded=(),
        to_null=True,
        at_most=max(rows, 1),
        function=None,
    )
