"""Rows of the change log: a line of a change set as it was decided, its texts byte for byte."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import repeat
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from hffix.model.change import Line

# Keys in the order of their code points, as canonical JSON has them.
_LINES: Final = msgspec.json.Encoder(order="deterministic")


class LogRow(NamedTuple):
    """One row of hffix_change in the order of its columns, without the run it stands under."""

    seq: int
    salt: str | None
    table_name: str
    kind: str
    row_key: str | None
    before: str | None
    after: str | None
    origin: str | None
    case_id: str | None
    leaf: str
    outcome: str
    observed: str | None
    observed_leaf: str | None

    @property
    def erased(self) -> bool:
        """Whether the row's texts were erased; only its leaf stands for it then."""
        return self.salt is None

    def line(self) -> bytes:
        """Rebuild the line's bytes; those of an erased row have nulls for its texts, and no leaf of any line."""
        _, salt, table, kind, key, before, after, origin, case, *_ = self
        salted = "null" if salt is None else f'"{salt}"'
        return (
            f'[{salted},{_quoted(table)},"{kind}",{key or "null"},{before or "null"},{after or "null"},'
            f"{origin or 'null'},{case or 'null'}]"
        ).encode()


class LogColumns(NamedTuple):
    """Rows of hffix_change, column by column."""

    seq: Sequence[int]
    salt: Sequence[str | None]
    table_name: Sequence[str]
    kind: Sequence[str]
    row_key: Sequence[str | None]
    before: Sequence[str | None]
    after: Sequence[str | None]
    origin: Sequence[str | None]
    case_id: Sequence[str | None]
    leaf: Sequence[str]
    outcome: Sequence[str]
    observed: Sequence[str | None]
    observed_leaf: Sequence[str | None]

    @classmethod
    def of(cls, rows: Sequence[LogRow]) -> "LogColumns":
        """Turn rows into columns."""
        return cls._make(zip(*rows, strict=True)) if rows else cls._make([()] * len(cls._fields))

    def leaves(self) -> list[bytes]:
        """Hash every row's line; what it gives of a row that has not all of its texts is the leaf of no line."""
        origins, cases = _or_null(self.origin), _or_null(self.case_id)
        if len(set(self.table_name)) <= 1 and len(set(self.kind)) <= 1:
            heads: Iterable[str] = repeat(_head(self.table_name[0], self.kind[0]) if self.kind else "")
        else:
            heads = map(_head, self.table_name, self.kind)
        hashing = sha256
        return [
            hashing(f'\x00["{salt}{head}{key},{before},{after},{origin},{case}]'.encode()).digest()
            for salt, head, key, before, after, origin, case in zip(
                self.salt, heads, self.row_key, self.before, self.after, origins, cases, strict=False
            )
        ]

    def rows(self) -> list[LogRow]:
        """Give the rows one by one."""
        return list(map(LogRow._make, zip(*self, strict=True)))


def log_columns(parts: Sequence[Sequence[Any]], *, first: int, leaves: Sequence[str], outcome: str) -> LogColumns:
    """Cut lines, given part by part, into the texts of their rows; all came to one outcome, nothing was observed."""
    salts, tables, kinds, keys, befores, afters, origins, cases = parts
    nothing = [None] * len(salts)
    return LogColumns(
        seq=range(first, first + len(salts)),
        salt=salts,
        table_name=tables,
        kind=kinds,
        row_key=_texts(keys),
        before=_texts(befores),
        after=_texts(afters),
        origin=_strings(origins),
        case_id=_strings(cases),
        leaf=leaves,
        outcome=[outcome] * len(salts),
        observed=nothing,
        observed_leaf=nothing,
    )


def log_row(
    line: Line, *, seq: int, leaf: str, outcome: str, observed: str | None = None, observed_leaf: str | None = None
) -> LogRow:
    """Cut one line into the texts of its row."""
    (row,) = log_columns(parts_of([line]), first=seq, leaves=[leaf], outcome=outcome).rows()
    return row._replace(observed=observed, observed_leaf=observed_leaf)


def parts_of(lines: Sequence[Line]) -> Sequence[Sequence[Any]]:
    """Give lines part by part."""
    return list(zip(*lines, strict=True))


def _texts(parts: Sequence[object]) -> Sequence[str | None]:
    """Write one part of many lines; no text of JSON holds a line end."""
    return _LINES.encode_lines(parts).decode().split("\n")[:-1]


def _strings(parts: Sequence[str | None]) -> Sequence[str | None]:
    if set(parts) == {None}:
        return parts
    return [None if part is None else _quoted(part) for part in parts]


def _or_null(parts: Sequence[str | None]) -> Iterable[str]:
    if None not in parts:
        return parts  # type: ignore[return-value]
    return repeat("null") if set(parts) == {None} else [part or "null" for part in parts]


@lru_cache(maxsize=256)
def _head(table: str, kind: str) -> str:
    """Write what stands between the salt and the key."""
    return f'",{_quoted(table)},"{kind}",'


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
