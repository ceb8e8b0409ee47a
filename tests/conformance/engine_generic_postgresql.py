"""The generic path under the conformance suite: PostgreSQL through a dialect and a driver that hffix does not know."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import psycopg2  # noqa: F401
import pytest
from sqlalchemy import make_url

from tests.conformance import kin
from tests.conformance.engine import Database, Guard, Refused, Words
from tests.conformance.engine_postgresql import PostgreSQLEngine
from tests.conformance.values_generic import GENERATED, HELD, SETTLED, UNSETTLED

UNSEEN = (
    "not seen in this database: triggers, rules, row policies, partitions and inheritance,"
    " and what this account may do; these show only when rows are written and read back"
)
UNGUARDED = "no trigger guards the change log here: only missing rights and its chain do"
ELSEWHERE = "a second process does not know the dialect that these tests register"
LACKING = (
    dict.fromkeys(
        (
            "test_a_trigger_that_writes_another_table_is_refused_by_trial_and_run",
            "test_a_way_back_that_would_write_more_is_counted_as_none_and_can_be_declared_when_it_is_needed",
            "test_what_acts_on_a_table_is_told_by_its_change_set",
            "test_a_column_that_a_trigger_sets_is_refused_until_it_is_declared_and_then_recorded",
        ),
        "triggers are not seen, nor what they write elsewhere, and a note says so; the rows themselves are read back",
    )
    | dict.fromkeys(
        (
            "test_a_writer_between_the_snapshots_is_not_taken_for_a_fix_that_cannot_be_repeated",
            "test_a_fix_that_gives_other_rows_in_another_process_is_refused",
        ),
        ELSEWHERE,
    )
    | dict.fromkeys(
        ("test_the_database_refuses_to_change_what_was_logged", "test_a_guard_that_was_taken_away_is_named"),
        "no statement makes a trigger in every database, so there are no guards to break",
    )
)


class KinOfPostgreSQLEngine(PostgreSQLEngine):
    """A database of its own on a server, reached as another vendor's would be."""

    name = "generic_postgresql"
    speaks = "postgresql"
    words = Words(integer="integer", text="text", key_text="text", decimal="numeric(12,2)", blob="bytea")
    held = HELD
    settled = SETTLED
    unsettled = UNSETTLED
    generated = GENERATED
    refused = (
        Refused(made=("CREATE VIEW v AS SELECT 1 AS id",), table="v", told="v is a view, not a table"),
        Refused(made=("CREATE MATERIALIZED VIEW m AS SELECT 1 AS id",), table="m", told="is a materialized view"),
        Refused(made=("CREATE TABLE bare (a text)",), table="bare", told="no declared key"),
        Refused(made=("CREATE TABLE x (id int PRIMARY KEY, a xml, b int)",), table="x",
                told="not carried exactly: a (of a type that SQLAlchemy does not know)"),
        Refused(made=("CREATE TABLE u (id uuid PRIMARY KEY)",), table="u", told="not carried exactly: id (UUID)"),
        Refused(made=("CREATE TABLE j (id int PRIMARY KEY, a jsonb, b int[])",), table="j",
                told="not carried exactly: a (JSONB), b (INTEGER[])"),
        Refused(made=("CREATE TABLE z (id int PRIMARY KEY, at timestamptz)",), table="z",
                told="not carried exactly: at (TIMESTAMP WITH TIME ZONE)"),
        Refused(made=("CREATE TABLE o (id int PRIMARY KEY, m mood, s share)",), table="o",
                told="not carried exactly: m (mood), s (share)"),
        Refused(made=("CREATE TABLE f (id float PRIMARY KEY)",), table="f", told="floating-point number in its key"),
        Refused(made=("CREATE TABLE t (id int PRIMARY KEY)",), table="public.t", told="public.t is written t"),
        Refused(made=("CREATE SEQUENCE s",), table="s", told="s does not exist"),
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
        "CREATE UNIQUE INDEX ON pet (lower(name))",
        "ALTER TABLE pet ADD UNIQUE (name) DEFERRABLE",
        "ALTER TABLE pet ADD COLUMN owner integer REFERENCES pet ON UPDATE CASCADE",
        "CREATE TABLE collar (id integer PRIMARY KEY, pet integer REFERENCES pet ON DELETE SET NULL)",
        "ALTER TABLE pet ADD COLUMN twice text GENERATED ALWAYS AS (name || name) STORED",
        "ALTER TABLE pet ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
        "CREATE SCHEMA IF NOT EXISTS b; CREATE TABLE b.collar (id integer PRIMARY KEY, pet integer REFERENCES pet)",
    )
    forbidden: Sequence[str] = ()
    guards: Sequence[Guard] = ()
    dialects = frozenset({"pgkin"})
    notes = (UNSEEN, UNGUARDED)
    page_rows = "hffix.database.generic.PAGE_ROWS"
    lacking = MappingProxyType(
        {
            **LACKING,
            "test_days_that_python_cannot_hold_go_to_people_and_the_others_come_as_days": (
                "no uuid is carried, and no day that Python cannot hold"
            ),
            "test_a_deadlock_undoes_the_transaction_which_may_be_tried_again": (
                "it waits for no lock, and so is in no deadlock"
            ),
        }
    )
    driver = "pgkin+psycopg2"

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        """Do nothing: it does not wait for a lock."""

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        kin.register()
        with super().fresh(folder) as made:
            url = make_url(made.url).set(drivername=self.driver).render_as_string(hide_password=False)
            yield replace(made, engine=self, url=url)
