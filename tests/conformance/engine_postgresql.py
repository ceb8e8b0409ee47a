"""PostgreSQL under the conformance suite."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from hffix.database import postgresql_pins
from tests.conformance.engine import (
    Answer,
    Database,
    Engine,
    Generated,
    Guard,
    Held,
    Refused,
    Settled,
    Unsettled,
    Words,
)
from tests.conformance.pool_postgresql import Pool
from tests.conformance.values_postgresql import GENERATED, HELD, SETTLED, UNSETTLED

SERVER = os.environ.get("HFFIX_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

MOODS = "CREATE TYPE mood AS ENUM ('ok', 'so so', '很好')"
SHARES = "CREATE DOMAIN share AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100)"
# Made in every database, so that columns can be of these types.
OWN_TYPES = (MOODS, SHARES)
OF_RECORDS = ("hffix_record_delete", "hffix_record_truncate", "hffix_record_update")
LETTING = "FUNCTION hffix_record_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
LATE = "FOR EACH ROW WHEN (OLD.number > 9) EXECUTE FUNCTION hffix_record_append_only()"
CONDITIONAL = (
    f"CREATE TRIGGER hffix_record_delete BEFORE DELETE ON hffix_record {LATE}",
    "ALTER TABLE hffix_record ENABLE ALWAYS TRIGGER hffix_record_delete",
)


class Stranger:
    def __init__(self, url: str) -> None:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")
        self._driver = psycopg.connect(dsn, autocommit=True, connect_timeout=5)

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._driver.execute(statement.encode())

    def ask(self, query: str) -> Answer:
        return self._driver.execute(query.encode()).fetchall()

    def close(self) -> None:
        self._driver.close()


def _url(database: str | None) -> str:
    server = make_url(SERVER)
    return (server.set(database=database) if database else server).render_as_string(hide_password=False)


@cache
def _pool() -> Pool:
    return Pool(lambda database: Stranger(_url(database)))


@cache
def _missing() -> str | None:
    try:
        Stranger(SERVER).close()
    except psycopg.Error as fault:
        return f"no PostgreSQL server: {fault}"
    return None


class PostgreSQLEngine(Engine):
    """A database of its own on a server."""

    name = "postgresql"
    words = Words(integer="integer", text="text", key_text="text", decimal="numeric(12,2)", blob="bytea")
    held: Sequence[Held] = HELD
    settled: Sequence[Settled] = SETTLED
    unsettled: Sequence[Unsettled] = UNSETTLED
    generated: Sequence[Generated] = GENERATED
    refused: Sequence[Refused] = (
        Refused(made=("CREATE VIEW v AS SELECT 1 AS id",), table="v", told="v is a view, not a table"),
        Refused(made=("CREATE MATERIALIZED VIEW m AS SELECT 1 AS id",), table="m", told="is a materialized view"),
        Refused(made=("CREATE TABLE bare (a text)",), table="bare", told="no declared key"),
        Refused(made=("CREATE TABLE x (id int PRIMARY KEY, a xml, b int)",), table="x",
                told="not carried exactly: a (xml)"),
        Refused(made=("CREATE TYPE pair AS (a int, b int)", "CREATE TABLE c (id int PRIMARY KEY, p pair)"), table="c",
                told="not carried exactly: p (pair)"),
        Refused(made=("CREATE TABLE o (id int PRIMARY KEY, k oid[])",), table="o",
                told="not carried exactly: k (oid[])"),
        Refused(made=("CREATE UNLOGGED TABLE u (id int PRIMARY KEY)",), table="u", told="u is unlogged"),
        Refused(made=("CREATE TABLE f (id float PRIMARY KEY)",), table="f", told="floating-point number in its key"),
        Refused(made=("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b () INHERITS (a)"), table="a",
                told="tables that inherit from it"),
        Refused(made=("CREATE TABLE l (id int PRIMARY KEY) PARTITION BY LIST (id)",
                      "CREATE UNLOGGED TABLE l_1 PARTITION OF l FOR VALUES IN (1)"), table="l",
                told="a partition that is foreign, temporary or unlogged: l_1"),
        Refused(made=("CREATE TABLE t (id int PRIMARY KEY)",), table="public.t", told="public.t is written t"),
        Refused(made=("CREATE SEQUENCE s",), table="s", told="s is a sequence, not a table"),
    )  # fmt: skip
    schema_changes: Sequence[str] = (
        "ALTER TABLE pet ADD COLUMN age integer",
        "ALTER TABLE pet RENAME COLUMN name TO called",
        "ALTER TABLE pet ALTER COLUMN name TYPE varchar(90)",
        "ALTER TABLE pet ALTER COLUMN name SET NOT NULL",
        "ALTER TABLE pet ALTER COLUMN name SET DEFAULT 'x'",
        'ALTER TABLE pet ALTER COLUMN name TYPE text COLLATE "C"',
        "ALTER TABLE pet ADD CHECK (name <> '')",
        "ALTER TABLE pet ADD CHECK (name <> '') NOT VALID",
        "CREATE UNIQUE INDEX ON pet (name)",
        "CREATE UNIQUE INDEX ON pet (name) WHERE name > 'b'",
        "ALTER TABLE pet ADD UNIQUE (name) DEFERRABLE",
        "ALTER TABLE pet ADD EXCLUDE USING btree (name WITH =)",
        "ALTER TABLE pet ADD COLUMN owner integer REFERENCES pet ON UPDATE CASCADE",
        "CREATE TABLE collar (id integer PRIMARY KEY, pet integer REFERENCES pet ON DELETE SET NULL)",
        "CREATE TRIGGER told BEFORE UPDATE ON pet FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "ALTER TABLE pet ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON pet USING (name = 'a')",
        "CREATE RULE quiet AS ON DELETE TO pet DO INSTEAD NOTHING",
        "ALTER TABLE pet ADD COLUMN twice text GENERATED ALWAYS AS (name || name) STORED",
    )
    schema_notes = (
        "CREATE INDEX ON pet (name)", "INSERT INTO pet (id, name) VALUES (1, 'a')", "ANALYZE pet",
        "COMMENT ON TABLE pet IS 'animals'", "ALTER TABLE pet SET (fillfactor = 50)",
    )  # fmt: skip
    forbidden: Sequence[str] = (
        "UPDATE hffix_change SET leaf = 'x'",
        "UPDATE hffix_change SET before = NULL",
        "DELETE FROM hffix_change",
        "TRUNCATE hffix_change",
        "INSERT INTO hffix_change SELECT * FROM hffix_change",
        "INSERT INTO hffix_change SELECT * FROM hffix_change ON CONFLICT (run_id, seq) DO UPDATE SET leaf = 'x'",
        "UPDATE hffix_record SET body = 'x'",
        "DELETE FROM hffix_record WHERE number = 1",
        "TRUNCATE hffix_record, hffix_change",
        "INSERT INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
        "DO $$BEGIN SET LOCAL session_replication_role = replica; DELETE FROM hffix_record; END$$",
    )
    guards: Sequence[Guard] = (
        Guard(taken=("DROP TRIGGER hffix_change_update ON hffix_change",), missed=("hffix_change_update",)),
        Guard(taken=("ALTER TABLE hffix_record DISABLE TRIGGER ALL",), missed=OF_RECORDS),
        Guard(taken=("ALTER TABLE hffix_record ENABLE TRIGGER hffix_record_delete",), missed=("hffix_record_delete",)),
        Guard(taken=(f"CREATE OR REPLACE {LETTING}",), missed=OF_RECORDS),
        Guard(
            taken=("DROP TRIGGER hffix_record_delete ON hffix_record", *CONDITIONAL), missed=("hffix_record_delete",)
        ),
        Guard(taken=("CREATE RULE lost AS ON INSERT TO hffix_record DO INSTEAD NOTHING",), missed=("lost",)),
    )
    holding = ("BEGIN", "SELECT * FROM person WHERE id = 1 FOR UPDATE")
    faults = (psycopg.IntegrityError,)
    page_rows = "hffix.database.postgresql.PAGE_ROWS"
    dialects = frozenset({"postgresql"})

    def missing(self) -> str | None:
        return _missing()

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        patch.setitem(postgresql_pins.WRITING, "lock_timeout", "50ms")

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        with _pool().database() as name:
            url = _url(name)
            made = Database(engine=self, url=url, folder=folder, connect=partial(Stranger, url))
            made.run(*OWN_TYPES)
            yield made


def name_of(database: Database) -> str:
    """Name the database on its server."""
    return str(make_url(database.url).database)


def kill(database: Database) -> None:
    """End every connection to the database but one's own."""
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
