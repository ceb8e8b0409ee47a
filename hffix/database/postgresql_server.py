"""Opening PostgreSQL: a snapshot that disturbs nobody, a session that writes, and one whose writes all go back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from hffix.database.postgresql import PostgreSQL
from hffix.database.postgresql_link import Link
from hffix.database.postgresql_pins import READING, WRITING
from hffix.database.postgresql_session import PostgreSQLSession, Trial
from hffix.errors.targets import CannotReach, Held

# Drawn once; a database has one lineage, and an advisory lock is a database's own.
RUN_LOCK: Final = 0x68666669785F7231
_SNAPSHOT: Final = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
_HOLDER: Final = """
SELECT coalesce(host(a.client_addr), 'local'), a.pid,
    to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint"""


@contextmanager
def reading(url: URL, *, folder: Path) -> Iterator[PostgreSQL]:
    """Open one state of the database, read-only."""
    with _linked(url, READING, shared=True) as link:
        snapshot = PostgreSQL(url, link)
        link.start(_SNAPSHOT, keep=True)
        try:
            yield snapshot
        finally:
            snapshot.close()


@contextmanager
def writing(url: URL, *, folder: Path) -> Iterator[PostgreSQLSession]:
    """Open the database to write rows, one transaction at a time."""
    with _linked(url, WRITING, shared=True) as link:
        _refuse_replica(link)
        session = PostgreSQLSession(url, link)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def trying(url: URL, *, folder: Path) -> Iterator[Trial]:
    """Open the database to write rows in one transaction that is rolled back at the end."""
    with _linked(url, WRITING, shared=True) as link:
        _refuse_replica(link)
        session = Trial(url, link)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def locking(url: URL, *, folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold an advisory lock, which the server frees when this connection ends, however it ends."""
    with _linked(url, READING) as link:
        # The lock waits through the whole run; a session that is idle for long would be ended with it.
        link.fetch("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'")
        if not link.fetch("SELECT pg_try_advisory_lock($1::bigint)", (str(RUN_LOCK),))[0][0]:
            raise Held(f"the target is held by {holder()}{_told(link)}")
        yield


def _told(link: Link) -> str:
    """Say which session of the server holds the lock, as far as this role may see it."""
    found = link.fetch(_HOLDER, (str(RUN_LOCK),))
    return "".join(f" (server process {pid}, from {address}, since {since})" for address, pid, since in found[:1])


def _refuse_replica(link: Link) -> None:
    if link.fetch("SELECT pg_is_in_recovery()")[0][0]:
        raise CannotReach("the server is a replica, which nobody can write to", hint="Name the primary in the url.")


@contextmanager
def _linked(url: URL, pins: Mapping[str, str], *, shared: bool = False) -> Iterator[Link]:
    link = Link(url, pins=pins, shared=shared)
    try:
        yield link
    finally:
        link.close()
