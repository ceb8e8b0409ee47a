"""Parts of SQLite's statements: an author's params by place, and rows by key."""

from collections.abc import Sequence

from hffix.authoring.words import with_marks
from hffix.database.session import Params, Row
from hffix.database.sqlite_schema import quote
from hffix.database.sqlite_values import as_parameter, bind
from hffix.model.schema import Table


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
