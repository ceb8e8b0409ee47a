"""Databases of PostgreSQL that tests use one after the other: making one takes the server ten times as long as a test.

A database comes back as it was made, or not at all: one in which anything is left that belongs to no schema, or in
which somebody keeps a lock, is dropped.
"""

import atexit
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

import psycopg

NAME: Final = "hffix_test_"
_ENDED: Final = """SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SCHEMAS: Final = """SELECT quote_ident(nspname) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"""
# What is no schema's, and so is not dropped with one.
_LEFT: Final = """
SELECT 'setting' FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL SELECT 'right' FROM pg_database WHERE datname = current_database() AND (datacl IS NOT NULL OR datconnlimit <> -1)
UNION ALL SELECT 'right by default' FROM pg_default_acl
UNION ALL SELECT 'event trigger' FROM pg_event_trigger
UNION ALL SELECT 'publication' FROM pg_publication
UNION ALL SELECT 'extension' FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL SELECT 'foreign server' FROM pg_foreign_server
UNION ALL SELECT 'large object' FROM pg_largeobject_metadata
UNION ALL SELECT 'prepared transaction' FROM pg_prepared_xacts WHERE database = current_database()
UNION ALL SELECT 'cast' FROM pg_cast WHERE oid >= 16384"""  # noqa: E501
_PUBLIC: Final = {
    True: ("CREATE SCHEMA public AUTHORIZATION pg_database_owner", "GRANT USAGE ON SCHEMA public TO PUBLIC"),
    False: ("CREATE SCHEMA public", "GRANT ALL ON SCHEMA public TO PUBLIC"),
}
_SCHEMA_OWNED_FROM: Final = 150_000


class Outsider(Protocol):
    """A connection of somebody who does not use hffix."""

    def run(self, *statements: str) -> None: ...
    def ask(self, query: str) -> Sequence[tuple[Any, ...]]: ...
    def close(self) -> None: ...


class Pool:
    """The databases of one process on one server, by name; those that are free can be had again."""

    def __init__(self, connect: Callable[[str | None], Outsider]) -> None:
        self._connect = connect
        self._free: list[str] = []
        atexit.register(self.close)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give a database as it is when it is new; what a test that failed leaves is dropped."""
        name = self._free.pop() if self._free else self._made()
        clean = False
        try:
            yield name
            with suppress(psycopg.Error):
                clean = self._cleaned(name)
        finally:
            if clean:
                self._free.append(name)
            else:
                self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop those that are free."""
        while self._free:
            self._run(f"DROP DATABASE IF EXISTS {self._free.pop()} WITH (FORCE)")

    def _made(self) -> str:
        name = f"{NAME}{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return name

    def _cleaned(self, name: str) -> bool:
        inside = self._connect(name)
        try:
            inside.ask(_ENDED)
            ((version,),) = inside.ask(f"SELECT current_setting('server_version_num')::int >= {_SCHEMA_OWNED_FROM}")
            schemas = ", ".join(str(schema) for (schema,) in inside.ask(_SCHEMAS))
            inside.run("SET lock_timeout = '1s'", f"DROP SCHEMA {schemas} CASCADE", *_PUBLIC[bool(version)])
            return not inside.ask(_LEFT)
        finally:
            inside.close()

    def _run(self, statement: str) -> None:
        server = self._connect(None)
        try:
            server.run(statement)
        finally:
            server.close()
