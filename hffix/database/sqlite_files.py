"""Opening SQLite files: a snapshot that disturbs nobody, a session that writes, and a copy to try rows out in."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from hffix.database.session import Session
from hffix.database.sqlite import SQLite, Trial
from hffix.errors.targets import CannotReach, Held, NotUtf8

BUSY_SECONDS: Final = 5.0


@contextmanager
def reading(url: URL, *, folder: Path, shared: str | None = None) -> Iterator[Session]:  # noqa: ARG001 - it names none
    """Open one state of the file, read-only; a file without WAL is copied first, so that writers go on."""
    path = _file_of(url, folder)
    with ExitStack() as opened:
        notes = _recover(path)
        source = opened.enter_context(_connect(path, mode="ro"))
        if source.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            # In rollback-journal mode an open snapshot would keep every writer out.
            copies = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="hffix-snapshot-")))
            copy_to(source, copies / "snapshot.db")
            connection = opened.enter_context(_connect(copies / "snapshot.db", mode="ro"))
        else:
            connection = source
        session = opened.enter_context(_session(connection, path=path, notes=notes))
        connection.execute("BEGIN")
        yield session
        connection.rollback()


@contextmanager
def writing(url: URL, *, folder: Path) -> Iterator[Session]:
    """Open the file to write rows, with foreign keys enforced and commits that outlive a power cut."""
    path = _file_of(url, folder)
    with _writing(path) as connection, _session(connection, path=path) as session:
        yield session


@contextmanager
def trying(url: URL, *, folder: Path) -> Iterator[Session]:
    """Open a copy of the file to write rows, in a folder that is removed afterwards."""
    path = _file_of(url, folder)
    with tempfile.TemporaryDirectory(prefix="hffix-trial-") as copies:
        copy = Path(copies) / "trial.db"
        with _connect(path, mode="ro") as source:
            copy_to(source, copy)
        with _writing(copy) as connection, _session(connection, path=copy, kind=Trial) as session:
            yield session


@contextmanager
def locking(url: URL, *, folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold a lock file beside the database, which the machine frees when this process ends."""
    path = folder / str(url.database)
    lock = FileLock(path.with_name(path.name + ".hffix-lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as fault:
        raise Held(f"the target is held by {holder()}") from fault
    try:
        yield
    finally:
        lock.release()


def copy_to(source: sqlite3.Connection, path: Path) -> None:
    """Copy a database by SQLite's backup, in steps between which its writers may write."""
    with _connect(path, mode="rwc") as copy:
        source.backup(copy, pages=4096, sleep=0.001)


@contextmanager
def _connect(path: Path, *, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, cached_statements=256)
    except sqlite3.Error as fault:
        raise CannotReach(f"cannot open {path.name}: {fault}") from fault
    with closing(connection):
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.Error as fault:
            raise CannotReach(f"cannot open {path.name}: {fault}") from fault
        yield connection


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    with _connect(path, mode="rw") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16384")
        yield connection


def _file_of(url: URL, folder: Path) -> Path:
    path = folder / str(url.database)
    if not path.is_file():
        raise CannotReach(f"there is no database file {path}")
    return path


def _recover(path: Path) -> tuple[str, ...]:
    """Let SQLite roll back what a killed writer left; a read-only open can only refuse."""
    try:
        with _connect(path, mode="ro"):
            return ()
    except CannotReach as refused:
        # A journal that merely lies there may be a living writer's, or kept by journal_mode=PERSIST.
        if getattr(refused.__cause__, "sqlite_errorname", None) != "SQLITE_READONLY_ROLLBACK":
            raise
    with _connect(path, mode="rw"):
        pass
    return (f"{path.name} was left by a killed writer; SQLite rolled its last transaction back",)


@contextmanager
def _session(
    connection: sqlite3.Connection, *, path: Path, notes: tuple[str, ...] = (), kind: type[SQLite] = SQLite
) -> Iterator[SQLite]:
    if connection.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise NotUtf8(f"{path.name} does not hold its text in UTF-8")
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=NullPool)
    # The pool would roll back, or close, what this session still uses.
    with engine.connect() as shared:
        shared.detach()
        yield kind(connection, shared, path=path, notes=notes)
