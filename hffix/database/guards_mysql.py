"""The guards of MariaDB and MySQL: two triggers a table, compared word for word.

A second row of one key needs no trigger: the primary key refuses it, REPLACE fires the trigger of DELETE, and ON
DUPLICATE KEY UPDATE that of UPDATE. TRUNCATE fires none; only a missing right, and the chain, stand against it.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hffix.database.guards import Guarded
from hffix.database.mysql_sight import Sight
from hffix.errors.targets import GrantLacking, QueryFailed

_FOUND: Final = (
    "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM {}"
    " WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = :table"
)


def statements(guarded: Guarded) -> Iterator[str]:
    """Give the triggers; what is there already, as a broken-off installation leaves it, is left."""
    for event, body in _bodies(guarded).items():
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {guarded.table}_{event.lower()} BEFORE {event} ON {guarded.table}"
            f" FOR EACH ROW {body}"
        )


def missing(connection: Connection, guarded: Guarded) -> Iterator[str]:
    """Name the triggers that are gone or differ by a letter."""
    sight = Sight(partial(_fetch, connection), mariadb=connection.dialect.name == "mariadb")
    if sight.sees == "nothing":
        raise GrantLacking(f"table {guarded.table}: this account is not shown its triggers")
    asked = text(_FOUND.format(sight.of("TRIGGERS")))
    found = {str(name): tuple(row) for name, *row in connection.execute(asked, {"table": guarded.table})}
    for event, body in _bodies(guarded).items():
        name = f"{guarded.table}_{event.lower()}"
        if found.get(name) != ("BEFORE", event, body):
            yield name


def _fetch(connection: Connection, query: str) -> list[tuple[str | None, ...]]:
    try:
        rows = connection.exec_driver_sql(query).all()
    except DBAPIError as fault:
        raise QueryFailed("the server refused a query of its own catalogue") from fault
    return [tuple([None if cell is None else _as_text(cell) for cell in row]) for row in rows]


def _as_text(cell: object) -> str:
    return cell.decode() if isinstance(cell, bytes) else str(cell)


def left_behind(_: Guarded) -> tuple[str, ...]:
    """Give nothing: triggers go with their table."""
    return ()


def _bodies(guarded: Guarded) -> dict[str, str]:
    refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{guarded.table} is append-only'"
    return {"UPDATE": _unless_erased(guarded, refuse), "DELETE": refuse}


def _unless_erased(guarded: Guarded, refuse: str) -> str:
    if not guarded.erasable:
        return refuse
    # Byte for byte: a collation may call two texts equal that differ.
    kept = [f"{_bytes('NEW', column)} <=> {_bytes('OLD', column)}" for column in guarded.kept]
    emptied = [f"NEW.`{column}` IS NULL" for column in guarded.erasable]
    return f"IF NOT ({' AND '.join(kept + emptied)}) THEN {refuse}; END IF"


def _bytes(row: str, column: str) -> str:
    return f"CAST({row}.`{column}` AS BINARY)"
