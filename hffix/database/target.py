"""Opening a target by its url, in the engine's own module."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from hffix.database.session import Session, Snapshot
from hffix.database.sqlite_scratch import Scratch, scratch
from hffix.errors.targets import CannotReach, UnknownEngine

_EXTRAS: Final = {"psycopg": "postgresql", "pymysql": "mysql"}
# The engines with a room of their own, and the drivers that it speaks; through another one values would not be exact.
_SPOKEN: Final = {
    "postgresql": ("psycopg", frozenset({"postgresql", "postgresql+psycopg"})),
    "mysql": ("pymysql", frozenset({"mysql", "mysql+pymysql"})),
    "mariadb": ("pymysql", frozenset({"mariadb", "mariadb+pymysql"})),
}


class Engine(Protocol):
    """What the module of an engine offers; it is imported when a url names it."""

    def reading(self, url: URL, *, folder: Path, shared: str | None = None) -> AbstractContextManager[Snapshot]:
        """Open one state of a target, read-only; the one that another process shares, where it is named."""

    def writing(self, url: URL, *, folder: Path) -> AbstractContextManager[Session]:
        """Open a target to write rows."""

    def trying(self, url: URL, *, folder: Path) -> AbstractContextManager[Session]:
        """Open a place where rows can be written and put back without touching the target."""

    def locking(self, url: URL, *, folder: Path, holder: Callable[[], str]) -> AbstractContextManager[None]:
        """Hold the lineage's one session; refuse, naming who holds it, while another is alive."""


def open_for_reading(url: str, *, folder: Path, shared: str | None = None) -> AbstractContextManager[Snapshot]:
    """Open one state of a target; paths in the url are relative to the project's folder."""
    target = parsed(url)
    return _engine_of(target).reading(target, folder=folder, shared=shared)


def open_for_writing(url: str, *, folder: Path) -> AbstractContextManager[Session]:
    """Open a target to write rows."""
    target = parsed(url)
    return _engine_of(target).writing(target, folder=folder)


def open_for_trial(url: str, *, folder: Path) -> AbstractContextManager[Session]:
    """Open a place where rows can be written and put back without touching the target."""
    target = parsed(url)
    return _engine_of(target).trying(target, folder=folder)


def run_lock(url: str, *, folder: Path, holder: Callable[[], str]) -> AbstractContextManager[None]:
    """Hold the lineage's one session; refuse, naming who holds it, while another is alive."""
    target = parsed(url)
    return _engine_of(target).locking(target, folder=folder, holder=holder)


def open_scratch(path: Path | None, *, like: str) -> AbstractContextManager[Scratch]:
    """Make a scratch database for rows of an engine, given by its name or by a url; in memory without a path."""
    engine = like.partition(":")[0].partition("+")[0]
    return scratch(path, tagged=engine != "sqlite")


def parsed(url: str) -> URL:
    """Read a url; its text is never repeated."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The cause may quote a password.
        raise UnknownEngine("the target's url cannot be read") from None


def _engine_of(url: URL) -> Engine:
    """Import the engine that a url names; an engine whose driver is not installed is refused with the way to it."""
    backend = url.get_backend_name()
    _refuse_unspoken(url, backend)
    try:
        match backend:
            case "sqlite":
                from hffix.database import sqlite_files

                return sqlite_files
            case "postgresql":
                from hffix.database import postgresql_server

                return postgresql_server
            case "mysql" | "mariadb":
                from hffix.database import mysql_server

                return mysql_server
            case _:
                from hffix.database import generic_server

                return generic_server
    except ModuleNotFoundError as missing:
        extra = _EXTRAS.get(missing.name or "")
        if extra is None:
            raise
        raise CannotReach(
            f"the driver {missing.name} is not installed", hint=f"Install it with: pip install 'hffix[{extra}]'"
        ) from missing


def _refuse_unspoken(url: URL, backend: str) -> None:
    """Refuse another driver of a database that has an engine of its own, and a SQLite that is no file."""
    if backend == "sqlite" and not url.database:
        raise UnknownEngine("a database in memory is gone with the command that made it")
    driver, spoken = _SPOKEN.get(backend, ("", frozenset()))
    if spoken and url.drivername not in spoken:
        raise UnknownEngine(
            f"{backend} is reached through {driver}, not through the driver of urls that begin with {url.drivername}:",
            hint=f"Begin the url with {backend}+{driver}://; the rest stays as it is.",
        )
