"""The statements of PostgreSQL's rows: many keys or rows are one array a column, unfolded and joined by key."""

from collections.abc import Sequence

from hffix.authoring.words import with_marks
from hffix.database.postgresql_schema import Described
from hffix.database.postgresql_values import as_parameter, quote
from hffix.database.postgresql_words import refuse_foreign
from hffix.database.session import Params


def bind(sql: str, params: Params) -> tuple[str, list[object]]:
    """Bind the params of an author's SQL by place, in the order in which they stand there."""
    refuse_foreign(sql)
    values: list[object] = []

    def mark(name: str) -> str:
        if name not in params:
            return f":{name}"
        values.append(as_parameter(params[name]))
        return f"${len(values)}"

    return with_marks(sql, mark, brackets=False), values


def given(columns: int, *, numbered: bool = False) -> str:
    """Name the given rows k, their columns c0, c1, … as texts, and with `numbered` their order n."""
    arrays = ", ".join(f"${place}::text[]" for place in range(1, columns + 1))
    names = ", ".join([*(f"c{place}" for place in range(columns)), *(["n"] if numbered else [])])
    return f"unnest({arrays}){' WITH ORDINALITY' if numbered else ''} AS k({names})"


def cast(described: Described, columns: Sequence[str], *, first: int = 0) -> list[str]:
    """Cast given columns, from a place on, to their types; a declared length is left to the table: a cast would cut."""
    return [f"k.c{first + n}::{described.stored[column].carried.cast}" for n, column in enumerate(columns)]


def same_key(described: Described) -> str:
    """Join the table's rows, as t, to the given keys."""
    key = described.table.key
    return " AND ".join(f"t.{quote(c)} = {k}" for c, k in zip(key, cast(described, key), strict=True))


def read(described: Described, columns: Sequence[str], *, keys: str, ending: str = "") -> str:
    """Read columns of rows by key."""
    wanted = ", ".join(f"t.{quote(column)}" for column in columns)
    return f"SELECT {wanted} FROM {keys} JOIN {described.quoted} AS t ON {same_key(described)}{ending}"


def update(described: Described, columns: Sequence[str]) -> str:
    """Write columns by key; the values come after the key's."""
    width = len(described.table.key)
    written = ", ".join(
        f"{quote(c)} = {v}" for c, v in zip(columns, cast(described, columns, first=width), strict=True)
    )
    keys = given(width + len(columns))
    return f"UPDATE {described.quoted} AS t SET {written} FROM {keys} WHERE {same_key(described)}"


def insert(described: Described, columns: Sequence[str]) -> str:
    """Insert rows, also where an identity would give a key of its own."""
    names = ", ".join(map(quote, columns))
    return (
        f"INSERT INTO {described.quoted} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(cast(described, columns))} FROM {given(len(columns), numbered=True)} ORDER BY k.n"
    )


def delete(described: Described) -> str:
    """Delete rows by key."""
    keys = given(len(described.table.key))
    return f"DELETE FROM {described.quoted} AS t USING {keys} WHERE {same_key(described)}"


def answers(described: Described, columns: Sequence[str], *, nulls: Sequence[str], ending: str = "") -> str:
    """Ask for rows by some columns' values, and by NULL in others; the number of each question comes last."""
    table = described.table
    equal = [f"t.{quote(c)} = {k}" for c, k in zip(columns, cast(described, columns), strict=True)]
    empty = [f"t.{quote(column)} IS NULL" for column in nulls]
    number = f"k.c{len(columns)}::bigint"
    read_ = ", ".join(f"t.{quote(column)}" for column in table.names)
    order = ", ".join(f"t.{quote(column)}" for column in table.key)
    return (
        f"SELECT {number}, {read_} FROM {given(len(columns) + 1)} JOIN {described.quoted} AS t"
        f" ON {' AND '.join(equal + empty)} ORDER BY {number}, {order}{ending}"
    )
