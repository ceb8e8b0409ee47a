"""The foreign keys of MariaDB and MySQL, from a table and to it, found without opening every table of the server."""

import re
from collections.abc import Iterator
from typing import Final

from hffix.database.mysql_literals import text
from hffix.database.mysql_sight import Fetch, Sight
from hffix.errors.targets import QueryFailed, TableRefused
from hffix.model.schema import ForeignKey

Told = tuple[str | None, ...]
ACTING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_]+")
_RULES: Final = (
    "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE, UNIQUE_CONSTRAINT_SCHEMA,"
    " REFERENCED_TABLE_NAME, DATABASE() FROM {}"
)
_LISTED: Final = (
    "SELECT f.FOR_NAME, f.ID, f.TYPE, c.FOR_COL_NAME, c.REF_COL_NAME FROM {} f"
    " JOIN {} c ON c.ID = f.ID WHERE f.REF_NAME = {} ORDER BY f.ID, c.POS"
)


class Links:
    """The foreign keys that one session has seen."""

    def __init__(self, fetch: Fetch, *, sight: Sight) -> None:
        """`fetch` reads the rows of a query as texts."""
        self._fetch = fetch
        self._sight = sight
        self._may_list = True
        self._seen: dict[str, tuple[list[Told], tuple[ForeignKey, ...]]] = {}

    def outgoing(self, name: str) -> tuple[ForeignKey, ...]:
        """Give the foreign keys of a table."""
        where = f"CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)}"
        used = self._used(f"TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)}")
        rules = self._fetch(f"{self._rules} WHERE {where} ORDER BY CONSTRAINT_NAME")
        return tuple(_link(rule, used) for rule in rules)

    @property
    def _rules(self) -> str:
        return _RULES.format(self._sight.of("REFERENTIAL_CONSTRAINTS"))

    def sees_elsewhere(self, name: str) -> bool:
        """Say whether foreign keys of other databases that refer to a table are shown to this account."""
        return self._sight.sees == "server" or self._listed(name) is not None

    def incoming(self, name: str) -> tuple[ForeignKey, ...]:
        """Give the foreign keys that refer to a table; refuse one of another database that acts on its rows.

        InnoDB lists them at once to a user who may see all processes. For any other the server has to open every table
        of every database that he may see.
        """
        listed = self._listed(name)
        if listed is None:
            return tuple(self._found(name, where=""))
        known = self._seen.get(name)
        if known is None or known[0] != listed:
            children = {str(row[0]).partition("/")[::2] for row in listed}
            links = tuple(link for where in _each_child(children) for link in self._found(name, where=where))
            if len(links) < len({row[1] for row in listed}):
                raise TableRefused(f"table {name}: this user is not shown a foreign key that refers to it")
            known = self._seen[name] = (listed, links)
        return known[1]

    def _listed(self, name: str) -> list[Told] | None:
        schema = self._fetch("SELECT DATABASE()")[0][0] or ""
        # InnoDB writes other names in a way of its own.
        if not self._may_list or not _PLAIN_NAME.fullmatch(schema + name):
            return None
        try:
            relations = map(self._sight.of, ("INNODB_SYS_FOREIGN", "INNODB_SYS_FOREIGN_COLS"))
            return self._fetch(_LISTED.format(*relations, text(f"{schema}/{name}")))
        except QueryFailed:
            self._may_list = False
            return None

    def _found(self, name: str, *, where: str) -> Iterator[ForeignKey]:
        here = f"{where}UNIQUE_CONSTRAINT_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME = {text(name)}"
        for rule in self._fetch(f"{self._rules} WHERE {here} ORDER BY 1, 2, 3"):
            schema, child, _, on_update, on_delete, *_ = rule
            used = self._used(f"TABLE_SCHEMA = {text(str(schema))} AND TABLE_NAME = {text(str(child))}")
            link = _link(rule, used)
            if link.table != child and ACTING & {on_update, on_delete}:
                raise TableRefused(
                    f"table {name}: a foreign key of {link.table}, in another database, acts on its rows"
                )
            yield link

    def _used(self, where: str) -> dict[str | None, list[Told]]:
        """List the columns of each foreign key of a table, in their order."""
        used: dict[str | None, list[Told]] = {}
        for constraint, *columns in self._fetch(
            f"SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_COLUMN_NAME FROM {self._sight.of('KEY_COLUMN_USAGE')}"
            f" WHERE {where} AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION"
        ):
            used.setdefault(constraint, []).append(tuple(columns))
        return used


def _each_child(children: set[tuple[str, str]]) -> Iterator[str]:
    """Give the conditions under which the server opens the referring tables only."""
    if not all(_PLAIN_NAME.fullmatch(schema + table) for schema, table in children):
        yield ""
        return
    for schema, table in sorted(children):
        yield f"CONSTRAINT_SCHEMA = {text(schema)} AND TABLE_NAME = {text(table)} AND "


def _link(rule: Told, used: dict[str | None, list[Told]]) -> ForeignKey:
    schema, child, constraint, on_update, on_delete, to_schema, to_table, here = rule
    # None where somebody takes the key away at this moment.
    parts = used.get(constraint, [])
    return ForeignKey(
        table=str(child) if schema == here else f"{schema}.{child}",
        columns=tuple(str(column) for column, _ in parts),
        to_table=str(to_table) if to_schema == here else f"{to_schema}.{to_table}",
        to_columns=tuple(str(column) for _, column in parts),
        on_update=str(on_update),
        on_delete=str(on_delete),
    )
