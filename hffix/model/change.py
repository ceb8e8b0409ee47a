"""Changes: one line of a change set is one row's before and after, and knows its leaf and its inverse."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import orjson

from hffix.errors.changesets import NotCanonical
from hffix.model.canonical import PLAIN, encode
from hffix.model.value import Canonical, Raw, encode_values

Cells = dict[str, Canonical]

KINDS: Final = ("insert", "update", "delete", "ask")
SEED_BYTES: Final = 32
_SALT_DIGITS: Final = 32
_HEX: Final = re.compile(r"[0-9a-f]*")
_LEAF: Final = re.compile(r"[0-9a-f]{64}")
_CASE: Final = re.compile(r"0|[1-9][0-9]*")
_FORMS: Final = frozenset(
    {("insert", type(None), dict), ("update", dict, dict), ("delete", dict, type(None)), ("ask", dict, type(None))}
)


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
    # Each by itself: two halves of one line must not pass for two lines.
    if len(parsed) != len(lines) or any(
        orjson.dumps(item, option=PLAIN) != line for item, line in zip(parsed, lines, strict=True)
    ):
        raise NotCanonical("a line is not in canonical form")
    whole = [item for item in parsed if type(item) is list]
    _check(whole)
    if len(whole) != len(parsed):
        return [Line._make(item) if type(item) is list else _erased(item) for item in parsed]
    return list(map(Line._make, whole))


def _check(items: list[list[object]]) -> None:
    """Check many lines at once, part by part: one by one it would cost more than reading them."""
    if not set(map(len, items)) <= {len(Line._fields)}:
        raise NotCanonical("a line does not have its eight parts")
    salts, tables, kinds, keys, befores, afters, origins, cases = zip(*items, strict=True) if items else [()] * 8
    forms = set(zip(kinds, map(type, befores), map(type, afters), strict=True)) if _texts(kinds) else {None}
    if not (
        _texts(salts)
        and _texts(tables)
        and forms <= _FORMS
        and set(map(type, keys)) <= {dict}
        and all(keys)
        and set(map(type, origins)) <= {str, type(None)}
        and set(map(type, cases)) <= {str, type(None)}
        and are_names(salts, cases)
    ):
        raise NotCanonical("a line has a part of the wrong kind")


def are_names(salts: Sequence[str], cases: Sequence[str | None]) -> bool:
    """Say whether all salts are of hex digits, and all cases, where there are any, whole numbers."""
    return (
        set(map(len, salts)) <= {_SALT_DIGITS}
        and _HEX.fullmatch("".join(salts)) is not None
        and all(_CASE.fullmatch(case) for case in set(cases) if case is not None)
    )


def _texts(parts: tuple[object, ...]) -> bool:
    return set(map(type, parts)) <= {str}


def _erased(item: object) -> str:
    if not isinstance(item, str) or not _LEAF.fullmatch(item):
        raise NotCanonical("an erased line is not the text of its leaf")
    return item


def canonical_rows(names: Sequence[str], rows: Sequence[Sequence[Raw]]) -> list[Cells]:
    """Give raw rows in canonical values, column by column: most columns hold nothing but text."""
    return canonical_cells(names, list(zip(*rows, strict=True)))


def canonical_cells(names: Sequence[str], columns: Sequence[Sequence[Raw]]) -> list[Cells]:
    """Give raw columns as rows of canonical values."""
    encoded = list(map(encode_values, columns))
    # Of one or two columns, as most keys and changes are, in a third of the time.
    if len(encoded) == 1:
        (name,), (values,) = names, encoded
        return [{name: value} for value in values]
    if len(encoded) == 2:
        (left, right), (lefts, rights) = names, encoded
        return [{left: one, right: other} for one, other in zip(lefts, rights, strict=True)]
    return [dict(zip(names, row, strict=True)) for row in zip(*encoded, strict=True)]


def inverse_cells(line: Line) -> tuple[str, Cells | None, Cells | None]:
    """Give kind, before and after of the change that takes this one back: only the changed cells."""
    if line.kind == "insert":
        return "delete", line.after, None
    if line.kind == "delete":
        return "insert", None, line.before
    if line.before is None or line.after is None:
        raise NotCanonical("only an insert, an update or a delete has an inverse")
    return "update", line.after, {column: line.before[column] for column in line.after}
