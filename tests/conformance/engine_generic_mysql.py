"""The generic path under the conformance suite: MariaDB through a dialect and a driver that hffix does not know."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import mysql.connector  # noqa: F401
import pytest
from sqlalchemy import make_url

from tests.conformance import kin
from tests.conformance.engine import Database, Guard, Refused, Words
from tests.conformance.engine_generic_postgresql import LACKING, UNGUARDED, UNSEEN
from tests.conformance.engine_mysql import MySQLEngine
from tests.conformance.values_generic import GENERATED_MYSQL, HELD_MYSQL, SETTLED_MYSQL, UNSETTLED_MYSQL


class KinOfMySQLEngine(MySQLEngine):
    """A database of its own on a server, reached as another vendor's would be."""

    name = "generic_mysql"
    speaks = "mysql"
    words = Words(integer="integer", text="longtext", key_text="varchar(60)", decimal="decimal(12,2)", blob="longblob")
    held = HELD_MYSQL
    settled = SETTLED_MYSQL
    unsettled = UNSETTLED_MYSQL
    generated = GENERATED_MYSQL
    refused = (
        Refused(made=("CREATE VIEW v AS SELECT 1 AS id",), table="v", told="v is a view, not a table"),
        Refused(made=("CREATE TABLE bare (a text)",), table="bare", told="no declared key"),
        Refused(made=("CREATE TABLE g (id int PRIMARY KEY, a point)",), table="g", told="not carried exactly: a ("),
        Refused(made=("CREATE TABLE s (id int PRIMARY KEY, at timestamp)",), table="s", told="at (TIMESTAMP)"),
        Refused(made=("CREATE TABLE c (id int PRIMARY KEY, a time, b year, c set('x'), d enum('y'), e bit(3))",),
                table="c", told="a (TIME), b (YEAR(4)), c (SET('x')), d (ENUM('y')), e (BIT(3))"),
        Refused(made=("CREATE TABLE f (id float PRIMARY KEY)",), table="f", told="floating-point number in its key"),
        Refused(made=(), table="nothing", told="does not exist"),
        Refused(made=("CREATE TABLE Loan (id int PRIMARY KEY)",), table="loan", told="does not exist"),
    )  # fmt: skip
    schema_changes: Sequence[str] = (
        "ALTER TABLE pet ADD COLUMN age integer",
        "ALTER TABLE pet CHANGE COLUMN name called varchar(60)",
        "ALTER TABLE pet MODIFY COLUMN name varchar(90)",
        "ALTER TABLE pet MODIFY COLUMN name varchar(60) NOT NULL",
        "ALTER TABLE pet ALTER COLUMN name SET DEFAULT 'x'",
        "ALTER TABLE pet MODIFY COLUMN name varchar(60) COLLATE utf8mb4_bin",
        "ALTER TABLE pet MODIFY COLUMN name varchar(60) CHARACTER SET gbk",
        "ALTER TABLE pet ADD CHECK (name <> '')",
        "CREATE UNIQUE INDEX named ON pet (name)",
        "CREATE UNIQUE INDEX begins ON pet (name(3))",
        "ALTER TABLE pet ADD COLUMN owner integer, ADD FOREIGN KEY (owner) REFERENCES pet (id) ON UPDATE CASCADE",
        "CREATE TABLE collar (id integer PRIMARY KEY, pet integer REFERENCES pet (id) ON DELETE SET NULL)",
        "ALTER TABLE pet ADD COLUMN twice varchar(120) GENERATED ALWAYS AS (concat(name, name)) STORED",
        "ALTER TABLE pet ADD COLUMN changed datetime DEFAULT current_timestamp() ON UPDATE current_timestamp()",
        "ALTER TABLE pet MODIFY COLUMN id integer AUTO_INCREMENT",
    )
    forbidden: Sequence[str] = ()
    guards: Sequence[Guard] = ()
    dialects = frozenset({"mykin"})
    notes = (UNSEEN, UNGUARDED)
    page_rows = "hffix.database.generic.PAGE_ROWS"
    lacking = MappingProxyType(
        dict.fromkeys(
            (
                "test_a_column_of_any_name_that_stands_in_a_where_guards_the_row",
                "test_a_table_and_columns_of_any_name_are_corrected_proved_and_taken_back",
            ),
            "the dialect's catalogue doubles a backtick in a name, and such a table is refused when it is locked",
        )
        | dict(LACKING)
    )
    driver = "mykin+mysqlconnector"

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        """Do nothing: it does not wait for a lock."""

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        kin.register()
        with super().fresh(folder) as made:
            url = make_url(made.url).set(drivername=self.driver).render_as_string(hide_password=False)
            yield replace(made, engine=self, url=url)
