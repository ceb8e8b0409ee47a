"""Sight: what an account is shown of a schema's triggers, checks, routines and foreign keys, and by which relations.

information_schema leaves out, without a word, what an account has no right to know of; and the right that shows
triggers also makes and drops them. So whoever owns the server may make views, which look with that account's eyes.
"""

from collections.abc import Callable, Iterator
from typing import Final

from hffix.database.mysql_literals import text
from hffix.database.mysql_rights import Sees, sees
from hffix.database.mysql_types import quote
from hffix.errors.targets import GrantLacking, QueryFailed

__all__ = ["VIEWS", "Fetch", "Sees", "Sight", "views"]

Fetch = Callable[[str], list[tuple[str | None, ...]]]
_WHO: Final = "hffix_sees"
# Each relation of information_schema that has a view, and which of its rows are of a schema, or refer to it.
_SHOWN: Final = {
    "TRIGGERS": "EVENT_OBJECT_SCHEMA = {0}",
    "CHECK_CONSTRAINTS": "CONSTRAINT_SCHEMA = {0}",
    "ROUTINES": "ROUTINE_SCHEMA = {0}",
    "PARAMETERS": "SPECIFIC_SCHEMA = {0}",
    "REFERENTIAL_CONSTRAINTS": "CONSTRAINT_SCHEMA = {0} OR UNIQUE_CONSTRAINT_SCHEMA = {0}",
    "KEY_COLUMN_USAGE": "TABLE_SCHEMA = {0} OR REFERENCED_TABLE_SCHEMA = {0}",
    "INNODB_SYS_FOREIGN": "SUBSTRING_INDEX(REF_NAME, '/', 1) = {0}",
    "INNODB_SYS_FOREIGN_COLS": (
        "ID IN (SELECT ID FROM information_schema.INNODB_SYS_FOREIGN WHERE SUBSTRING_INDEX(REF_NAME, '/', 1) = {0})"
    ),
}
# The whole server: foreign keys of other schemas are shown to nobody who has less.
_NEEDED: Final = frozenset({"SELECT", "TRIGGER", "PROCESS"})
_RIGHTS: Final = (
    "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = CONCAT('''',"
    " LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)) - 1),"
    " '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')"
)
VIEWS: Final = (_WHO, *(f"{_WHO}_{name.lower()}" for name in _SHOWN))


def views(schema: str) -> Iterator[str]:
    """Write the views, to be made by an account that sees the whole server."""
    made = "CREATE OR REPLACE SQL SECURITY DEFINER VIEW {}.{} AS {};"
    yield made.format(quote(schema), _WHO, _RIGHTS)
    for name, rows in _SHOWN.items():
        query = f"SELECT * FROM information_schema.{name} WHERE {rows.format(text(schema))}"
        yield made.format(quote(schema), f"{_WHO}_{name.lower()}", query)


class Sight:
    """By which relations one session sees, and whether it sees all there is."""

    def __init__(self, fetch: Fetch, *, mariadb: bool) -> None:
        """`fetch` reads the rows of a query as texts."""
        self._fetch = fetch
        self._mariadb = mariadb
        self._sees: Sees | None = None
        self._by_views = False

    def of(self, name: str) -> str:
        """Name the relation that shows what information_schema calls so, in MariaDB's words."""
        self._look()
        if self._by_views:
            return f"{_WHO}_{name.lower()}"
        return f"information_schema.{name if self._mariadb else name.replace('INNODB_SYS_', 'INNODB_')}"

    @property
    def sees(self) -> Sees:
        """Say how much this account is shown."""
        return self._look()

    def _look(self) -> Sees:
        if self._sees is None:
            schema = self._fetch("SELECT DATABASE()")[0][0] or ""
            self._sees = sees([grant or "" for (grant,) in self._fetch("SHOW GRANTS")], schema=schema)
            if self._sees != "server" and self._through_views():
                self._sees, self._by_views = "server", True
        return self._sees

    def _through_views(self) -> bool:
        """Say whether there are views whose maker sees the whole server."""
        try:
            found = {right for (right,) in self._fetch(f"SELECT PRIVILEGE_TYPE FROM {_WHO}")}
            for view in VIEWS:
                self._fetch(f"SELECT 1 FROM {view} LIMIT 0")
        except (GrantLacking, QueryFailed):
            return False
        return found >= _NEEDED
