"""A spool: the rows of a query, on disk where they are many, so that other queries may run while they are read.

The server sends the whole answer at once, nothing else can be asked meanwhile, and a second connection would see
another snapshot.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Final

import msgspec

from hffix.database.mysql_driver import Cells, Stream

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LEVEL: Final = 1
_LENGTH: Final = 8


def pages(stream: Stream, *, rows: int) -> Iterator[list[Cells]]:
    """Read a stream to its end, and then give its rows in pages of so many."""
    first = stream.take(rows)
    second = stream.take(rows)
    if not second:
        return iter([first] if first else [])
    with ExitStack() as unfinished:
        # A file without a name, for its owner only, which goes with the process.
        file = unfinished.enter_context(tempfile.TemporaryFile(prefix="hffix-spool-"))
        _put(file, first)
        while second:
            _put(file, second)
            second = stream.take(rows)
        file.seek(0)
        unfinished.pop_all()
    return _Pages(file)


def _put(file: IO[bytes], page: list[Cells]) -> None:
    packed = zstd.compress(msgspec.msgpack.encode(page), _LEVEL)
    file.write(len(packed).to_bytes(_LENGTH, "big"))
    file.write(packed)


class _Pages:
    """What was spooled, read once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[list[Cells]]:
        return self

    def __next__(self) -> list[Cells]:
        length = b"" if self._file.closed else self._file.read(_LENGTH)
        if not length:
            self._file.close()
            raise StopIteration
        packed = self._file.read(int.from_bytes(length, "big"))
        return msgspec.msgpack.decode(zstd.decompress(packed), type=list[list[bytes | None]])

    def __del__(self) -> None:
        # Whoever reads it may stop before its end.
        self._file.close()
