"""Backup parts: the full rows of one chunk, on disk before any of them is written."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from hffix.errors.changesets import RowsChanged
from hffix.errors.evidence import BadBackup
from hffix.errors.project import StorageFailed
from hffix.model.manifest import PART_LINES, Root
from hffix.store.files import read, storing, write_once
from hffix.store.line_files import Leaves, Text, compress, erase_lines, split_lines

# A whole row may hold far more than the columns that a change set's line holds of it.
LONGEST_ROW: Final = 2**31
_RUN: Final = re.compile(r"[1-9][0-9]*")
_NAME: Final = re.compile(r"([1-9][0-9]*)-[0-9a-f]{12}\.jsonl\.zst")


def part_path(folder: Path, *, run: int, first: int, root: str) -> Path:
    """Name the part of a chunk: its run, its first line, and the first digits of its root."""
    return folder / str(run) / f"{first}-{root[:12]}.jsonl.zst"


def write_part(folder: Path, *, run: int, first: int, text: Text, root: Callable[[], bytes]) -> Path:
    """Write the part of a chunk; it is on the disk when this returns. The root is asked for when it is needed."""
    data = compress(text, longest=LONGEST_ROW)
    path = part_path(folder, run=run, first=first, root=root().hex())
    if path.parent.is_symlink():
        # Whole rows of people would lie where nobody knows who may read them; the folder above may be such a link.
        raise StorageFailed(f"{path.parent} is a symbolic link, and no folder")
    write_once(path, data)
    return path


def read_part(path: Path) -> list[bytes]:
    """Read the lines of a part; whether they are the right ones, their root says."""
    if not path.is_file():
        raise BadBackup(f"{path} is not there")
    try:
        return [line for lines in split_lines(read(path), most=PART_LINES, longest=LONGEST_ROW) for line in lines]
    except RowsChanged as fault:
        raise BadBackup(f"{path}: {fault.message}") from fault


def root_of_part(data: bytes) -> Root | None:
    """Compute the root of a part's bytes; None where it cannot be read, or holds a line that stands as its leaf."""
    leaves = Leaves()
    try:
        for lines in split_lines(data, most=PART_LINES, longest=LONGEST_ROW):
            leaves.add(lines)
    except RowsChanged:
        return None
    return None if leaves.holds_erased else leaves.root()


def erase_in_part(path: Path, leaves: AbstractSet[bytes], *, stated: Root) -> int:
    """Put its leaf in the place of each line of a part that has one of these leaves; give how many were put."""
    return erase_lines(path, leaves, stated=stated, longest=LONGEST_ROW)


def all_parts(folder: Path) -> tuple[Path, ...]:
    """List the parts of every run, also of runs that no change log knows."""
    with storing(folder):
        found = folder.iterdir() if folder.is_dir() else iter(())
        runs = sorted(int(inner.name) for inner in found if inner.is_dir() and _RUN.fullmatch(inner.name))
    return tuple(path for run in runs for path in parts(folder, run))


def parts(folder: Path, run: int) -> tuple[Path, ...]:
    """List the parts of a run in the order of their lines."""
    inner = folder / str(run)
    with storing(inner):
        named = [(found, path) for path in inner.glob("*") if (found := _NAME.fullmatch(path.name))]
    return tuple(path for _, path in sorted((int(found[1]), path) for found, path in named))
