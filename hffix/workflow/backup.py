"""Backups: the parts on disk, proved against the chain and by restoring them into a scratch database."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from hffix.database import Snapshot, open_for_reading
from hffix.database.target import open_scratch
from hffix.errors.evidence import BadBackup
from hffix.model import merkle
from hffix.model.change import canonical_rows
from hffix.model.record import Chunk
from hffix.model.run import Run
from hffix.model.schema import Table
from hffix.model.value import decode_value
from hffix.store import backups
from hffix.store.line_files import is_erased, leaf_of
from hffix.workflow.past import read_chain
from hffix.workflow.runs import find_run
from hffix.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """One part on disk; a part that no committed record names does not count."""

    run: int
    first: int
    rows: int
    bytes: int
    named: bool
    path: Path
    erased: int = 0


def list_parts(setting: Setting) -> tuple[PartFacts, ...]:
    """List every part that is there."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        past = read_chain(snapshot)
    named = {path: (run, chunk) for run in past.runs.values() for path, chunk in _parts(setting, run)}
    found = [path for run in past.runs for path in backups.parts(setting.project.backups, run)]
    return tuple(
        PartFacts(
            run=named[path][0].id if path in named else int(path.parent.name),
            first=int(path.name.partition("-")[0]),
            rows=named[path][1].backup.rows if path in named else len(backups.read_part(path)),
            bytes=path.stat().st_size,
            named=path in named,
            path=path,
        )
        for path in found
    )


def verify_parts(setting: Setting, *, run: int | None = None) -> tuple[PartFacts, ...]:
    """Prove each part that a record names: its root, its rows, and that a database gives them back."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        past = read_chain(snapshot)
        runs = list(past.runs.values()) if run is None else [find_run(past, run)]
        return tuple(
            _proved(snapshot, one, path, chunk, erased=past.erased)
            for one in runs
            for path, chunk in _parts(setting, one)
        )


def restore(setting: Setting, run: int, *, folder: Path) -> tuple[Path, int]:
    """Put every row of a run's parts into a scratch database, as it was before the run; give the file and the rows.

    A row that was erased since is in no part any more.
    """
    path = folder / f"run-{run}.db"
    rows = 0
    with (
        open_for_reading(setting.url, folder=setting.folder) as snapshot,
        open_scratch(path, like=setting.url) as scratch,
    ):
        past = read_chain(snapshot)
        for part, chunk in _parts(setting, find_run(past, run)):
            for table, lines in _tables(snapshot, _lines(part, chunk, erased=past.erased)):
                scratch.put(table, [tuple(decode_value(row[name]) for name in table.stored) for row in lines])
                rows += len(lines)
    return path, rows


def _parts(setting: Setting, run: Run) -> Iterator[tuple[Path, Chunk]]:
    for chunk in run.chunks:
        if chunk.backup.rows:
            root = chunk.backup.root
            yield backups.part_path(setting.project.backups, run=run.id, first=chunk.first, root=root), chunk


def _lines(path: Path, chunk: Chunk, *, erased: Collection[str]) -> list[list[object]]:
    """Read a part whose root and rows are those of its record; leave out the rows that a record erased."""
    if not path.is_file():
        raise BadBackup(f"part {path.parent.name}/{path.name} is missing")
    lines = backups.read_part(path)
    root = merkle.root([leaf_of(line) for line in lines]).hex()
    if root != chunk.backup.root or len(lines) != chunk.backup.rows:
        raise BadBackup(f"part {path.parent.name}/{path.name} is not the one that its chunk record names")
    if any(is_erased(line) and leaf_of(line).hex() not in erased for line in lines):
        raise BadBackup(f"part {path.parent.name}/{path.name}: a row of it is gone, and no erase record names it")
    return [orjson.loads(line) for line in lines if not is_erased(line)]


def _tables(snapshot: Snapshot, lines: list[list[object]]) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    grouped: dict[str, list[dict[str, object]]] = {}
    for _, table, _, row in lines:
        grouped.setdefault(str(table), []).append(row)  # type: ignore[arg-type]
    for name, rows in grouped.items():
        yield snapshot.table(name), rows


def _proved(snapshot: Snapshot, run: Run, path: Path, chunk: Chunk, *, erased: Collection[str]) -> PartFacts:
    lines = _lines(path, chunk, erased=erased)
    with open_scratch(None, like=snapshot.dialect) as scratch:
        for table, rows in _tables(snapshot, lines):
            names = table.stored
            scratch.put(table, [tuple(decode_value(row[name]) for name in names) for row in rows])
            found = canonical_rows(names, scratch.get(table))
            if found != [{name: row[name] for name in names} for row in rows]:
                raise BadBackup(f"part {path.parent.name}/{path.name}: restored, its rows are not those it holds")
    return PartFacts(
        run=run.id,
        first=chunk.first,
        rows=chunk.backup.rows,
        bytes=path.stat().st_size,
        named=True,
        path=path,
        erased=chunk.backup.rows - len(lines),
    )
