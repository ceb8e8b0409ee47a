"""Opening any other database: a snapshot, a session that writes, and one whose writes all go back."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL

from hffix.database.generic import Generic
from hffix.database.generic_link import SNAPSHOTS, WRITES, Link
from hffix.database.generic_locks import refuse_unlockable
from hffix.database.generic_schema import UNSEEN
from hffix.database.generic_session import GenericSession, Trial
from hffix.errors.targets import CannotWrite, Held, UnknownEngine

Kind = TypeVar("Kind", bound=GenericSession)

_NOTE: Final = (
    f"not seen in this database: {UNSEEN}, and what this account may do;"
    " these show only when rows are written and read back"
)
_WAITING: Final = "this database is read under SERIALIZABLE: whoever writes meanwhile may have to wait"
# What a url's options may say of the place; all else, passwords too, is none of it.
_OF_PLACE: Final = ("service_name", "sid", "dsn", "database", "schema")
_LOCK_DIGITS: Final = 12


@contextmanager
def reading(url: URL, *, folder: Path, shared: str | None = None) -> Iterator[Generic]:
    """Open one state of the database; nothing is ever committed."""
    link = Link(url, levels=SNAPSHOTS, keep=True)
    try:
        waiting = link.level == "SERIALIZABLE" and link.family not in {"postgresql", "oracle"}
        snapshot = Generic(link, place=place_of(url), notes=(_NOTE, _WAITING) if waiting else (_NOTE,))
        link.begin()
        yield snapshot
    finally:
        link.rollback()
        link.close()


@contextmanager
def writing(url: URL, *, folder: Path) -> Iterator[GenericSession]:
    """Open the database to write rows, one transaction at a time."""
    with _writing(url, kind=GenericSession) as session:
        yield session


@contextmanager
def trying(url: URL, *, folder: Path) -> Iterator[Trial]:
    """Open the database to write rows in one transaction that is rolled back at the end."""
    with _writing(url, kind=Trial) as session:
        yield session


@contextmanager
def locking(url: URL, *, folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold a lock file in the project: a courtesy on this machine; elsewhere the fence alone keeps two apart."""
    digest = hashlib.sha256(repr(sorted(place_of(url).items())).encode()).hexdigest()
    lock = FileLock(folder / f"{digest[:_LOCK_DIGITS]}.hffix-lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as fault:
        raise Held(f"the target is held by {holder()}") from fault
    try:
        yield
    finally:
        lock.release()


def place_of(url: URL) -> dict[str, str]:
    """Say where a database stands, by its url without user and password."""
    options = {name: str(url.query[name]) for name in _OF_PLACE if name in url.query}
    named = {"engine": url.get_backend_name(), "host": url.host, "port": url.port, "database": url.database}
    place = {name: str(value) for name, value in named.items() if value is not None} | options
    if not place.keys() & {"host", "database", "service_name", "sid", "dsn"}:
        raise UnknownEngine(
            "the url does not say where the database stands", hint="Write host and database into the url."
        )
    return place


@contextmanager
def _writing(url: URL, *, kind: type[Kind]) -> Iterator[Kind]:
    link = Link(url, levels=WRITES)
    try:
        refuse_unlockable(link)
        if not link.dialect.supports_sane_rowcount:
            raise CannotWrite(f"the driver of {link.dialect.name} does not say how many rows it wrote")
        session = kind(link, place=place_of(url), notes=(_NOTE,))
        try:
            yield session
        finally:
            session.close()
    finally:
        link.rollback()
        link.close()
