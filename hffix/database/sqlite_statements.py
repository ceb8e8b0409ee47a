"""Parts of SQLite's statements: an author's params by place, and rows by key."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from hffix.authoring.words import with_marks
from hffix.database.session import Params, Row
from hffix.database.sqlite_schema import quote
from hffix.database.sqlite_values import as_parameter, bind, literal
from hffix.model.schema import Table

MOST_PARAMETERS: Final = 30_000
# With one row a statement, half of the time would go into beginning and ending statements.
_APPENDED_AT_ONCE: Final = 500


def bind_params(sql: str, params: Params) -> tuple[str, list[object]]:
    """Bind the params of an author's SQL by place, in the order in which they stand there."""
    values: list[object] = []

    def mark(name: str) -> str:
        if name not in params:
            return f":{name}"
        values.append(as_parameter(params[name]))
        return bind([params[name]])[0]

    return with_marks(sql, mark, brackets=True), values


def in_keys(table: Table, keys: Sequence[Row]) -> str:
    """Choose rows by key."""
    if len(table.key) == 1:
        return f"{quote(table.key[0])} IN ({','.join(bind([key[0] for key in keys]))})"
    columns = ", ".join(map(quote, table.key))
    return f"({columns}) IN (VALUES {', '.join('(' + ', '.join(bind(key)) + ')' for key in keys)})"


def run_of(table: Table, keys: Sequence[Row]) -> tuple[int, int] | None:
    """Give the first and last of whole-number keys that are each other's next; None where they are anything else."""
    if len(table.key) > 1 or not keys or type(keys[0][0]) is not int:
        return None
    first = keys[0][0]
    last = first + len(keys) - 1
    return (first, last) if [key[0] for key in keys] == list(range(first, last + 1)) else None


def asking(table: Table, columns: Sequence[str], asked: Sequence[Row], *, first: int) -> str:
    """Ask for whole rows by some columns' values; the number of each question, counted from `first`, comes before."""
    read = ", ".join(f"t.{quote(column)}" for column in table.names)
    matched = " AND ".join(f"t.{quote(column)} IS asked.c{n}" for n, column in enumerate(columns))
    order = ", ".join(f"t.{quote(column)}" for column in table.key)
    named = ", ".join(["n", *(f"c{n}" for n in range(len(columns)))])
    rows = ", ".join(f"({n}, {', '.join(bind(values))})" for n, values in enumerate(asked, first))
    # CROSS JOIN keeps this order of the tables, so that an index of the asked columns is used.
    return (
        f"WITH asked({named}) AS (VALUES {rows}) SELECT asked.n, {read} FROM asked"
        f" CROSS JOIN main.{quote(table.name)} AS t ON {matched} ORDER BY asked.n, {order}"
    )


def appended(table: str, columns: Mapping[str, Sequence[str | int | None]]) -> Iterator[tuple[str, list[object]]]:
    """Write the statements that insert rows, many with each, and what is bound: what all rows share stands in them."""
    differing = {name: vs for name, vs in columns.items() if vs[0] != vs[-1] or len(set(vs)) > 1}
    alone = differing or dict(list(columns.items())[:1])
    marks = ", ".join("?" if name in alone else literal(values[0]) for name, values in columns.items())
    into = f"INSERT INTO main.{quote(table)} ({', '.join(map(quote, columns))}) VALUES"
    rows = list(zip(*alone.values(), strict=True))
    step = min(_APPENDED_AT_ONCE, MOST_PARAMETERS // len(alone))
    for some in (rows[start : start + step] for start in range(0, len(rows), step)):
        yield f"{into} {', '.join([f'({marks})'] * len(some))}", list(chain.from_iterable(some))
