"""Writing many rows: they are staged in a temporary table of the columns' own types, and joined by key.

A statement a row costs more than twenty times as much. The join compares keys twice: as the key's index does, to find
the row, and byte for byte, so that no row is written whose key only counts as equal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hffix.database.mysql_literals import all_assigned, all_given, compared
from hffix.database.mysql_packed import Statement, packed
from hffix.database.mysql_types import kind_of, quote
from hffix.database.session import Row
from hffix.model.schema import Column, Table

# A statement is cut when it is longer; a server takes sixteen times this unless it is told otherwise.
MOST_SQL: Final = 1_000_000
# So few rows are written by a statement each before a table for them would be made.
FEW: Final = 4
# A packed statement is prepared first; fewer rows than these are as soon parsed.
LEAST_PACKED: Final = 16


@dataclass(frozen=True, slots=True)
class Writer:
    """How statements that write are run, and whether they may be packed."""

    tell: Callable[[Statement], int]
    packs: bool


def update(writer: Writer, table: Table, stage: str, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """Write columns of rows, given as (key, values) in one; give the number of rows that the server matched."""
    keys = key_columns(table)
    if len(rows) <= FEW:
        return _update_each(writer, table, keys, columns, rows)
    written = ", ".join(f"t.{quote(c.name)} = s.{quote(c.name)}" for c in columns)
    with_rows = _stage(writer, table, stage, [*keys, *columns], rows)
    matched = writer.tell(f"UPDATE {with_rows} STRAIGHT_JOIN {_joined(table, keys)} SET {written}")
    writer.tell(f"DROP TEMPORARY TABLE {stage}")
    return matched


def _update_each(
    writer: Writer, table: Table, keys: Sequence[Column], columns: Sequence[Column], rows: Iterable[Row]
) -> int:
    matched = 0
    for row in rows:
        values = zip(columns, row[len(keys) :], strict=True)
        written = ", ".join(f"{quote(column.name)} = {all_assigned(column, (value,))[0]}" for column, value in values)
        for where in _keyed(keys, row[: len(keys)]):
            matched += writer.tell(f"UPDATE {quote(table.name)} SET {written} WHERE {where}")
    return matched


def delete(writer: Writer, table: Table, stage: str, keys: Sequence[Row]) -> int:
    """Delete rows by key, in their order where rows of the table refer to each other: then it matters."""
    columns = key_columns(table)
    if len(keys) <= FEW or any(link.to_table == table.name for link in table.references):
        return sum(
            writer.tell(f"DELETE FROM {quote(table.name)} WHERE {w}") for key in keys for w in _keyed(columns, key)
        )
    with_keys = _stage(writer, table, stage, columns, keys)
    deleted = writer.tell(f"DELETE t FROM {with_keys} STRAIGHT_JOIN {_joined(table, columns)}")
    writer.tell(f"DROP TEMPORARY TABLE {stage}")
    return deleted


def insert(writer: Writer, table: str, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """Insert rows, every column stated."""
    into = f"INSERT INTO {quote(table)} ({', '.join(quote(column.name) for column in columns)})"
    return sum(map(writer.tell, _filling(writer, into, columns, rows)))


def appended(table: str, columns: Mapping[str, Sequence[str | int | None]], *, packs: bool) -> list[Statement]:
    """Write the statements that insert rows of texts and whole numbers, given column by column."""
    into, values = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))})", list(columns.values())
    ready = packed(into, values) if packs and len(values[0]) >= LEAST_PACKED else None
    return [*ready] if ready is not None else [f"{into} VALUES {listed}" for listed in _listed(map(all_given, values))]


def key_columns(table: Table) -> list[Column]:
    """Give a table's key columns, in the key's order."""
    known = {column.name: column for column in table.columns}
    return [known[name] for name in table.key]


def _stage(writer: Writer, table: Table, stage: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    # Copied from the table, so that every value is held as the table itself would hold it.
    like = f"SELECT {', '.join(quote(column.name) for column in columns)} FROM {quote(table.name)} LIMIT 0"
    writer.tell(f"CREATE TEMPORARY TABLE {stage} ENGINE = InnoDB {like}")
    for statement in _filling(writer, f"INSERT INTO {stage}", columns, rows):
        writer.tell(statement)
    return f"{stage} AS s"


def _filling(writer: Writer, into: str, columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Statement]:
    values = list(zip(*rows, strict=True))
    # As a literal, bytes are a number to a column of bits.
    if writer.packs and len(rows) >= LEAST_PACKED and all(kind_of(column).name != "bit" for column in columns):
        ready = packed(into, values)
        if ready is not None:
            yield from ready
            return
    for listed in _listed(all_assigned(column, own) for column, own in zip(columns, values, strict=False)):
        yield f"{into} VALUES {listed}"


def _joined(table: Table, keys: Sequence[Column]) -> str:
    same = " AND ".join(_same(f"t.{quote(column.name)}", f"s.{quote(column.name)}", column) for column in keys)
    return f"{quote(table.name)} AS t FORCE INDEX (PRIMARY) ON {same}"


def _keyed(columns: Sequence[Column], key: Row) -> Iterator[str]:
    """Write the condition for one key; none where no row can have it."""
    written = [(column, compared(column, value)) for column, value in zip(columns, key, strict=True)]
    same = [_same(quote(column.name), value, column) for column, value in written if value is not None]
    if len(same) == len(written):
        yield " AND ".join(same)


def _same(name: str, value: str, column: Column) -> str:
    equal = f"{name} = {value}"
    return f"{equal} AND CAST({name} AS BINARY) = CAST({value} AS BINARY)" if kind_of(column).text else equal


def _listed(columns: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write the rows of written columns as lists for VALUES, none much longer than a statement may be."""
    texts: list[str] = []
    length = 0
    for row in map(", ".join, zip(*columns, strict=True)):
        texts.append(row)
        length += len(row)
        if length > MOST_SQL:
            yield f"({'), ('.join(texts)})"
            texts, length = [], 0
    if texts:
        yield f"({'), ('.join(texts)})"
