"""The spool of a generic target: rows as canonical values, so that each comes back of its own kind."""

from collections.abc import Callable, Iterator

import msgspec

from hffix.database import spool
from hffix.database.session import Row
from hffix.model.value import decode_value, encode_value


def pages(take: Callable[[], list[Row]]) -> Iterator[list[Row]]:
    """Take pages to their end, and then give them."""
    return spool.pages(take, pack=_pack, unpack=_unpack)


def _pack(page: list[Row]) -> bytes:
    return msgspec.msgpack.encode([[encode_value(value) for value in row] for row in page])


def _unpack(page: bytes) -> list[Row]:
    return [tuple(decode_value(value) for value in row) for row in msgspec.msgpack.decode(page)]
