"""Rows of the change log: a line of a change set as it was decided, its texts byte for byte."""

from functools import lru_cache
from typing import NamedTuple

import orjson

from hffix.model.change import Line


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


def log_row(
    line: Line, *, seq: int, leaf: str, outcome: str, observed: str | None = None, observed_leaf: str | None = None
) -> LogRow:
    """Cut a line into the texts of its row."""
    salt, table, kind, key, before, after, origin, case = line
    return LogRow(
        seq,
        salt,
        table,
        kind,
        _text(key),
        _text(before),
        _text(after),
        origin if origin is None else _text(origin),
        case if case is None else _text(case),
        leaf,
        outcome,
        observed,
        observed_leaf,
    )


def _text(part: object) -> str:
    return orjson.dumps(part, option=orjson.OPT_SORT_KEYS).decode()


@lru_cache(maxsize=256)
def _quoted(table: str) -> str:
    return orjson.dumps(table).decode()
