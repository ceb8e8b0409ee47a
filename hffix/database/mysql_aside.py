"""Asking the server what a column makes of a value, on a connection of its own, in temporary tables."""

from collections.abc import Sequence

from hffix.database.mysql_driver import Driver, DriverError
from hffix.database.mysql_faults import passing, refusal_of_query
from hffix.database.mysql_grants import lacking
from hffix.database.mysql_literals import all_assigned
from hffix.database.mysql_settle import LOSES, NOT_TAKEN
from hffix.database.mysql_sight import Sees
from hffix.database.mysql_types import quote
from hffix.database.mysql_values import Values, selected
from hffix.database.unsettled import Unsettled
from hffix.model.grant import Grant, Lacking
from hffix.model.schema import Column, Table
from hffix.model.value import Raw


class Aside:
    """A connection on which a column's like, in a temporary table, is given values."""

    def __init__(self, driver: Driver, *, mariadb: bool) -> None:
        self._driver = driver
        self._mariadb = mariadb
        self._values = Values(driver, mariadb=mariadb)
        self._made: dict[tuple[str, str], str] = {}

    def ask(self, table: Table, column: Column, value: Raw) -> Raw:
        """Give what the column holds when it is given the value; refuse with Unsettled what it does not take."""
        try:
            made = self._made.get((table.name, column.name)) or self._make(table.name, column.name)
        except DriverError as fault:
            raise refusal_of_query(fault, sql="") from fault
        try:
            self._driver.tell(f"DELETE FROM {made}")
            told = self._driver.tell(f"INSERT INTO {made} VALUES ({all_assigned(column, (value,))[0]})")
            answer = self._driver.ask(f"SELECT {selected(column)} FROM {made} AS t")
        except DriverError as fault:
            raise passing(fault) or Unsettled(NOT_TAKEN) from fault
        if told.warnings:
            raise Unsettled(LOSES)
        return self._values.rows(answer.fields, answer.rows, columns=(column,))[0][0]

    def lacking(self, grants: Sequence[Grant], *, sees: Sees) -> tuple[Lacking, ...]:
        """Name the rights that this account lacks: asked here, since a snapshot refuses what would write."""
        try:
            return tuple(lacking(self._driver, grants, sees=sees))
        except DriverError as fault:
            raise refusal_of_query(fault, sql="") from fault

    def _make(self, table: str, column: str) -> str:
        made = f"hffix_settle_{len(self._made)}"
        like = f"SELECT {quote(column)} FROM {quote(table)} LIMIT 0"
        self._driver.tell(f"CREATE TEMPORARY TABLE {made} ENGINE = InnoDB {like}")
        self._made[table, column] = made
        return made

    def close(self) -> None:
        """Hang up, and the temporary tables go."""
        self._driver.close()
