"""Opening a target by its url, in the engine's own module."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from hffix.database import sqlite_files
from hffix.database.session import Session, Snapshot
from hffix.database.sqlite import DIALECT
from hffix.database.sqlite_scratch import Scratch, scratch
from hffix.errors.targets import Held, UnknownEngine


def _file_of(url: str, *, folder: Path) -> Path:
    try:
        parsed: URL = make_url(url)
    except (ArgumentError, ValueError):
        # The cause may quote a password.
        raise UnknownEngine("the target's url cannot be read") from None
    if parsed.get_backend_name() != DIALECT or not parsed.database:
        raise UnknownEngine(f"no engine for urls that begin with {parsed.drivername}:")
    return folder / parsed.database


def open_for_reading(url: str, *, folder: Path) -> AbstractContextManager[Snapshot]:
    """Open one state of a target; paths in the url are relative to the project's folder."""
    return sqlite_files.reading(_file_of(url, folder=folder))


def open_for_writing(url: str, *, folder: Path) -> AbstractContextManager[Session]:
    """Open a target to write rows."""
    return sqlite_files.writing(_file_of(url, folder=folder))


def open_for_trial(url: str, *, folder: Path) -> AbstractContextManager[Session]:
    """Open a place where rows can be written and put back without touching the target."""
    return sqlite_files.trying(_file_of(url, folder=folder))


def open_scratch(path: Path | None, *, like: str) -> AbstractContextManager[Scratch]:
    """Make a scratch database for rows of an engine, given by its name or by a url; in memory without a path."""
    if not like.startswith(DIALECT):
        raise UnknownEngine(f"no scratch database for {like.partition(':')[0]}")
    return scratch(path)


@contextmanager
def run_lock(url: str, *, folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold the lineage's one session; refuse, naming who holds it, while another is alive."""
    path = _file_of(url, folder=folder)
    lock = FileLock(path.with_name(path.name + ".hffix-lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as fault:
        raise Held(f"the target is held by {holder()}") from fault
    try:
        yield
    finally:
        lock.release()
