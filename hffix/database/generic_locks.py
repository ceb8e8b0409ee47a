"""Locks that are believed when they were seen to hold: another connection must not get the row at the same time.

A dialect may compile a lock that its database does not know, or that a table's storage does not keep. So nothing is
written before a second connection has asked for one of the locked rows, and has not got it.
"""

import re
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, literal_column, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.selectable import FromClause

from hffix.database.generic_link import Link
from hffix.database.generic_statements import table_of
from hffix.database.portable import locking
from hffix.errors import HffixError
from hffix.errors.targets import CannotReach, CannotWrite

# Whoever does not get a row within this time waits for it: the lock holds.
SECONDS: Final = 0.3
_AT_ONCE: Final = re.compile(r",? NOWAIT\b")


class Locks:
    """What a session knows of its database's locks."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._other: Link | None = None
        self._waits: bool | None = None
        self._proven: set[str] = set()

    def close(self) -> None:
        """Hang up the other connection."""
        if self._other is not None:
            self._other.close()
            self._other = None

    def of(self, query: Select[Any], source: FromClause) -> Select[Any]:
        """Give a query as one that locks, and does not wait where the database can do without."""
        if self._waits is None:
            self._waits = not (self._same_words(query, source) and self._takes(source, nowait=True))
            if self._waits and not self._takes(source, nowait=False):
                raise CannotWrite(f"{self._link.dialect.name} takes no statement that locks rows")
        return locking(query, source, nowait=not self._waits)

    def _same_words(self, query: Select[Any], source: FromClause) -> bool:
        """Say whether the lock without waiting is the one that the chain's fence waits for: some dialects differ."""
        waiting, at_once = (
            str(locking(query, source, nowait=nowait).compile(dialect=self._link.dialect)) for nowait in (False, True)
        )
        return _AT_ONCE.sub("", at_once) == waiting

    def _takes(self, source: FromClause, *, nowait: bool) -> bool:
        """Say whether the database takes such a statement, asked for no row."""
        other = self._beside()
        try:
            other.run(locking(_ones(source).where(false()), source, nowait=nowait)).all()
        except SQLAlchemyError:
            return False
        finally:
            other.rollback()
        return True

    def _beside(self) -> Link:
        if self._other is None:
            self._other = self._link.another()
        return self._other

    def prove(self, name: str, source: FromClause, chosen: ColumnElement[bool]) -> None:
        """See that a row of a table, which this session has locked, is not given to another; once a table."""
        if name in self._proven:
            return
        plain = _ones(source).where(chosen)
        asking = _Asking(self._beside(), plain, self.of(plain, source))
        asking.start()
        asking.join(SECONDS)
        if asking.is_alive():
            # It waits for the row, and ends when this session's transaction does.
            self._other = None
            asking.abandoned.set()
        elif asking.failed:
            self.close()
            raise CannotReach("the connection that was to try the lock of a row could not ask for it")
        elif not asking.saw:
            # The row is of this transaction, and there is nothing yet that another could take.
            return
        elif asking.got:
            raise CannotWrite(
                f"a locked row of {name} was given to another connection as well",
                hint="Have the table stored where rows can be locked, or use a database that locks them.",
            )
        self._proven.add(name)


class _Asking(Thread):
    """Another connection that asks for a row, first to see that it can, and then to have it."""

    def __init__(self, other: Link, plain: Executable, locked: Executable) -> None:
        super().__init__(daemon=True)
        self._other = other
        self._plain = plain
        self._locked = locked
        self.abandoned = Event()
        self.failed = True
        self.saw = self.got = False

    def run(self) -> None:
        """Ask; what refuses the row keeps it."""
        try:
            self.saw = bool(self._other.run(self._plain).all())
            self.failed = False
            # A row whose lock is refused, whatever the words, is kept.
            with suppress(SQLAlchemyError):
                self.got = bool(self._other.run(self._locked).all())
            self.failed = self._other.lost
        except (SQLAlchemyError, HffixError):
            self.failed = True
        finally:
            with suppress(SQLAlchemyError):
                self._other.rollback()
            if self.abandoned.is_set():
                self._other.close()


def _ones(source: FromClause) -> Select[Any]:
    return select(literal_column("1")).select_from(source)


def refuse_unlockable(link: Link) -> None:
    """Refuse a dialect that has no words for a lock, before anything else is asked of it."""
    source = table_of("hffix_lineage", ("number",))
    plain = _ones(source)
    if str(plain.compile(dialect=link.dialect)) == str(locking(plain, source).compile(dialect=link.dialect)):
        raise CannotWrite(f"{link.dialect.name} has no words that lock rows")
