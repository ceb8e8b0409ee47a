"""MariaDB under the conformance suite."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import make_url

from hffix.database import mysql_pins
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
from tests.conformance.values_mysql import GENERATED, HELD, SETTLED, UNSETTLED

SERVER = os.environ.get("HFFIX_TEST_MYSQL", "mysql+pymysql://root@127.0.0.1:3306/test")
# With this mode an outsider can write what dirty data is made of.
LOOSE = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'"

# What the driver raises where no server answers.
NOT_THERE = (pymysql.MySQLError,)

EMPTIED = "salt = NULL, row_key = NULL, `before` = NULL, `after` = NULL, origin = NULL, observed = NULL"
REFUSE = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'hffix_record is append-only'"


class Stranger:
    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        place = {"host": parsed.host, "port": parsed.port or 3306, "user": parsed.username}
        self._driver = pymysql.connect(
            **place,
            password=parsed.password or "",
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=5,
            ssl_disabled=True,
        )
        self.run(LOOSE, "SET SESSION innodb_lock_wait_timeout = 1", "SET SESSION time_zone = '+00:00'")
        if parsed.database:
            self.run(f"USE `{parsed.database}`")

    def run(self, *statements: str) -> None:
        with self._driver.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def ask(self, query: str) -> Answer:
        with self._driver.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def close(self) -> None:
        self._driver.close()


def server() -> Stranger:
    return Stranger(make_url(SERVER).set(database="").render_as_string(hide_password=False))


@cache
def _missing() -> str | None:
    try:
        server().close()
    except pymysql.MySQLError as fault:
        return f"no MariaDB server: {fault}"
    return None


class MySQLEngine(Engine):
    """A database of its own on a server."""

    name = "mysql"
    words = Words(integer="integer", text="longtext", key_text="varchar(60)", decimal="decimal(12,2)", blob="longblob")
    held: Sequence[Held] = HELD
    settled: Sequence[Settled] = SETTLED
    unsettled: Sequence[Unsettled] = UNSETTLED
    generated: Sequence[Generated] = GENERATED
    refused: Sequence[Refused] = (
        Refused(made=("CREATE VIEW v AS SELECT 1 AS id",), table="v", told="v is a view, not a table"),
        Refused(made=("CREATE SEQUENCE s",), table="s", told="s is a sequence, not a table"),
        Refused(made=("CREATE TABLE bare (a text)",), table="bare", told="no primary key"),
        Refused(made=("CREATE TABLE g (id int PRIMARY KEY, place point)",), table="g", told="place is of type point"),
        Refused(made=("CREATE TABLE m (id int PRIMARY KEY) ENGINE = MyISAM",), table="m", told="stored by MyISAM"),
        Refused(made=("CREATE TABLE a (id int PRIMARY KEY) ENGINE = Aria",), table="a", told="stored by Aria"),
        Refused(made=("CREATE TABLE f (id float PRIMARY KEY)",), table="f", told="key column id is of type float"),
        Refused(made=("CREATE TABLE e (id enum('a') PRIMARY KEY)",), table="e", told="key column id is of type enum"),
        Refused(made=("CREATE TABLE p (id text, PRIMARY KEY (id(9)))",), table="p", told="the beginning of a column"),
        Refused(made=("CREATE TABLE h (id int PRIMARY KEY) WITH SYSTEM VERSIONING",), table="h",
                told="versioned table"),
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
        "CREATE TRIGGER told BEFORE UPDATE ON pet FOR EACH ROW SET NEW.name = 'x'",
        "ALTER TABLE pet ADD COLUMN twice varchar(120) GENERATED ALWAYS AS (concat(name, name)) STORED",
        "ALTER TABLE pet ADD COLUMN changed timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp()",
        "ALTER TABLE pet MODIFY COLUMN id integer AUTO_INCREMENT",
        "ALTER TABLE pet MODIFY COLUMN name varchar(60) INVISIBLE",
        "ALTER TABLE pet ROW_FORMAT = COMPRESSED",
        "ALTER TABLE pet PARTITION BY HASH (id) PARTITIONS 2",
    )
    schema_notes = (
        "CREATE INDEX named ON pet (name)", "INSERT INTO pet (id, name) VALUES (1, 'a')", "ANALYZE TABLE pet",
        "ALTER TABLE pet COMMENT = 'animals'",
    )  # fmt: skip
    forbidden: Sequence[str] = (
        "UPDATE hffix_change SET leaf = 'x'",
        "UPDATE hffix_change SET `before` = NULL",
        f"UPDATE IGNORE hffix_change SET {EMPTIED}, leaf = concat(leaf, ' ')",
        "DELETE FROM hffix_change",
        "INSERT INTO hffix_change SELECT * FROM hffix_change",
        "REPLACE INTO hffix_change SELECT * FROM hffix_change",
        "INSERT INTO hffix_change SELECT * FROM hffix_change ON DUPLICATE KEY UPDATE leaf = 'x'",
        "UPDATE hffix_record SET body = 'x'",
        "UPDATE hffix_record SET body = concat(body, ' ')",
        "DELETE FROM hffix_record WHERE number = 1",
        "INSERT INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
        "REPLACE INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
    )
    guards: Sequence[Guard] = (
        Guard(taken=("DROP TRIGGER hffix_change_update",), missed=("hffix_change_update",)),
        Guard(taken=("DROP TRIGGER hffix_record_delete",
                     "CREATE TRIGGER hffix_record_delete BEFORE DELETE ON hffix_record FOR EACH ROW SET @x = 1"),
              missed=("hffix_record_delete",)),
        Guard(taken=("DROP TRIGGER hffix_record_update",
                     f"CREATE TRIGGER hffix_record_update AFTER UPDATE ON hffix_record FOR EACH ROW {REFUSE}"),
              missed=("hffix_record_update",)),
    )  # fmt: skip
    holding = ("START TRANSACTION", "SELECT * FROM person WHERE id = 1 FOR UPDATE")
    faults = (pymysql.err.OperationalError, pymysql.err.IntegrityError)
    page_rows = "hffix.database.mysql.PAGE_ROWS"
    dialects = frozenset({"mariadb", "mysql"})
    quote = "`"

    def missing(self) -> str | None:
        return _missing()

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        patch.setitem(mysql_pins.PINNED, "innodb_lock_wait_timeout", "0")
        patch.setitem(mysql_pins.PINNED, "lock_wait_timeout", "0")

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        name = f"hffix_test_{secrets.token_hex(6)}"
        url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        outsider = server()
        try:
            outsider.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
            yield Database(engine=self, url=url, folder=folder, connect=partial(Stranger, url))
        finally:
            outsider.run(f"DROP DATABASE IF EXISTS {name}")
            outsider.close()
