"""Changes: one line of a change set is one row's before and after, and knows its leaf and its inverse."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import orjson

from hffix.errors.changesets import NotCanonical
from hffix.model.canonical import PLAIN, encode
from hffix.model.value import Canonical

Cells = dict[str, Canonical]

KINDS: Final = ("insert", "update", "delete", "ask")
SEED_BYTES: Final = 32
_SALT: Final = re.compile(r"[0-9a-f]{32}")
_LEAF: Final = re.compile(r"[0-9a-f]{64}")
_CASE: Final = re.compile(r"0|[1-9][0-9]*")


class Line(NamedTuple):
    """One row's change, in the order of its canonical JSON."""

    salt: str
    table: str
    kind: str
    key: Cells
    before: Cells | None
    after: Cells | None
    origin: str | None = None
    case: str | None = None

    def encode(self) -> bytes:
        """Write the line as the change set holds it, without the line end."""
        return encode(tuple(self))


def salt_of(table: str, *, kind: str, key: Mapping[str, Canonical], case: str | None, seed: bytes) -> str:
    """Derive a line's salt: keyed BLAKE2b-128 (RFC 7693) of canonical [table, kind, key, case]."""
    named = orjson.dumps((table, kind, key, case), option=PLAIN)
    return blake2b(named, digest_size=16, key=seed).hexdigest()


def read_lines(lines: Sequence[bytes]) -> list[Line | str]:
    """Read lines of a change set in one parse; an erased line is its leaf's hex text."""
    joined = b"[" + b",".join(lines) + b"]"
    try:
        parsed = orjson.loads(joined)
    except orjson.JSONDecodeError as fault:
        raise NotCanonical(f"a line is not JSON: {fault.msg}") from fault
    if len(parsed) != len(lines) or orjson.dumps(parsed, option=PLAIN) != joined:
        raise NotCanonical("a line is not in canonical form")
    return [_line(item) for item in parsed]


def _line(item: object) -> Line | str:
    if isinstance(item, str) and _LEAF.fullmatch(item):
        return item
    if not isinstance(item, list) or len(item) != len(Line._fields):
        raise NotCanonical("a line does not have its eight parts")
    line = Line(*item)
    if (
        type(line.salt) is not str
        or not _SALT.fullmatch(line.salt)
        or type(line.table) is not str
        or line.kind not in KINDS
        or type(line.key) is not dict
        or not line.key
        or not isinstance(line.before, dict | None)
        or not isinstance(line.after, dict | None)
        or not isinstance(line.origin, str | None)
        or not (line.case is None or (type(line.case) is str and _CASE.fullmatch(line.case)))
        or (line.before is None) != (line.kind == "insert")
        or (line.after is None) != (line.kind in {"delete", "ask"})
    ):
        raise NotCanonical("a line has a part of the wrong kind")
    return line


def inverse_cells(line: Line) -> tuple[str, Cells | None, Cells | None]:
    """Give kind, before and after of the change that takes this one back: only the changed cells."""
    if line.kind == "insert":
        return "delete", line.after, None
    if line.kind == "delete":
        return "insert", None, line.before
    if line.before is None or line.after is None:
        raise NotCanonical("only an insert, an update or a delete has an inverse")
    return "update", line.after, {column: line.before[column] for column in line.after}
