"""A connection through any dialect of SQLAlchemy: its isolation, its savepoints, its warnings, and what broke it."""

import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import Executable

from hffix.database import generic_faults as faults
from hffix.database.generic_statements import Answer
from hffix.errors import HffixError
from hffix.errors.targets import Busy, CannotReach, ConnectionLost, NotPinned, UnknownEngine, WriteRefused

# Isolation under which a transaction sees one state, the first that is offered; some of them keep writers waiting.
SNAPSHOTS: Final = ("SNAPSHOT", "SERIALIZABLE", "REPEATABLE READ")
# Of these families REPEATABLE READ is one state, and SERIALIZABLE may keep writers waiting, or fail.
_VERSIONED: Final = ("REPEATABLE READ", "SERIALIZABLE")
# Isolation under which rows that were locked are read as they are now, and what is read later as well.
WRITES: Final = ("READ COMMITTED", "SERIALIZABLE")
_START: Final = "hffix_start"
# The execution option by which a connection knows its link.
_LINK: Final = "hffix_link"
_MOST_ENGINES: Final = 8
_ISOLATED: Final = "hffix needs a database whose transactions are isolated from one another."
# Not taken back by every database, and not always with fewer words than a warning.
_DEFINES: Final = frozenset({"CREATE", "ALTER", "DROP"})
# Where drivers say of a statement that there were warnings, the second by PEP 249.
_WARNED: Final = ("warning_count", "messages")
_WRITING: Final = frozenset({"INSERT", "UPDATE", "DELETE"})


def family_of(dialect: Dialect) -> str:
    """Name the dialect that a dialect is made of, where that says how its database behaves."""
    if isinstance(dialect, PGDialect):
        return "postgresql"
    if isinstance(dialect, MySQLDialect):
        return "mysql"
    return dialect.name


class Link:
    """One open connection under one isolation level, in SQLAlchemy's hands."""

    def __init__(self, url: URL, *, levels: Sequence[str], keep: bool = False) -> None:
        self._url = url
        self._levels = levels
        self._keep = keep
        self._open()

    def _open(self) -> None:
        self.lost = self.failed = self.warned = self.ended = False
        self._started = False
        self._engine = _engine_of(self._url)
        self.dialect = self._engine.dialect
        self.family = family_of(self.dialect)
        try:
            self.connection = self._engine.connect()
        except SQLAlchemyError as fault:
            told = faults.name_of(fault)
            raise CannotReach(f"cannot connect to {self._url.host or self._url.database or 'it'} ({told})") from None
        except (OSError, ValueError, TypeError, NotImplementedError) as fault:
            # A driver that keeps to no rules; its text may quote a password.
            raise CannotReach(f"the driver cannot connect ({type(fault).__name__})") from None
        try:
            self.level = self._isolate()
            self.connection = self.connection.execution_options(**{_LINK: self})
            self.savepoints = self._has_savepoints()
        except BaseException:
            self.close()
            raise

    def _isolate(self) -> str:
        """Take the first level that the dialect offers, and see that the database says so too."""
        preferred = _VERSIONED if self._levels is SNAPSHOTS and self.family in {"postgresql", "mysql"} else self._levels
        if self._keep and self.family == "postgresql":
            with suppress(NotImplementedError, AttributeError):
                self.connection = self.connection.execution_options(postgresql_readonly=True)
        try:
            offered = self.dialect.get_isolation_level_values(self._driver)
            level = next((one for one in preferred if one in offered and self._takes(one)), None)
        except (SQLAlchemyError, NotImplementedError, AttributeError, self._faults) as fault:
            # A dialect made of another may inherit what its own driver has not.
            raise NotPinned(
                f"{self.dialect.name} does not say how its transactions are isolated ({faults.name_of(fault)})",
                hint=_ISOLATED,
            ) from None
        if level is None:
            raise NotPinned(f"{self.dialect.name} offers none of {', '.join(preferred)}", hint=_ISOLATED)
        return level

    def _takes(self, level: str) -> bool:
        """Ask for a level, and for the one that the database then works under: it may have taken another."""
        self.connection = self.connection.execution_options(isolation_level=level)
        found = self.connection.get_isolation_level()
        # What was asked may have begun a transaction of which SQLAlchemy knows nothing.
        self.dialect.do_rollback(self.connection.connection)
        return found == level

    def _has_savepoints(self) -> bool:
        try:
            self.connection.begin()
            self.dialect.do_savepoint(self.connection, _START)
            self.dialect.do_rollback_to_savepoint(self.connection, _START)
        except (SQLAlchemyError, NotImplementedError):
            return False
        finally:
            self.rollback()
        return True

    @property
    def _driver(self) -> Any:
        return self.connection.connection.dbapi_connection

    @property
    def _notices(self) -> Any:
        """What the drivers of PostgreSQL's kin heard from the server; they keep the last of it only."""
        return getattr(self._driver, "notices", None)

    @property
    def _faults(self) -> type[Exception]:
        return self.dialect.loaded_dbapi.Error

    def close(self) -> None:
        """Hang up; what was not committed is rolled back."""
        with suppress(SQLAlchemyError, self._faults):
            if self.lost:
                self.connection.invalidate()
            self.connection.close()

    def another(self) -> "Link":
        """Connect once more, under the same isolation."""
        return Link(self._url, levels=self._levels)

    def renew(self) -> None:
        """Connect anew after the connection broke."""
        self.close()
        self._open()

    def hear(self, context: ExceptionContext) -> None:
        """Know that a statement failed, and whether the connection broke."""
        self.failed = True
        if faults.broken(context.original_exception, family=self.family):
            context.is_disconnect = True
        self.lost = self.lost or context.is_disconnect

    def before(self) -> None:
        """Mend a snapshot in which a statement failed, before the next one."""
        if self.lost:
            # SQLAlchemy would connect again by itself, and what follows would see another state.
            raise ConnectionLost("the connection to the database broke")
        if self.failed and self._started:
            self.failed = False
            self.go_back(_START)
        self.failed = False
        if self._notices:
            self._notices.clear()

    def after(self, cursor: Any, statement: str) -> None:
        """Refuse what a database warned of when it wrote; what it says of a table that is made counts for nothing."""
        kind = statement.split(maxsplit=1)[0].upper()
        told = any(getattr(cursor, name, None) for name in _WARNED)
        if kind in _DEFINES or not (told or self._notices):
            return
        self.warned = True
        if kind in _WRITING:
            raise WriteRefused("the database warned while rows were written: they may not be what was approved")

    def passing(self, fault: BaseException) -> HffixError | None:
        """Name a lock, a deadlock, or a connection that broke; what a lock interrupts is rolled back whole.

        Some databases have rolled it back already, some a statement only, and would go on in another transaction.
        """
        told: HffixError | None
        # Of a fault within a fault SQLAlchemy tells nobody.
        self.lost = self.lost or faults.broken(faults.origin_of(fault), family=self.family)
        if isinstance(fault, Busy | ConnectionLost):
            told = fault
        else:
            told = faults.passing(fault, family=self.family, lost=self.lost)
        if isinstance(told, Busy) and not self._keep:
            self.rollback()
            self.ended = True
        return told

    def begin(self) -> None:
        """Begin a transaction; what SQLAlchemy began by itself for a query before ends here."""
        self.rollback()
        self.ended = False
        try:
            self.connection.begin()
            # Elsewhere a statement that fails leaves a transaction as it was, and going back could end its snapshot.
            if self._keep and self.savepoints and self.family == "postgresql":
                self.dialect.do_savepoint(self.connection, _START)
                self._started = True
        except SQLAlchemyError as fault:
            raise self.passing(fault) or CannotReach(f"no transaction could begin ({faults.name_of(fault)})") from fault

    def rollback(self) -> None:
        """Roll back whatever is open; a connection that broke has nothing open."""
        self._started = False
        try:
            self.connection.rollback()
        except SQLAlchemyError:
            # What cannot be rolled back is of no more use; when it is hung up, its transaction ends.
            self.lost = True

    def mark(self, name: str) -> None:
        """Set a savepoint."""
        self.dialect.do_savepoint(self.connection, name)

    def go_back(self, name: str) -> None:
        """Roll back to a savepoint."""
        self.dialect.do_rollback_to_savepoint(self.connection, name)

    def release(self, name: str) -> None:
        """Forget a savepoint."""
        self.dialect.do_release_savepoint(self.connection, name)

    def run(self, statement: Executable, values: Any = None, *, stream: int | None = None) -> Answer:
        """Run a statement; what it raises is the driver's fault, wrapped by SQLAlchemy."""
        options = {"stream_results": True, "max_row_buffer": stream} if stream and self._streams else {}
        answer: Answer = self.connection.execute(statement, values, execution_options=options)
        return answer

    @property
    def _streams(self) -> bool:
        return self.dialect.supports_server_side_cursors is True

    def fetch(self, statement: Executable, values: Any = None) -> list[tuple[Any, ...]]:
        """Read rows as the driver gives them; what the database refuses is QueryFailed, Busy or ConnectionLost."""
        self.warned = False
        try:
            rows = [tuple(row) for row in self.run(statement, values)]
        except faults.REFUSALS as fault:
            raise self.refused(fault) from fault
        self.refuse_warned()
        return rows

    def refuse_warned(self) -> None:
        """Refuse an answer with which a warning came."""
        if self.warned:
            raise faults.warned_by_query()

    def refused(self, fault: BaseException) -> HffixError:
        """Tell what kept a query from its answer."""
        return self.passing(fault) or faults.query_refused(fault)

    def write(self, statement: Executable, values: Any) -> int:
        """Write rows, and give the number that the database met; what it refuses is WriteRefused."""
        try:
            # By itself SQLAlchemy keeps the count of an INSERT only where a driver still has it afterwards.
            answer: Answer = self.connection.execute(statement, values, execution_options={"preserve_rowcount": True})
            matched = answer.rowcount
        except SQLAlchemyError as fault:
            raise self.passing(fault) or faults.row_refused(fault) from fault
        if matched < 0:
            raise WriteRefused(f"the driver of {self.dialect.name} does not say how many rows it wrote")
        return matched


@lru_cache(maxsize=_MOST_ENGINES)
def _engine_of(url: URL) -> Engine:
    """Find the dialect and its driver; refuse one that is not installed, or that works only asynchronously.

    An engine holds no connection, only what it learnt of the database and how it writes statements.
    """
    try:
        engine = create_engine(url, poolclass=NullPool)
    except (NoSuchModuleError, ArgumentError):
        raise UnknownEngine(
            f"no engine for urls that begin with {url.drivername}:",
            hint="Install the package that brings this database's dialect of SQLAlchemy, or correct the url.",
        ) from None
    except ModuleNotFoundError as missing:
        raise CannotReach(
            f"the driver {missing.name} is not installed", hint=f"Install it with: pip install {missing.name}"
        ) from missing
    except ImportError as broken:
        raise CannotReach(
            f"the driver of {url.drivername} is installed, and cannot be loaded",
            hint="Install the libraries of its vendor that it needs; its documentation names them.",
        ) from broken
    if engine.dialect.is_async:
        raise UnknownEngine(
            f"the driver of {url.drivername} works only asynchronously",
            hint="Name another driver of the same database in the url.",
        )
    # What a dialect's maker should know, and nobody else.
    warnings.filterwarnings("ignore", ".*will not make use of SQL compilation caching", SAWarning)
    event.listen(engine, "handle_error", _hear)
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)
    return engine


def _link_of(connection: Connection | None) -> Link | None:
    return connection.get_execution_options().get(_LINK) if connection is not None else None


def _hear(context: ExceptionContext) -> None:
    link = _link_of(context.connection)
    if link is not None:
        link.hear(context)


def _before(connection: Connection, *_: Any) -> None:
    link = _link_of(connection)
    if link is not None:
        link.before()


def _after(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    link = _link_of(connection)
    if link is not None:
        link.after(cursor, statement)
