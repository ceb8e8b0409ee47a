"""Guards: what the database itself enforces on append-only tables, in each engine's own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from hffix.database.portable import OWN
from hffix.database.session import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An append-only table: its key, its columns, and those that an erasure may empty."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    erasable: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that nothing may change."""
        return tuple(column for column in self.columns if column not in self.erasable)


class Guards(Protocol):
    """What the guards' module of an engine offers."""

    def statements(self, guarded: Guarded) -> Iterable[str]:
        """Give the statements that make an append-only table of a table."""

    def missing(self, connection: Connection, guarded: Guarded) -> Iterable[str]:
        """Name what is gone, or is not what `statements` makes."""

    def left_behind(self, guarded: Guarded) -> Iterable[str]:
        """Give the statements that remove what outlives its table."""


def append_only(guarded: Guarded, *, dialect: str) -> tuple[str, ...]:
    """Give the statements that make the database refuse UPDATE, DELETE and a second row of one key."""
    return tuple(_of(dialect).statements(guarded))


def left_behind(guarded: Guarded, *, dialect: str) -> tuple[str, ...]:
    """Give the statements that remove what a dropped table leaves of its guards."""
    return tuple(_of(dialect).left_behind(guarded))


def missing(snapshot: Snapshot, *, guarded: Sequence[Guarded]) -> tuple[str, ...]:
    """Name the guards that are gone, or are not those that `append_only` makes."""
    guards = _of(snapshot.dialect)
    return tuple(sorted(name for table in guarded for name in guards.missing(snapshot.connection, table)))


def enforced(dialect: str) -> bool:
    """Say whether the database itself refuses to change what was logged."""
    return dialect in OWN


def _of(dialect: str) -> Guards:
    match dialect:
        case "sqlite":
            from hffix.database import guards_sqlite

            return guards_sqlite
        case "postgresql":
            from hffix.database import guards_postgresql

            return guards_postgresql
        case "mysql" | "mariadb":
            from hffix.database import guards_mysql

            return guards_mysql
        case _:
            from hffix.database import guards_generic

            return guards_generic
