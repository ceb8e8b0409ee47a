"""Rowless: git holds rules, digests and signatures, and never a row of a person, nor a private key."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from hffix.cleaners.citizen_numbers import refuse_wrong_number
from hffix.model.unresolved import Unresolved
from hffix.store.branch import Kept

_FOLDERS: Final = {"changesets", "backups", "corrections", "keys"}
_SUFFIXES: Final = {".db", ".sqlite", ".sqlite3", ".db-wal", ".db-shm", ".db-journal", ".zst"}
# Scripts and pages may show a made-up number; tables of values may not hold one that could be somebody's.
_WRITTEN: Final = {".py", ".md"}
_BEGINNINGS: Final = {
    b"SQLite format 3\0": "an SQLite database",
    b"\x28\xb5\x2f\xfd": "a compressed file, as change sets and backups are",
}
_LINE: Final = re.compile(rb'^\["[0-9a-f]{32}","', re.MULTILINE)
_PRIVATE: Final = re.compile(rb"^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----", re.MULTILINE)
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")


def rows_in(files: Iterable[Kept]) -> Iterator[tuple[PurePosixPath, str]]:
    """Name each file that must not be in git, and why; what it holds is not told."""
    for file in files:
        why = _why(file)
        if why is not None:
            yield file.path, why


def _why(file: Kept) -> str | None:
    if len(file.path.parts) > 1 and file.path.parts[0] in _FOLDERS and file.path.name != ".gitkeep":
        return f"{file.path.parts[0]}/ holds rows or keys, which git never forgets"
    if file.path.suffix in _SUFFIXES:
        return f"a {file.path.suffix} file holds rows"
    for beginning, what in _BEGINNINGS.items():
        if file.data.startswith(beginning):
            return f"it is {what}"
    if _LINE.search(file.data):
        return "it has a line of a change set or a backup"
    if _PRIVATE.search(file.data):
        return "it is a private key"
    if file.path.suffix not in _WRITTEN and any(map(_is_somebody_s, _NUMBER.findall(_text(file.data)))):
        return "it has a number that is some citizen's"
    return None


def _is_somebody_s(number: str) -> bool:
    try:
        refuse_wrong_number(number.upper())
    except Unresolved:
        return False
    return True


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
