"""Canonical JSON: the one byte form of everything that is signed, hashed or chained.

UTF-8, no blanks, keys sorted by code point, the shortest escapes, integers within ±(2^53-1) and no other number,
no duplicate key, no lone surrogate, at most 32 levels deep. What a reader accepts, it could have written.
"""

import hashlib
from typing import Final

import orjson

from hffix.errors.changesets import NotCanonical, NotJson

DEEPEST: Final = 32
LARGEST: Final = 2**53 - 1
# Without these, orjson would quietly write dataclasses, dates and subclasses of str.
PLAIN: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def encode(value: object) -> bytes:
    """Write a value in its one canonical form; refuse what has none."""
    _refuse_foreign(value, depth=0)
    try:
        return orjson.dumps(value, option=PLAIN)
    except (TypeError, orjson.JSONEncodeError) as fault:
        raise NotCanonical("a text with a lone surrogate has no canonical form") from fault


def decode(data: bytes) -> Json:
    """Read canonical JSON; refuse bytes that `encode` would not have written."""
    try:
        value: Json = orjson.loads(data)
    except orjson.JSONDecodeError as fault:
        raise NotJson(f"not JSON: {fault.msg} at byte {fault.pos}") from fault
    _refuse_foreign(value, depth=0)
    if orjson.dumps(value, option=PLAIN) != data:
        raise NotCanonical("the bytes are not in canonical form")
    return value


def digest(data: bytes) -> str:
    """Name bytes by their SHA-256, as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _refuse_foreign(value: object, *, depth: int) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonical("a whole number is outside ±(2^53-1)")
        return
    if not isinstance(value, list | tuple | dict):
        raise NotCanonical(f"canonical JSON has no {type(value).__name__}")
    if depth >= DEEPEST:
        raise NotCanonical(f"nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonical("a key is not text")
        value = tuple(value.values())
    for item in value:
        _refuse_foreign(item, depth=depth + 1)
