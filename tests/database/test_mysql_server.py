import secrets
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, make_url

from hffix.changelog import install
from hffix.database import open_for_reading, open_for_writing, run_lock
from hffix.database.mysql_pins import LEAST_PACKET, judge_durable, judge_writable, judged_packet
from hffix.database.mysql_session import MySQLSession
from hffix.errors.targets import (
    CannotReach,
    ChangeLogRefused,
    GrantLacking,
    Held,
    NotDurable,
    NotPinned,
    UnknownEngine,
    WriteRefused,
)
from hffix.model.value import Typed
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.engine_mysql import server

SAFE = {"innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "1", "log_bin": "1", "sync_binlog": "1"}
WRITABLE = {"read_only": "0", "log_bin": "1", "binlog_format": "ROW"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        yield made


@pytest.mark.parametrize("name", ["mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"])
def test_a_url_names_either_server_and_the_server_says_which_it_is(database: Database, name: str) -> None:
    url = make_url(database.url).set(drivername=name).render_as_string(hide_password=False)
    with open_for_reading(url, folder=database.folder) as snapshot:
        assert snapshot.dialect == snapshot.connection.dialect.name == "mariadb"
        assert "MariaDB" in snapshot.versions()["mariadb"]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"database": ""}, UnknownEngine, "names no database"),
        ({"drivername": "mysql+mysqldb"}, UnknownEngine, "mysql is reached through pymysql, not through the driver"),
        ({"query": {"init_command": "SET sql_mode=''"}}, UnknownEngine, "option init_command"),
        ({"query": {"charset": "gbk"}}, UnknownEngine, "option charset"),
        ({"port": 1}, CannotReach, "2003"),
        ({"username": "nobody", "password": "secret"}, CannotReach, "cannot open hffix_test_"),
        ({"database": "hffix_nowhere"}, CannotReach, "1049 BAD_DB"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(
    database: Database, change: dict[str, object], error: type[Exception], told: str
) -> None:
    url = make_url(database.url).set(**change).render_as_string(hide_password=False)  # type: ignore[arg-type]
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(error, match=told) as refused, opened(url, folder=database.folder):
            pass
        assert "secret" not in str(refused.value)
        assert "secret" not in repr(refused.value.__cause__)


def test_the_server_reports_where_the_database_stands(database: Database) -> None:
    with database.reading() as snapshot:
        place = snapshot.place()
    ((host, port, folder),) = database.ask("SELECT @@hostname, @@port, @@datadir")
    assert place == {"host": host, "port": str(port), "folder": folder, "schema": make_url(database.url).database}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"innodb_flush_log_at_trx_commit": "2"}, "innodb_flush_log_at_trx_commit is 2"),
        ({"innodb_flush_log_at_trx_commit": "0"}, "innodb_flush_log_at_trx_commit is 0"),
        ({"sync_binlog": "0"}, "sync_binlog is 0"),
    ],
)
def test_settings_under_which_a_commit_may_be_lost_are_refused(changed: dict[str, str], told: str) -> None:
    with pytest.raises(NotDurable, match=told):
        judge_durable(SAFE | changed)


def test_settings_under_which_a_commit_is_on_disk_are_taken() -> None:
    judge_durable(SAFE)
    judge_durable(SAFE | {"innodb_flush_log_at_trx_commit": "3"})
    judge_durable(SAFE | {"log_bin": "0", "sync_binlog": "0"})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"read_only": "1"}, CannotReach),
        ({"read_only": "NO_LOCK"}, CannotReach),
        ({"binlog_format": "STATEMENT"}, NotPinned),
    ],
)
def test_a_server_to_which_rows_cannot_be_written_one_by_one_is_refused(
    changed: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        judge_writable(WRITABLE | changed)


def test_a_server_that_logs_rows_or_nothing_is_taken() -> None:
    judge_writable(WRITABLE)
    judge_writable(WRITABLE | {"binlog_format": "MIXED"})
    judge_writable(WRITABLE | {"log_bin": "0", "binlog_format": "STATEMENT"})


def test_a_server_that_takes_short_statements_only_is_refused() -> None:
    with pytest.raises(NotPinned, match=r"at most \(max_allowed_packet\)"):
        judged_packet(str(LEAST_PACKET - 1024))
    assert judged_packet(str(LEAST_PACKET)) == LEAST_PACKET


def test_a_statement_that_the_server_would_hang_up_on_is_not_sent(database: Database) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v longtext)", "INSERT INTO t VALUES (1, 'a')")
    with database.writing() as session:
        assert isinstance(session, MySQLSession)
        assert session._driver.longest >= LEAST_PACKET
        session._driver.longest = 5000
        table = session.table("t")
        session.begin()
        with pytest.raises(WriteRefused, match="1153 NET_PACKET_TOO_LARGE"):
            session.update(table, columns=("v",), rows=[((1,), ("张" * 1700,))])
        assert session.update(table, columns=("v",), rows=[((1,), ("b",))]) == 1


def test_the_run_lock_is_the_database_s_own_and_goes_with_its_connection(database: Database) -> None:
    with engine_named("mysql").fresh(database.folder) as other, database.locked(), other.locked():
        ((thread,),) = database.ask(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND COMMAND = 'Sleep'"
        )
        with pytest.raises(Held), database.locked():
            pass
        database.run(f"KILL {thread}")
        while database.ask(f"SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {thread}"):
            pass
        with run_lock(database.url, folder=database.folder, holder=lambda: "nobody"):
            pass


def test_a_snapshot_sees_one_state_and_keeps_nobody_waiting(database: Database) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1)")
    with database.reading() as snapshot:
        database.run("UPDATE t SET v = 2", "INSERT INTO t VALUES (2, 2)")
        assert list(snapshot.scan(snapshot.table("t"), columns=("v",))) == [[(1, 1)]]


@pytest.fixture
def limited(database: Database) -> Iterator[Database]:
    """The database as somebody sees it who may read one of a table's two columns."""
    database.run("CREATE TABLE t (id int PRIMARY KEY, v int, hidden int)", "CREATE TABLE whole (id int PRIMARY KEY)")
    user = f"hffix_test_{secrets.token_hex(4)}"
    schema = make_url(database.url).database
    administrator = server()
    administrator.run(
        f"CREATE USER {user} IDENTIFIED BY 'pass'",
        f"GRANT SELECT (id, v) ON {schema}.t TO {user}",
        f"GRANT TRIGGER ON {schema}.* TO {user}",
        f"GRANT SELECT ON {schema}.whole TO {user}",
    )
    try:
        url = make_url(database.url).set(username=user, password="pass").render_as_string(hide_password=False)
        yield Database(engine=database.engine, url=url, folder=database.folder, connect=database.connect)
    finally:
        administrator.run(f"DROP USER {user}")
        administrator.close()


def test_a_table_of_which_not_every_column_may_be_read_is_refused(limited: Database) -> None:
    with limited.reading() as snapshot:
        assert snapshot.table("whole").names == ("id",)
        with pytest.raises(GrantLacking, match="this account: SELECT on t"):
            snapshot.table("t")


class _BrokeOff(BaseException):
    """The end of a process that is killed."""


def test_plain_values_settle_without_the_server_and_others_only_for_who_may_ask_it(limited: Database) -> None:
    limited.run("ALTER TABLE whole ADD v varchar(9), ADD d date, ADD n decimal(9,2), ADD e enum('a')")
    with limited.reading() as snapshot:
        table = snapshot.table("whole")
        plain = [("id", "12"), ("v", "张"), ("d", "2024-02-30"), ("n", "1.1")]
        settled = [snapshot.settle(table, column, value=value) for column, value in plain]
        assert settled == [12, "张", Typed("date", "2024-02-30"), Decimal("1.10")]
        with pytest.raises(GrantLacking, match="CREATE TEMPORARY TABLES on the database"):
            snapshot.settle(table, "e", value="a")


@pytest.mark.parametrize("made", range(14))
def test_an_installation_that_broke_off_is_gone_on_with(database: Database, made: int) -> None:
    left = [made]

    def count(*executed: object) -> None:
        if str(executed[2]).lstrip().upper().startswith(("CREATE", "INSERT", "UPDATE")):
            if not left[0]:
                raise _BrokeOff
            left[0] -= 1

    with database.writing() as session:
        event.listen(session.connection, "before_cursor_execute", count)
        with suppress(_BrokeOff):
            install.upgrade(session)
    with database.writing() as session:
        assert (install.upgrade(session)[0], install.missing_guards(session)) == (install.newest(), ())


@pytest.mark.parametrize("taken", ["(id int)", "(number bigint, head longtext, holder longtext) SELECT 1 AS number"])
def test_a_table_of_somebody_else_is_not_taken_for_one_of_the_change_log(database: Database, taken: str) -> None:
    database.run(f"CREATE TABLE hffix_lineage {taken}")
    with database.writing() as session, pytest.raises(ChangeLogRefused, match="hffix_lineage"):
        install.upgrade(session)
