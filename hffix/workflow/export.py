"""Export: everything that proves a record, in one folder of plain files that need neither database nor hffix to read.

It holds personal data: the rows of the log, of the change sets and of the backups, whole.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

import hffix
from hffix.changelog import install, reader
from hffix.changelog.tables import CHANGE, LINEAGE, RECORD
from hffix.database import Snapshot, open_for_reading
from hffix.errors.changesets import RowsChanged
from hffix.errors.evidence import BrokenChain
from hffix.errors.project import AlreadyThere
from hffix.model.value import encode_value
from hffix.store.files import FILE_MODE, make_folder, read, storing
from hffix.store.line_files import split_lines
from hffix.workflow.setting import Setting

FORMAT: Final = "hffix-export/1"
INDEX: Final = "export.json"
PACKED: Final = ".jsonl.zst"
LOGS: Final = {"records.jsonl": RECORD, "changes.jsonl": CHANGE, "lineage.jsonl": LINEAGE}
# Nothing here bounds the lines of a file: its root does, and whoever verifies it stops at the first that is wrong.
MOST_LINES: Final = 2**62
LONGEST_LINE: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: the folder, its files and the rows of the log; and what could not be read to be written."""

    folder: Path
    files: int
    rows: int
    unreadable: tuple[str, ...]


def export(setting: Setting, folder: Path) -> Exported:
    """Write the record of a target, and of the project around it, into a new or empty folder."""
    _refuse_used(folder)
    make_folder(folder)
    unreadable: list[str] = []
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        rows = {name: _write_table(snapshot, folder / name, unreadable) for name in LOGS}
        facts = _facts(setting, snapshot)
    files = len(LOGS) + 1
    for name, path in _files(setting):
        files += 1
        _copy(path, folder / name, unreadable, name=name)
    _write(folder / INDEX, [orjson.dumps(facts | {"unreadable": sorted(unreadable)}, option=orjson.OPT_SORT_KEYS)])
    return Exported(folder=folder, files=files, rows=rows["changes.jsonl"], unreadable=tuple(unreadable))


def _facts(setting: Setting, snapshot: Snapshot) -> dict[str, object]:
    """Say what only the database itself can tell: where it stands, and which of its guards are gone."""
    return {
        "format": FORMAT,
        "hffix": hffix.__version__,
        "target": setting.target.name,
        "dialect": snapshot.dialect,
        "time": snapshot.now(),
        "place": snapshot.place(),
        "tables": [name for name, table in LOGS.items() if snapshot.has_table(table.name)],
        "guards_missing": list(install.missing_guards(snapshot)),
    }


def _refuse_used(folder: Path) -> None:
    with storing(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise AlreadyThere(f"{folder} is there, and is not an empty folder", hint="Give a folder that is new.")


def _write_table(snapshot: Snapshot, path: Path, unreadable: list[str]) -> int:
    """Write a table's rows, one a line, in the order of its columns; give how many there are."""
    rows = 0

    def lines() -> Iterator[bytes]:
        nonlocal rows
        try:
            for block in reader.stored_rows(snapshot, LOGS[path.name]):
                rows += len(block)
                yield from (orjson.dumps(_plain(row)) for row in block)
        except BrokenChain:
            unreadable.append(path.name)

    _write(path, lines())
    return rows


def _plain(row: Sequence[object]) -> Sequence[object]:
    """Give texts, numbers and NULL as they are, and what has no business there under its tag."""
    if all(value is None or type(value) in {str, int} for value in row):
        return row
    return [value if type(value) in {str, int, type(None)} else encode_value(value) for value in row]  # type: ignore[arg-type]


def _files(setting: Setting) -> Iterator[tuple[str, Path]]:
    """Name every file of the project that says something of the record, with its place in the export."""
    project = setting.project
    folders: Mapping[str, Path] = {
        "approvals": project.approvals,
        "backups": project.backups,
        "changesets": project.changesets,
    }
    for name, folder in folders.items():
        with storing(folder):
            found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        for path in found:
            yield f"{name}/{path.relative_to(folder)}".removesuffix(".zst"), path


def _copy(path: Path, place: Path, unreadable: list[str], *, name: str) -> None:
    """Copy a file; lines that are compressed are written plain."""
    make_folder(place.parent)
    if not path.name.endswith(PACKED):
        _write(place, [read(path)], end=b"")
        return
    try:
        blocks = split_lines(read(path), most=MOST_LINES, longest=LONGEST_LINE)
        _write(place, (line for block in blocks for line in block))
    except RowsChanged:
        unreadable.append(name)


def _write(path: Path, lines: Iterable[bytes], *, end: bytes = b"\n") -> None:
    with storing(path), _new(path) as file:
        for line in lines:
            file.write(line + end)


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")
