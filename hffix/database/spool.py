"""A spool: the rows of a query, on disk where they are many, so that other queries may run while they are read.

Many drivers can ask nothing else while an answer is read, and a second connection would see another snapshot.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Final, Generic, TypeVar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Row = TypeVar("Row")

_LEVEL: Final = 1
_LENGTH: Final = 8


def pages(
    take: Callable[[], list[Row]], *, pack: Callable[[list[Row]], bytes], unpack: Callable[[bytes], list[Row]]
) -> Iterator[list[Row]]:
    """Take pages to their end, and then give them; an answer of one page never comes to the disk."""
    first, second = take(), take()
    if not second:
        return iter([first] if first else [])
    with ExitStack() as unfinished:
        # A file without a name, for its owner only, which goes with the process.
        file = unfinished.enter_context(tempfile.TemporaryFile(prefix="hffix-spool-"))
        _put(file, pack(first))
        while second:
            _put(file, pack(second))
            second = take()
        file.seek(0)
        unfinished.pop_all()
    return _Pages(file, unpack)


def _put(file: IO[bytes], page: bytes) -> None:
    packed = zstd.compress(page, _LEVEL)
    file.write(len(packed).to_bytes(_LENGTH, "big"))
    file.write(packed)


class _Pages(Generic[Row]):
    """What was spooled, read once."""

    def __init__(self, file: IO[bytes], unpack: Callable[[bytes], list[Row]]) -> None:
        self._file = file
        self._unpack = unpack

    def __iter__(self) -> Iterator[list[Row]]:
        return self

    def __next__(self) -> list[Row]:
        length = b"" if self._file.closed else self._file.read(_LENGTH)
        if not length:
            self._file.close()
            raise StopIteration
        return self._unpack(zstd.decompress(self._file.read(int.from_bytes(length, "big"))))

    def __del__(self) -> None:
        # Whoever reads it may stop before its end.
        self._file.close()
