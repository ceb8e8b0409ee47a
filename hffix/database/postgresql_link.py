"""A connection to PostgreSQL: the driver's for rows, and SQLAlchemy's over it for the change log's own tables."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import RawCursor
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hffix.database.postgresql_faults import passing, query_refused
from hffix.database.postgresql_pins import pin
from hffix.database.postgresql_types import Types
from hffix.errors.targets import CannotReach, ConnectionLost, NotPinned, NotUtf8, QueryFailed

CONNECT_SECONDS: Final = 10
READER: Final = "hffix"
WRITER: Final = "hffix writing"
# Where a reading transaction goes back to when a query fails: without it the whole snapshot would be lost.
_START: Final = "hffix_start"
# All that stands in no name of a snapshot.
_SNAPSHOT: Final = re.compile(r"[^0-9A-F-]")
# How severe it is when a server ends a session.
_ENDING: Final = frozenset({"FATAL", "PANIC"})

Cursor = RawCursor[tuple[Any, ...]]


class Link:
    """One open connection, with the settings that were pinned when it was opened."""

    def __init__(self, url: URL, *, pins: Mapping[str, str], shared: bool = False, name: str = READER) -> None:
        self._shared = shared
        self._url = url
        self._pins = pins
        self._name = name
        self.warnings: list[str] = []
        self._keeps = False
        self._cursors = 0
        self._by_key: bool | None = None
        self._unsorted = False
        self._open()

    def _open(self) -> None:
        self.driver = connect(self._url, self._pins, name=self._name)
        self.driver.add_notice_handler(self._hear)
        self.types = Types(self.driver)
        self._pid = self.driver.info.backend_pid
        # SQLAlchemy looks the server over, and rolls back: so never within a transaction.
        self._over = _over(self.driver, self.mend) if self._shared else None

    @property
    def connection(self) -> Connection:
        """The same connection as SQLAlchemy sees it, where it is shared."""
        if not self._shared:
            raise LookupError("this connection is not shared with SQLAlchemy")
        if self._over is None:
            raise ConnectionLost("the connection to PostgreSQL broke, and there is no other yet")
        return self._over

    def close(self) -> None:
        """Hang up; what was not committed is rolled back by the server."""
        if self._over is not None:
            with suppress(psycopg.Error, SQLAlchemyError):
                self._over.close()
            self._over = None
        self.driver.close()

    def renew(self) -> None:
        """Connect anew after the connection broke."""
        self.close()
        self._keeps, self._by_key, self._unsorted = False, None, False
        self._open()

    def _hear(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        # This is no warning: the next statement finds the connection broken.
        if diagnostic.severity_nonlocalized in _ENDING:
            return
        # The text may quote a value.
        self.warnings.append(f"{diagnostic.severity_nonlocalized} {diagnostic.sqlstate}")

    @property
    def status(self) -> TransactionStatus:
        """Where the connection stands, as the server last said."""
        return self.driver.info.transaction_status

    def start(self, kind: str, *, keep: bool = False, shared: str | None = None) -> None:
        """Begin a transaction of a kind; with `keep`, a query that fails in it leaves it as it was.

        `shared` is the name of a snapshot that another session's transaction exported.
        """
        try:
            self.run(f"BEGIN {kind}")
            if shared is not None:
                # Before any query, or the transaction would have a snapshot of its own.
                self.run(f"SET TRANSACTION SNAPSHOT '{_SNAPSHOT.sub('', shared)}'")
            pin(self.driver, self._pins, local=True)
            self._assert_own(kind)
            if keep:
                self.run(f"SAVEPOINT {_START}")
        except psycopg.Error as fault:
            self.end()
            raise passing(fault) or CannotReach(f"no transaction could begin ({type(fault).__name__})") from fault
        except NotPinned:
            self.end()
            raise
        self._keeps, self._by_key, self._unsorted = keep, None, False
        self.warnings.clear()

    def _assert_own(self, kind: str) -> None:
        """Refuse a transaction of another session, or of another kind, than the one that was begun."""
        ((pid, isolation, read_only),) = self.run(
            "SELECT pg_backend_pid(), current_setting('transaction_isolation'),"
            " current_setting('transaction_read_only')"
        ).fetchall()
        if pid != self._pid:
            # Locks and settings of a session are somebody else's then.
            raise NotPinned("a pooler gave this session another server process")
        if f"ISOLATION LEVEL {isolation.upper()} READ {'ONLY' if read_only == 'on' else 'WRITE'}" != kind:
            raise NotPinned(f"the transaction that began is {isolation}, read-only {read_only}")

    def end(self) -> None:
        """Roll back whatever is open; a connection that broke has nothing open."""
        self._keeps, self._by_key, self._unsorted = False, None, False
        self.warnings.clear()
        if self.driver.closed or self.status == TransactionStatus.IDLE:
            return
        try:
            self.run("ROLLBACK")
        except psycopg.Error as fault:
            if not isinstance(passing(fault), ConnectionLost):
                raise

    def mend(self) -> None:
        """Go back to the start of a reading transaction in which a query failed: its snapshot stays the same."""
        if self._keeps and self.status == TransactionStatus.INERROR:
            self.driver.execute(f"ROLLBACK TO SAVEPOINT {_START}".encode())
            self._by_key, self._unsorted = None, False

    def export(self) -> str | None:
        """Name the snapshot of a reading transaction for other sessions; None where there is none that stays."""
        if not self._keeps:
            return None
        self.mend()
        try:
            # Within a savepoint it could not be named.
            self.run(f"RELEASE SAVEPOINT {_START}")
            ((name,),) = self.run("SELECT pg_export_snapshot()").fetchall()
            self.run(f"SAVEPOINT {_START}")
        except psycopg.Error as fault:
            raise query_refused(fault, "") from fault
        return str(name)

    def forget(self) -> None:
        """Know nothing of settings that a rollback may have taken back."""
        self._by_key, self._unsorted = None, False

    def join_by_key(self, *, on: bool) -> None:
        """Let joins look rows up one by one: the planner cannot know how few they are, and would read whole tables."""
        if self.status == TransactionStatus.INTRANS and self._by_key is not on:
            joins = "off" if on else "on"
            self._set(f"SET LOCAL enable_hashjoin = {joins}; SET LOCAL enable_mergejoin = {joins}")
            self._by_key = on

    def sort_never(self, *, on: bool) -> None:
        """Let what is asked for in an index's order be read by it: a planner without statistics would sort it all."""
        if self.status == TransactionStatus.INTRANS and self._unsorted is not on:
            self._set(f"SET LOCAL enable_sort = {'off' if on else 'on'}")
            self._unsorted = on

    def _set(self, sql: str) -> None:
        try:
            self.run(sql)
        except psycopg.Error as fault:
            raise query_refused(fault, sql) from fault

    def run(self, sql: str, values: Sequence[object] = ()) -> Cursor:
        """Run a statement of hffix's own; a fault is the driver's."""
        self.mend()
        cursor = RawCursor(self.driver)
        cursor.execute(sql.encode(), values or None)
        return cursor

    def cursor_name(self) -> str:
        """Name a cursor of the server; several may be open."""
        self._cursors += 1
        return f"hffix_{self._cursors}"

    def fetch(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Read rows; what the server refuses is QueryFailed, Busy or ConnectionLost."""
        try:
            return self.run(sql, values).fetchall()
        except psycopg.Error as fault:
            raise query_refused(fault, sql) from fault

    def answer(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Read what somebody else's SQL gives; refuse a value of a type that is not carried exactly."""
        try:
            cursor = self.run(sql, values)
            if self.new_types(cursor):
                cursor = self.run(sql, values)
            return cursor.fetchall()
        except psycopg.Error as fault:
            raise query_refused(fault, sql) from fault

    def new_types(self, cursor: Cursor) -> bool:
        """Get to know the types of an answer; say whether it must be read again for their sake."""
        described = cursor.description or []
        new = self.types.learn(column.type_code for column in described)
        foreign = [column.name for column in described if self.types.carried(())[column.type_code] is None]
        if foreign:
            raise QueryFailed(
                f"the query gives {foreign[0]} as a type that is not carried exactly; cast it to text, if that is meant"
            )
        return new


def connect(url: URL, pins: Mapping[str, str], *, name: str = READER) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect, pin the settings for the session, and refuse a database that is not in UTF-8."""
    # SQLAlchemy leaves the blanks of a password as they are, and libpq does not read them.
    asked = url.set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")
    try:
        driver = psycopg.connect(
            asked, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=name, prepare_threshold=None
        )
    except psycopg.Error as fault:
        # The driver's message may name the user, never the password; but it spans lines.
        told = " ".join(str(fault).split()) if fault.sqlstate is None else type(fault).__name__
        raise CannotReach(f"cannot connect to {url.host or 'the local server'}: {told}") from None
    try:
        with _closing_on_fault(driver):
            pin(driver, pins, local=False)
            encoding = driver.info.parameter_status("server_encoding")
            if encoding != "UTF8":
                raise NotUtf8(f"database {url.database} holds its text in {encoding}")
    except psycopg.Error as fault:
        raise passing(fault) or CannotReach(f"the server refused a setting ({type(fault).__name__})") from fault
    return driver


@contextmanager
def _closing_on_fault(driver: psycopg.Connection[Any]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        driver.close()
        raise


def _over(driver: psycopg.Connection[tuple[Any, ...]], mend: Callable[[], None]) -> Connection:
    """Let SQLAlchemy work on the driver's connection; transactions stay the session's business."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: driver, poolclass=NullPool, use_native_hstore=False)
    connection = engine.connect()
    # The pool would roll back, or close, what this session still uses.
    connection.detach()
    event.listen(engine, "before_cursor_execute", lambda *_: mend())
    return connection
