"""Opening PostgreSQL: a snapshot that disturbs nobody, a session that writes, and one whose writes all go back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import URL

from hffix.database import lease
from hffix.database.lease import leased
from hffix.database.postgresql import PostgreSQL
from hffix.database.postgresql_link import READER, WRITER, Link
from hffix.database.postgresql_pins import READING, WRITING
from hffix.database.postgresql_session import PostgreSQLSession, Trial
from hffix.errors.targets import CannotReach, GrantLacking

# Drawn once; a database has one lineage, and an advisory lock is a database's own.
RUN_LOCK: Final = 0x68666669785F7231
_SNAPSHOT: Final = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Of the sessions of another account the server shows that they are there, and nothing else: such a one is alive.
_HOLDER: Final = """
SELECT coalesce(host(a.client_addr), 'local'), a.pid,
    to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint"""
# In the midst of a statement no setting of the server ends a session whose client says nothing, or reads nothing.
_STALLED: Final = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Client' AND state <> 'idle'
    AND clock_timestamp() - state_change > make_interval(secs => $2::float8) AND pg_has_role(usesysid, 'USAGE')"""
_END: Final = "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid"


@contextmanager
def reading(url: URL, *, folder: Path, shared: str | None = None) -> Iterator[PostgreSQL]:
    """Open one state of the database, read-only."""
    with _linked(url, READING, shared=True) as link:
        snapshot = PostgreSQL(url, link)
        link.start(_SNAPSHOT, keep=True, shared=shared)
        try:
            yield snapshot
        finally:
            snapshot.close()


@contextmanager
def writing(url: URL, *, folder: Path) -> Iterator[PostgreSQLSession]:
    """Open the database to write rows, one transaction at a time."""
    with _linked(url, WRITING, shared=True, name=WRITER) as link:
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
    """Hold an advisory lock, which the server frees when its session ends, or is silent for too long."""
    with leased(lambda: _Grip(url), holder=holder):
        yield


class _Grip:
    """The session that holds the lock."""

    def __init__(self, url: URL) -> None:
        self._link = Link(url, pins=READING)
        # Older servers end no session that is idle.
        self._link.fetch(
            "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout'",
            (f"{lease.LEASE_SECONDS}s",),
        )

    def take(self) -> bool:
        """Ask for the lock, and do not wait for it; whoever gets it ends what a holder who is gone left halfway."""
        taken = bool(self._link.fetch("SELECT pg_try_advisory_lock($1::bigint)", (str(RUN_LOCK),))[0][0])
        if taken:
            self._end_stalled()
        return taken

    def _end_stalled(self) -> None:
        stalled = [pid for (pid,) in self._link.fetch(_STALLED, (WRITER, str(lease.SILENT_SECONDS)))]
        if stalled:
            # Only members of the superuser's role may end his sessions; he is told to run the command again then.
            with suppress(GrantLacking):
                self._link.fetch(_END, (stalled,))

    def speak(self) -> bool:
        """Ask for nothing."""
        try:
            self._link.run("SELECT")
        except psycopg.Error:
            return False
        return True

    def silence(self) -> float | None:
        """Look when the holder's last statement ended, where this role is shown it."""
        found = self._link.fetch(_HOLDER, (str(RUN_LOCK),))
        return float(found[0][3]) if found else None

    def told(self) -> str:
        """Name the server's process, and where it was called from."""
        found = self._link.fetch(_HOLDER, (str(RUN_LOCK),))
        shown = [facts for facts in found if facts[2] is not None]
        return "".join(f" (server process {pid}, from {place}, since {since})" for place, pid, since, _ in shown[:1])

    def close(self) -> None:
        """Hang up."""
        self._link.close()


def _refuse_replica(link: Link) -> None:
    if link.fetch("SELECT pg_is_in_recovery()")[0][0]:
        raise CannotReach("the server is a replica, which nobody can write to", hint="Name the primary in the url.")


@contextmanager
def _linked(url: URL, pins: Mapping[str, str], *, shared: bool = False, name: str = READER) -> Iterator[Link]:
    link = Link(url, pins=pins, shared=shared, name=name)
    try:
        yield link
    finally:
        link.close()
