"""Rollback: the inverse change set of a run: only the changed cells, only where they still hold what was written."""

import platform
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

import hffix
from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot, open_for_reading
from hffix.errors.applying import NothingToRollBack, RunOpen
from hffix.errors.changesets import RowsMissing
from hffix.errors.project import UsageError
from hffix.model.change import SEED_BYTES, Cells, Line, inverse_cells, read_lines, salt_of
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, Reverts, TargetFacts
from hffix.model.run import Past, Run
from hffix.model.schema import Table, parents_first
from hffix.model.scope import Scope
from hffix.store import changesets
from hffix.store.changesets import ChangeSet, Draft, known_manifest
from hffix.workflow.chunk import read_rows
from hffix.workflow.measure import Measure
from hffix.workflow.past import read_chain
from hffix.workflow.rows import key_text
from hffix.workflow.runs import find_run
from hffix.workflow.setting import Setting, Step

CHANGED_SINCE = "changed since, not by this run"
ORDER = (("delete", False), ("update", False), ("insert", True))


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The inverse change set, and how many rows hold a cell that somebody changed since."""

    change_set: ChangeSet
    conflicts: int
    rows: int


@dataclass(slots=True, kw_only=True)
class _Inverting:
    snapshot: Snapshot
    tables: Mapping[str, Table]
    run: int
    draft: Draft
    measure: Measure
    seed: bytes
    table: str | None
    key: str | None
    conflicts: int = 0
    written: dict[str, set[str]] = field(default_factory=dict)

    def run_all(self, setting: Setting) -> None:
        """Draft inserts and updates with parents first, then deletes with children first."""
        parents = parents_first(self.tables.values())
        for kind, children_first in ORDER:
            for table in reversed(parents) if children_first else parents:
                for block in self._logged(table, kind):
                    self._block(block)
                    setting.watch(Step(name="rollback", done=self.measure.scanned, total=None))

    def _logged(self, table: str, kind: str) -> Iterator[list[Line]]:
        for block in reader.changes(self.snapshot, self.run):
            chosen = [row for row in block if self._chosen(row, table, kind)]
            yield [line for line in read_lines([row.line() for row in chosen]) if isinstance(line, Line)]

    def _chosen(self, row: LogRow, table: str, kind: str) -> bool:
        return (
            (row.table_name, row.kind, row.outcome) == (table, kind, "applied")
            and self.table in {None, table}
            and self.key in {None, row.row_key}
            and not row.erased
        )

    def _block(self, logged: list[Line]) -> None:
        lines: list[bytes] = []
        declined: list[bytes] = []
        for line, row in zip(logged, read_rows(self.snapshot, self.tables, logged), strict=True):
            inverse, whole = self._inverse(line, row)
            # A row that is put back is in no table yet, so it was not scanned there.
            self.measure.scanned += not (inverse and inverse.kind == "insert")
            if inverse is not None:
                self.measure.add(line.table, kind=inverse.kind, before=inverse.before, after=inverse.after)
                self.written.setdefault(line.table, set()).update(inverse.after or {})
                lines.append(inverse.encode())
            if not whole:
                self.conflicts += 1
                self.measure.unresolved += inverse is None
                self.measure.decline(CHANGED_SINCE)
                salt = salt_of(line.table, kind="unresolved", key=line.key, case=None, seed=self.seed)
                declined.append(
                    orjson.dumps((salt, line.table, line.key, CHANGED_SINCE, None), option=orjson.OPT_SORT_KEYS)
                )
        self.draft.add(lines)
        self.draft.add_unresolved(declined)

    def _inverse(self, line: Line, row: Cells | None) -> tuple[Line | None, bool]:
        """Give what can be taken back of one line, and whether that is all of it."""
        kind, before, after = inverse_cells(line)
        salt = salt_of(line.table, kind=kind, key=line.key, case=line.case, seed=self.seed)
        whole = True
        if kind == "insert":
            if row is not None or (after or {}).keys() != set(self.tables[line.table].stored):
                return None, False
        elif row is None or before is None:
            return None, False
        elif kind == "delete":
            if not before.items() <= row.items():
                return None, False
            before = {name: row[name] for name in self.tables[line.table].stored}
        else:
            held = {column: value for column, value in before.items() if row.get(column) == value}
            whole = len(held) == len(before)
            if not held:
                return None, False
            before, after = held, {column: (after or {})[column] for column in held}
        return Line(salt, line.table, kind, line.key, before, after, None, line.case), whole


def rollback(setting: Setting, run: int, *, table: str | None = None, row: str | None = None) -> RolledBack:
    """Plan the inverse of a closed run, whole or of one table or row; approved and applied like any other."""
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
            work = _Inverting(
                snapshot=snapshot,
                tables=tables,
                run=run,
                draft=draft,
                measure=Measure([kept.columns for kept in manifest.keeps]),
                seed=secrets.token_bytes(SEED_BYTES),
                table=table,
                key=key,
            )
            work.run_all(setting)
            if not draft.sums.leaves:
                _refuse_nothing(setting, past, work)
            inverse = _manifest(setting, snapshot, manifest, told, work, past.found.lineage)
            change_set = draft.finish(
                inverse,
                schema={name: described.describe() for name, described in tables.items()},
                approvals=setting.project.approvals,
            )
    return RolledBack(change_set=change_set, conflicts=work.conflicts, rows=inverse.leaves)


def _refuse_nothing(setting: Setting, past: Past, work: _Inverting) -> None:
    """Refuse an inverse without a line, unless it lists rows that people changed since and nobody took back."""
    for later in past.runs.values():
        manifest = known_manifest(setting.project, later.opened.manifest)
        if later.applied and manifest and manifest.reverts and manifest.reverts.number == work.run:
            raise NothingToRollBack(f"run {work.run} was taken back by run {later.id}; nothing of it is left that fits")
    if not work.conflicts:
        raise NothingToRollBack(f"run {work.run} applied nothing that fits")


def _key(snapshot: Snapshot, tables: Mapping[str, Table], table: str | None, row: str | None) -> str | None:
    """Give the text of one row's key; a row without its table would be none, and so be all of them."""
    if row is None:
        return None
    if table is None or table not in tables:
        raise UsageError(f"a row is named with its table, one of {', '.join(tables)}")
    return key_text(snapshot, tables[table], row)


def _manifest(
    setting: Setting, snapshot: Snapshot, original: Manifest, run: Run, work: _Inverting, lineage: str
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
        side_effects=original.side_effects,
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


def _scope(table: str, work: _Inverting, rows: int) -> Scope:
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
