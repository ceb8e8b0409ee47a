"""Rows of the change log: a line of a change set as it was decided, its texts byte for byte."""

from collections.abc import Iterable, Sequence
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


def log_rows_of(
    lines: Sequence[Line],
    numbers: Iterable[int],
    leaves: Iterable[str],
    outcomes: Iterable[str],
    observed: Iterable[str | None],
    observed_leaves: Iterable[str | None],
) -> list[LogRow]:
    """Cut lines into the texts of their rows, part by part."""
    salts, tables, kinds, keys, befores, afters, origins, cases = zip(*lines, strict=True)
    texts = ([orjson.dumps(part, option=orjson.OPT_SORT_KEYS).decode() for part in p] for p in (keys, befores, afters))
    named = ([None if part is None else _quoted(part) for part in parts] for parts in (origins, cases))
    columns = (numbers, salts, tables, kinds, *texts, *named, leaves, outcomes, observed, observed_leaves)
    return list(map(LogRow._make, zip(*columns, strict=True)))


def log_row(
    line: Line, *, seq: int, leaf: str, outcome: str, observed: str | None = None, observed_leaf: str | None = None
) -> LogRow:
    """Cut one line into the texts of its row."""
    (row,) = log_rows_of([line], [seq], [leaf], [outcome], [observed], [observed_leaf])
    return row


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
