"""The cursor that SQLAlchemy reads the change log with: its rows are cut out of their packets as all others are.

What a value becomes is PyMySQL's to say, column by column and not cell by cell.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from pymysql.connections import MySQLResult
from pymysql.constants import COMMAND
from pymysql.cursors import Cursor

from hffix.database.mysql_cells import Cells
from hffix.database.mysql_driver import Stream

Converter = tuple[str | None, Callable[[Any], Any] | None]
_AT_ONCE: Final = 10_000


class Reader(Cursor):  # type: ignore[misc]
    """A cursor of PyMySQL that reads rows in a third of the time."""

    def _query(self, sql: str) -> int:
        connection = self._get_db()
        self._clear_result()
        connection._execute_command(COMMAND.COM_QUERY, sql)
        result = MySQLResult(connection)
        connection._result = result
        result.init_unbuffered_query()
        if result.unbuffered_active:
            # From here on the rows are read by the stream.
            result.unbuffered_active = False
            stream = Stream(connection, result)
            rows: list[Any] = []
            while some := stream.take(_AT_ONCE):
                rows += _converted(some, result.converters)
            result.rows, result.affected_rows, result.warning_count = rows, len(rows), stream.warnings
        elif result.server_status is not None:
            connection.server_status = result.server_status
        self._do_get_result()
        matched: int = self.rowcount
        return matched


def _converted(cells: Sequence[Cells], converters: Sequence[Converter]) -> Iterator[tuple[Any, ...]]:
    columns = zip(*cells, strict=True)
    return zip(*(_column(values, *how) for values, how in zip(columns, converters, strict=True)), strict=True)


def _column(
    values: Sequence[bytes | None], encoding: str | None, convert: Callable[[Any], Any] | None
) -> Sequence[Any]:
    if values[0] == values[-1] and len(set(values)) == 1 < len(values):
        # What all rows share is read once.
        return list(_column(values[:1], encoding, convert)) * len(values)
    there = [value for value in values if value is not None] if None in values else values
    read: Sequence[Any] = there if encoding is None else [value.decode(encoding) for value in there]  # type: ignore[union-attr]
    if convert is not None:
        read = list(map(convert, read))
    if len(there) == len(values):
        return read
    left = iter(read)
    return [None if value is None else next(left) for value in values]
