"""Planning over a test's rows: the planner of production, on a SQLite file and in a project of their own."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from hffix.authoring.fix import Fix
from hffix.authoring.loading import Script
from hffix.database import Snapshot, open_for_reading
from hffix.errors import HffixError
from hffix.errors.fixes import UnknownColumn
from hffix.errors.project import BadTestData
from hffix.errors.targets import QueryFailed
from hffix.model.change import SEED_BYTES, Cells, Line, read_lines
from hffix.model.schema import Table
from hffix.model.value import Raw, decode_value
from hffix.store.changesets import Draft, UnresolvedLine
from hffix.store.projects import Project, Target
from hffix.testing.files import write_files
from hffix.testing.planned import Change, Key, LeftRow, Planned
from hffix.testing.scripts import script_of
from hffix.testing.tables import make_tables
from hffix.testing.values import FileContent, Rows, as_text
from hffix.workflow.bind import Binding, bind
from hffix.workflow.conditions import check_requires
from hffix.workflow.given import give
from hffix.workflow.plan import draft_lines
from hffix.workflow.setting import Setting

DATABASE: Final = "rows.db"
_NOTES: Final[Mapping[type[HffixError], str]] = {
    UnknownColumn: "The columns of a table are those of its rows in the test, or of the schema that the test gives.",
    QueryFailed: "The test gives rows for every table that the SQL looks into, or a schema with that table.",
}


class _KeptDraft(Draft):
    """A draft that also keeps its lines in memory."""

    def __init__(self, changesets: Path) -> None:
        super().__init__(changesets)
        self.lines: list[bytes] = []
        self.left: list[bytes] = []

    def add(self, lines: Sequence[bytes]) -> None:
        self.lines += lines
        super().add(lines)

    def add_unresolved(self, lines: Sequence[bytes]) -> None:
        self.left += lines
        super().add_unresolved(lines)


def plan_over(
    module: object,
    tables: Mapping[str, Rows],
    *,
    files: Mapping[str, FileContent],
    params: Mapping[str, object],
    keys: Mapping[str, str | Sequence[str]],
    schema: str,
) -> Planned:
    """Plan a loaded script over rows; what it says of targets, and of fixes before it, is not asked here."""
    script = script_of(module)
    texts = {name: as_text(value, place=f"param {name}") for name, value in params.items()}
    with tempfile.TemporaryDirectory(prefix="hffix-test-") as name, _told_with_a_note():
        project = _project(Path(name))
        make_tables(project.folder / DATABASE, tables, keys=keys, schema=schema)
        placed = _placed(script, project, files)
        setting = Setting(project=project, target=project.target(None), environment={}, host="test")
        with (
            open_for_reading(setting.url, folder=setting.folder) as snapshot,
            _KeptDraft(project.changesets) as draft,
        ):
            _refuse_missing(script.fix, snapshot, script=script.path.name)
            seed = secrets.token_bytes(SEED_BYTES)
            given = give(project, placed, snapshot, params=texts, seed=seed)
            binding = bind(placed, snapshot, params=given.bound)
            check_requires(snapshot, script.fix.required, params=given.bound)
            measure, _ = draft_lines(setting, placed, snapshot, binding=binding, given=given, seed=seed, draft=draft)
            measure.keeps()
            return Planned(
                changes=tuple(_changes(draft.lines, binding)),
                unresolved=tuple(_left(draft.left, binding)),
                counts=measure.counts(),
                tables=tuple(binding.tables),
            )


def _project(folder: Path) -> Project:
    """Make a project in memory: it has a target, and nobody in it holds a key."""
    target = Target(name="test", url=f"sqlite:///{DATABASE}")
    return Project(folder=folder, targets={target.name: target}, default=target.name, masks={})


def _placed(script: Script, project: Project, files: Mapping[str, FileContent]) -> Script:
    """Put the script where the test's files stand; a lookup that the test does not give is taken from beside it."""
    corrections = {scope.file for scope in script.fix.scopes if scope.file is not None}
    lookups = {lookup.file for lookup in script.fix.lookups.values() if lookup.file is not None}
    unknown = sorted(files.keys() - corrections - lookups)
    if unknown:
        raise BadTestData(f"files: {script.path.name} names no file {', '.join(unknown)}")
    beside = {name: script.path.parent / name for name in lookups - files.keys()}
    missing = sorted(corrections - files.keys()) + [name for name, path in beside.items() if not path.is_file()]
    if missing:
        raise BadTestData(f"{script.path.name} takes {', '.join(missing)}; give it to plan in files={{…}}")
    write_files(project.corrections, files)
    write_files(project.fixes, beside)
    return replace(script, path=project.fixes / script.path.name)


def _refuse_missing(fix: Fix, snapshot: Snapshot, *, script: str) -> None:
    named: list[str] = [scope.table for scope in fix.scopes]
    named += [table for cases in fix.case_scopes for table in cases.tables]
    named += [lookup.table for lookup in fix.lookups.values() if lookup.table is not None]
    missing = [table for table in dict.fromkeys(named) if not snapshot.has_table(table)]
    if missing:
        raise BadTestData(f"{script} works on {', '.join(missing)}; give its rows to plan")


@contextmanager
def _told_with_a_note() -> Iterator[None]:
    """Let a refusal say what to do next where pytest shows it."""
    try:
        yield
    except HffixError as fault:
        fault.add_note(f"{fault.code}: {_NOTES.get(type(fault), fault.advice)}")
        raise


def _changes(lines: Sequence[bytes], binding: Binding) -> Iterator[Change]:
    for line in read_lines(lines):
        if isinstance(line, Line) and line.kind != "ask":
            yield Change(
                table=line.table,
                key=_key(line.key, binding.tables[line.table]),
                kind=line.kind,
                before=_plain(line.before),
                after=_plain(line.after),
                case=None if line.case is None else int(line.case),
                origin=line.origin,
            )


def _left(lines: Sequence[bytes], binding: Binding) -> Iterator[LeftRow]:
    for line in lines:
        found = UnresolvedLine._make(orjson.loads(line))
        key = _key(found.key, binding.tables[found.table])
        yield LeftRow(table=found.table, key=key, reason=found.reason, origin=found.origin)


def _key(cells: Cells, table: Table) -> Key:
    """Give a key's values in the key's order; a case that read no row is named by the values of its query."""
    names = table.key if cells.keys() == set(table.key) else tuple(cells)
    values = tuple(decode_value(cells[name]) for name in names)
    return values[0] if len(values) == 1 else values


def _plain(cells: Cells | None) -> dict[str, Raw]:
    return {column: decode_value(value) for column, value in (cells or {}).items()}
