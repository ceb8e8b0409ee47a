"""The statements of any database: SQLAlchemy's own, over columns without a type, so that nothing changes a value."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    and_,
    bindparam,
    delete,
    insert,
    null,
    or_,
    true,
    update,
)
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import NULLTYPE

from hffix.authoring.words import with_marks
from hffix.database.generic_types import as_parameter
from hffix.database.portable import bound
from hffix.database.session import Params

Answer = CursorResult[Any]


class Verbatim(ColumnElement[Any]):
    """An author's expression, its params bound: nothing but those is read in it."""

    inherit_cache = False
    type = NULLTYPE

    def __init__(self, sql: str, params: Params) -> None:
        self.parts = _parts(sql, params)


class Query(Executable, ClauseElement):
    """An author's query, as it stands."""

    inherit_cache = False

    def __init__(self, sql: str, params: Params) -> None:
        self.parts = _parts(sql, params)


def _parts(sql: str, params: Params) -> tuple[str | BindParameter[Any], ...]:
    """Cut a text at its params, which alone are bound: a colon within a string is no param."""
    names: list[str] = []

    def mark(name: str) -> str:
        if name not in params:
            return f":{name}"
        names.append(name)
        # No SQL text holds it.
        return "\x00"

    texts = with_marks(sql, mark, brackets=False).split("\x00")
    parts: list[str | BindParameter[Any]] = [texts[0]]
    for name, text in zip(names, texts[1:], strict=True):
        parts += [bound(as_parameter(params[name])), text]
    return tuple(parts)


@compiles(Verbatim)
@compiles(Query)
def _write(element: Verbatim | Query, compiler: SQLCompiler, **given: Any) -> str:
    return "".join(
        _literally(compiler, part) if isinstance(part, str) else compiler.process(part, **given)
        for part in element.parts
    )


def _literally(compiler: SQLCompiler, text: str) -> str:
    """Write a text so that the driver takes no sign in it for a param of its own."""
    written: str = compiler.post_process_text(text)  # type: ignore[no-untyped-call]
    return written


def named(name: str) -> BindParameter[Any]:
    """Bind what is given when the statement runs."""
    return bindparam(name, type_=NULLTYPE)


def table_of(name: str, columns: Sequence[str]) -> FromClause:
    """Name a table, with its schema if it has one, as t."""
    schema, _, bare = name.rpartition(".")
    return plain_table(bare, *map(plain_column, columns), schema=schema or None).alias("t")


def bare_table(name: str, columns: Sequence[str]) -> Any:
    """Name a table that is written."""
    schema, _, bare = name.rpartition(".")
    return plain_table(bare, *map(plain_column, columns), schema=schema or None)


def any_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Say that any condition holds; without one, every row is meant."""
    return or_(*conditions) if conditions else true()


def in_keys(columns: Sequence[ColumnElement[Any]], keys: Sequence[Sequence[object]]) -> ColumnElement[bool]:
    """Choose rows by key."""
    if len(columns) == 1:
        return columns[0].in_(bindparam(None, [key[0] for key in keys], type_=NULLTYPE, unique=True, expanding=True))
    return or_(*(matched(columns, key) for key in keys))


def matched(columns: Sequence[ColumnElement[Any]], values: Sequence[object]) -> ColumnElement[bool]:
    """Say that columns hold values, and NULL where one is None: a NULL is never bound."""
    return and_(
        *(
            column.is_(null()) if value is None else column == bound(value)
            for column, value in zip(columns, values, strict=True)
        )
    )


def matching(source: FromClause, columns: Sequence[str], *, given: Sequence[bool], first: int = 0) -> Any:
    """Say that columns hold what is given when the statement runs, p0, p1, …, and NULL where nothing is."""
    return and_(
        *(
            source.c[column] == named(f"p{first + place}") if there else source.c[column].is_(null())
            for place, (column, there) in enumerate(zip(columns, given, strict=True))
        )
    )


def update_of(name: str, key: Sequence[str], columns: Sequence[str], *, given: Sequence[bool]) -> Update:
    """Write columns of one row by key; the values come after the key's."""
    target = bare_table(name, (*key, *columns))
    values = {
        target.c[column]: named(f"p{place}") if there else null()
        for place, (column, there) in enumerate(zip(columns, given, strict=True), start=len(key))
    }
    return update(target).where(matching(target, key, given=[True] * len(key))).values(values)


def insert_of(name: str, columns: Sequence[str], *, given: Sequence[bool]) -> Insert:
    """Insert one row."""
    target = bare_table(name, columns)
    return insert(target).values(
        {
            target.c[column]: named(f"p{place}") if there else null()
            for place, (column, there) in enumerate(zip(columns, given, strict=True))
        }
    )


def delete_of(name: str, key: Sequence[str]) -> Delete:
    """Delete one row by key."""
    target = bare_table(name, key)
    return delete(target).where(matching(target, key, given=[True] * len(key)))


def parameters(values: Sequence[object]) -> dict[str, object]:
    """Name the values of one row; a NULL stands in the statement itself."""
    return {f"p{place}": value for place, value in enumerate(values) if value is not None}
