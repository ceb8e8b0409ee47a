"""Conditions on the key of a table: which rows are asked for, in which order, and which come after one."""

from collections.abc import Iterator, Sequence
from typing import Final

from hffix.database.mysql_literals import all_compared, compared
from hffix.database.mysql_types import WHOLE, kind_of, quote
from hffix.database.session import Row
from hffix.model.schema import Column, Table

Run = tuple[int, int]
# A list for IN is cut before it is longer; the server's own bound of a statement is sixteen times this.
MOST_SQL: Final = 1_000_000
# Each row is held against one run after the other, but a list for IN is searched by halves.
MOST_RUNS: Final = 8


def described(table: Table, names: Sequence[str]) -> list[Column]:
    """Give columns by their names."""
    known = {column.name: column for column in table.columns}
    return [known[name] for name in names]


def ordered(table: Table) -> str:
    """Write the order of the key."""
    return ", ".join(f"t.{quote(column)}" for column in table.key)


def after(table: Table, row: Row) -> str:
    """Say which rows come after a key: spelled out, since the server uses no index for (a, b) > (1, 2)."""
    columns = described(table, table.key)
    values = [compared(column, value) for column, value in zip(columns, row, strict=False)]
    named = [f"t.{quote(column)}" for column in table.key]
    steps = []
    for place in range(len(named)):
        same = [f"{name} = {value}" for name, value in zip(named[:place], values, strict=False)]
        steps.append(" AND ".join([*same, f"{named[place]} > {values[place]}"]))
    return " OR ".join(f"({step})" for step in steps)


def runs(table: Table, keys: Sequence[Row]) -> list[Run]:
    """Give the first and last of each run of keys that are each other's next, where these are all, and few and long.

    The rows of a run are found in one go; each key of a list the server looks up by itself.
    """
    columns = described(table, table.key)
    if len(columns) > 1 or kind_of(columns[0]).name not in WHOLE:
        return []
    numbers = [key[0] for key in keys]
    if set(map(type, numbers)) != {int}:
        return []
    whole: list[int] = sorted(set(numbers))  # type: ignore[arg-type]
    if whole[-1] - whole[0] == len(whole) - 1:
        return [(whole[0], whole[-1])]
    ends = [place for place in range(1, len(whole)) if whole[place] - whole[place - 1] > 1]
    if len(ends) >= min(MOST_RUNS, len(whole) // MOST_RUNS):
        return []
    return [(whole[first], whole[end - 1]) for first, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


def ending(table: Table, found: Sequence[Run]) -> str:
    """Say which rows are the last of their runs."""
    return f"{ordered(table)} IN ({', '.join(str(last) for _, last in found)})"


def among(table: Table, keys: Sequence[Row], found: Sequence[Run]) -> Iterator[str]:
    """Say which rows have one of these keys, by their runs or in lists that are each short enough for a statement."""
    if found:
        yield " OR ".join(_run(ordered(table), first, last) for first, last in found)
        return
    for listed in _listed(described(table, table.key), keys):
        yield f"({ordered(table)}) IN ({listed})"


def _run(name: str, first: int, last: int) -> str:
    # To see where a run ends the server locks the next row for a moment; so that is one that was asked for too.
    own = f"{name} = {last}"
    return f"{name} BETWEEN {first} AND {last - 1} OR {own}" if first < last else own


def _listed(columns: Sequence[Column], keys: Sequence[Row]) -> Iterator[str]:
    """Write keys as lists for IN; a key that no row can have is left out."""
    texts: list[str] = []
    length = 0
    written = (all_compared(column, values) for column, values in zip(columns, zip(*keys, strict=True), strict=False))
    for parts in zip(*written, strict=True):
        if None in parts:
            continue
        texts.append(", ".join(parts))
        length += len(texts[-1])
        if length > MOST_SQL:
            yield f"({'), ('.join(texts)})"
            texts, length = [], 0
    if texts:
        yield f"({'), ('.join(texts)})"
