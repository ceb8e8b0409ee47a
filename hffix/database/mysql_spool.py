"""Spooling what MariaDB sends: the server's own bytes, in pages."""

from collections.abc import Iterator
from functools import partial

import msgspec

from hffix.database import spool
from hffix.database.mysql_cells import Cells
from hffix.database.mysql_driver import Stream


def pages(stream: Stream, *, rows: int) -> Iterator[list[Cells]]:
    """Read a stream to its end, and then give its rows in pages of so many."""
    return spool.pages(partial(stream.take, rows), pack=msgspec.msgpack.encode, unpack=_unpack)


def _unpack(page: bytes) -> list[Cells]:
    return msgspec.msgpack.decode(page, type=list[list[bytes | None]])
