"""Files that outlive a crash: whole under their final name or not there at all, and evidence never overwritten."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from hffix.errors.project import AlreadyThere, StorageFailed

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
# Nothing that looks for evidence takes such a name for evidence.
TEMPORARY: Final = ".tmp"


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into a refusal that names the file."""
    try:
        yield
    except OSError as fault:
        raise StorageFailed(f"{path}: {fault.strerror or 'input or output failed'}") from fault


def read(path: Path) -> bytes:
    """Read a whole file."""
    with storing(path):
        return path.read_bytes()


def write_once(path: Path, data: bytes) -> None:
    """Write a file that is never overwritten; the same bytes written again change nothing."""
    with storing(path):
        make_folder(path.parent)
        with _temporary(path, data) as temporary:
            try:
                # A link, not a rename: it fails where the name is taken, whoever took it and however late.
                os.link(temporary, path)
            except FileExistsError as fault:
                if path.read_bytes() != data:
                    raise AlreadyThere(f"{path} is there with other bytes") from fault
        sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write a file in place of the one that is there: a reader sees the one or the other, whole."""
    with storing(path):
        make_folder(path.parent)
        with _temporary(path, data) as temporary:
            temporary.replace(path)
        sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append one line and its line end; a rest without line end, as a crash leaves it, is cut off first."""
    with storing(path):
        make_folder(path.parent)
        created = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE), "r+b") as file:
            file.seek(_end_of_lines(file))
            file.truncate()
            file.write(line + b"\n")
            sync(file)
        if created:
            sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for the owner only."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    sync_folder(folder.parent)


def sync(file: BinaryIO) -> None:
    """Wait until what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _temporary(path: Path, data: bytes) -> Iterator[Path]:
    """Write the bytes beside their final place, for the owner only, and take what is left away."""
    # mkstemp opens with O_EXCL and mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            sync(file)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _end_of_lines(file: BinaryIO) -> int:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return 0
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return size
    file.seek(0)
    return file.read().rfind(b"\n") + 1
