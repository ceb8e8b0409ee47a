"""Opening MariaDB and MySQL: a snapshot that disturbs nobody, a session that writes, and one that takes all back."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from hffix.database import mysql_driver
from hffix.database.lease import leased
from hffix.database.mysql import Link, MySQL
from hffix.database.mysql_aside import Aside
from hffix.database.mysql_cursor import Reader
from hffix.database.mysql_driver import Driver, DriverError
from hffix.database.mysql_faults import named, warned_by_row
from hffix.database.mysql_grip import MySQLGrip
from hffix.database.mysql_pins import READING, WRITING, Pins, refuse_unwritable
from hffix.database.mysql_session import MySQLSession, Trial
from hffix.database.session import Session, Snapshot
from hffix.errors.targets import CannotReach, UnknownEngine

Kind = TypeVar("Kind", bound=MySQLSession)
CONNECT_SECONDS: Final = 10
# What a url may say beside the place and the user; anything else could change how values are read.
_FILES: Final = frozenset({"ssl_ca", "ssl_cert", "ssl_key"})
_OPTIONS: Final = _FILES | {"unix_socket", "ssl_verify_cert", "ssl_verify_identity", "ssl_disabled"}
_DEFINES: Final = frozenset({"CREATE", "ALTER", "DROP"})
_WRITES: Final = frozenset({"INSERT", "UPDATE"})
# The name of a lock has at most 64 characters.
_LOCK: Final = "hffix:"
_LOCK_DIGITS: Final = 40


@contextmanager
def reading(url: URL, *, folder: Path, shared: str | None = None) -> Iterator[Snapshot]:
    """Open one state of the database, read-only: nobody waits for it, and it waits for nobody."""
    with ExitStack() as opened:
        link = _link(url, folder, opened, isolation=READING)
        snapshot = MySQL(link, aside=partial(_aside, url, folder))
        opened.callback(snapshot.close)
        with _reaching(url):
            link.driver.tell("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            link.pins.hold()
        yield snapshot


@contextmanager
def writing(url: URL, *, folder: Path) -> Iterator[Session]:
    """Open the database to write rows; what is not committed when it ends is taken back."""
    with ExitStack() as opened:
        yield _writing(url, folder, opened, kind=MySQLSession)


@contextmanager
def trying(url: URL, *, folder: Path) -> Iterator[Session]:
    """Open the database to write rows in one transaction that is rolled back, whatever happens."""
    with ExitStack() as opened:
        trial = _writing(url, folder, opened, kind=Trial)
        opened.callback(trial.end)
        yield trial


@contextmanager
def locking(url: URL, *, folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold a lock of the server, which frees it when its session ends, or is silent for too long."""
    name = _LOCK + hashlib.sha256(str(url.database).encode()).hexdigest()[:_LOCK_DIGITS]

    def connect() -> MySQLGrip:
        with ExitStack() as opened:
            driver, _ = _open(url, folder, opened, isolation=READING)
            opened.pop_all()
            return MySQLGrip(driver, name=name)

    with leased(connect, holder=holder):
        yield


def _writing(url: URL, folder: Path, opened: ExitStack, *, kind: type[Kind]) -> Kind:
    connected = opened.enter_context(ExitStack())

    def connect() -> Link:
        connected.close()
        return _link(url, folder, connected, isolation=WRITING)

    session = kind(connect(), aside=partial(_aside, url, folder), reopen=connect)
    opened.callback(session.close)
    opened.callback(session.rollback)
    return session


def _link(url: URL, folder: Path, opened: ExitStack, *, isolation: str) -> Link:
    driver, pins = _open(url, folder, opened, isolation=isolation)
    with _reaching(url):
        if isolation == WRITING:
            refuse_unwritable(driver)
            driver.try_packing()
        return Link(driver, pins, _over(driver, opened, pins=pins))


def _aside(url: URL, folder: Path) -> Aside:
    with ExitStack() as opened:
        driver, pins = _open(url, folder, opened, isolation=READING)
        opened.pop_all()
        return Aside(driver, mariadb=pins.mariadb)


def _open(url: URL, folder: Path, opened: ExitStack, *, isolation: str) -> tuple[Driver, Pins]:
    with _reaching(url):
        driver = mysql_driver.connect(**_asked(url, folder))
        opened.enter_context(closing(driver))
        return driver, Pins(driver, isolation=isolation)


def _asked(url: URL, folder: Path) -> dict[str, Any]:
    if not url.database:
        raise UnknownEngine("the url names no database", hint="Write it at the end: mysql+pymysql://host/fund")
    foreign = url.query.keys() - _OPTIONS
    if foreign:
        raise UnknownEngine(f"the url's option {min(foreign)} is not one that hffix takes")
    files = {name: str(folder / str(url.query[name])) for name in _FILES & url.query.keys()}
    switches = {name: value == "true" for name, value in url.query.items() if value in {"true", "false"}}
    place = {"host": url.host or "localhost", "port": url.port or 3306, "user": url.username, "password": url.password}
    given = {name: value for name, value in place.items() if value is not None}
    return {**given, "database": url.database, "connect_timeout": CONNECT_SECONDS, **url.query, **switches, **files}


@contextmanager
def _reaching(url: URL) -> Iterator[None]:
    """Say what kept the server from being opened; the driver's own message may quote the user."""
    try:
        yield
    except DriverError as fault:
        told = named(fault)
        raise CannotReach(f"cannot open {url.database} on {url.host or 'the local server'} ({told})") from fault


def _over(driver: Driver, opened: ExitStack, *, pins: Pins) -> Connection:
    """Let SQLAlchemy work on the driver's connection; transactions stay the session's business."""
    engine = create_engine(
        f"{'mariadb' if pins.mariadb else 'mysql'}+pymysql://", creator=lambda: driver.connection, poolclass=NullPool
    )
    driver.connection.cursorclass = Reader
    event.listen(engine, "after_cursor_execute", partial(_after, driver))
    connection = engine.connect()
    # The pool would roll back, or close, what this session still uses.
    connection.detach()
    opened.callback(_leave, driver, connection)
    # When it connects, SQLAlchemy names the character sets anew.
    pins.set()
    return connection


def _leave(driver: Driver, connection: Connection) -> None:
    if driver.lost:
        # Or SQLAlchemy would send a rollback to nobody.
        connection.invalidate()
    with suppress(DBAPIError):
        connection.close()


def _after(driver: Driver, *executed: Any) -> None:
    """Refuse what the server warned about when it wrote a row of the change log, and know what committed by itself."""
    _, cursor, statement, *_ = executed
    kind = statement.split(maxsplit=1)[0].upper()
    if kind in _DEFINES:
        driver.defined = True
    elif cursor.warning_count and kind in _WRITES:
        raise warned_by_row(driver.warnings())
