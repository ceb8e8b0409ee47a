"""How many rows a statement made the server write, counted by the storage engine's handler within one session.

The counters know of every row that is written, by the statement or by a trigger, and not of which table it is. Each row
of a partitioned table counts twice: for the table, and for its partition.
"""

from collections.abc import Callable
from typing import Final

from hffix.database.mysql_driver import Driver
from hffix.database.mysql_packed import Packed, Statement

_ASKED: Final = "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_write', 'Handler_update', 'Handler_delete')"
_STAGED: Final = ("CREATE TEMPORARY", "DROP TEMPORARY", "INSERT INTO hffix_stage_")
_KINDS: Final = {"INSERT": "Handler_write", "UPDATE": "Handler_update", "DELETE": "Handler_delete"}


class Handled:
    """Counts, over some statements, the rows that were written beside those that they matched."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.more = 0
        self.partitioned = False
        """Whether the next statements write a table in partitions."""

    def around(self, statement: Statement, tell: Callable[[Statement], int]) -> int:
        """Run a statement that writes rows of a table, and count what more it wrote; give the rows that it matched."""
        sql = statement.sql if isinstance(statement, Packed) else statement
        if sql.startswith(_STAGED):
            return tell(statement)
        before = self._read()
        matched = tell(statement)
        after = self._read()
        own, counted = _KINDS[sql[:6]], matched * (2 if self.partitioned else 1)
        for name, count in after.items():
            rows = count - before[name]
            self.more += max(0, rows - counted) if name == own else rows
        return matched

    def _read(self) -> dict[str, int]:
        rows = self._driver.ask(_ASKED).rows
        return {(name or b"").decode(): int(count or b"0") for name, count in rows}
