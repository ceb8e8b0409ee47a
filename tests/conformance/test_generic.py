"""What only the generic path must prove, or refuse: that values are exact, that locks hold, that rows are counted."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.dialects import registry

from hffix.cli.render_looking import verified_answer
from hffix.cli.render_target import initialised_answer
from hffix.database import open_for_reading, open_for_writing
from hffix.errors.applying import ReadBackDiffers
from hffix.errors.fixes import TrialFailed
from hffix.errors.targets import Busy, CannotReach, CannotWrite, NotPinned, QueryFailed, TableRefused, WriteRefused
from hffix.reports.messages import Language, Messages
from hffix.workflow.init_target import init_target
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance import kin
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.conformance.pets import make_persons

BOTH = ["generic_postgresql", "generic_mysql"]
on_postgresql = pytest.mark.parametrize("engine", BOTH[:1], indirect=True, scope="session")
on_mysql = pytest.mark.parametrize("engine", BOTH[1:], indirect=True, scope="session")
on_both = pytest.mark.parametrize("engine", BOTH, indirect=True, scope="session")

LOWER = '''\
"""Notes in small letters."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "lower(t.note)"}, at_most=100)
'''


def make_loans(database: Database) -> None:
    words = database.words
    database.run(
        f"CREATE TABLE loan (loan_no {words.key_text} PRIMARY KEY NOT NULL, note {words.text})",
        "INSERT INTO loan VALUES ('L1', 'NOTE 1'), ('L2', 'NOTE 2')",
    )


def lock(database: Database, table: str) -> None:
    with database.writing() as session:
        described = session.table(table)
        session.begin()
        session.lock(described, keys=[(1,)])


@on_postgresql
@pytest.mark.parametrize(
    ("kind", "sql"),
    [("date", "'infinity'"), ("timestamp", "'-infinity'"), ("time", "'24:00'"), ("real", "0.1")],
)
def test_a_value_that_the_driver_turns_into_another_is_found_out_when_its_row_is_locked(
    database: Database, kind: str, sql: str
) -> None:
    database.run(f"CREATE TABLE t (id integer PRIMARY KEY, a {kind}, b text)", f"INSERT INTO t VALUES (1, {sql}, 'x')")
    with pytest.raises(TableRefused, match="table t, column a: the database does not find in a row what its driver"):
        lock(database, "t")


@on_mysql
def test_a_value_that_the_driver_leaves_out_is_found_out(database: Database) -> None:
    database.run(
        "CREATE TABLE t (id integer PRIMARY KEY, a date, b date NOT NULL)",
        "CREATE TABLE s (id integer PRIMARY KEY, a date)",
        "INSERT INTO t VALUES (1, NULL, '0000-00-00')",
        "INSERT INTO s VALUES (1, '0000-00-00')",
    )
    with database.reading() as snapshot, pytest.raises(TableRefused, match="table t: the driver gives nothing for b"):
        list(snapshot.scan(snapshot.table("t"), columns=["b"]))
    with pytest.raises(TableRefused, match="table s, column a"):
        lock(database, "s")


@on_mysql
def test_a_table_whose_storage_keeps_no_lock_is_not_written(database: Database) -> None:
    database.run("CREATE TABLE t (id integer PRIMARY KEY) ENGINE = MyISAM", "INSERT INTO t VALUES (1)")
    with pytest.raises(CannotWrite, match="a locked row of t was given to another connection as well"):
        lock(database, "t")


@on_mysql
def test_a_fence_that_keeps_no_lock_is_not_relied_on(database: Database) -> None:
    office = open_office(database, database.folder / "office", fixes={})
    database.run("ALTER TABLE hffix_lineage ENGINE = MyISAM")
    with pytest.raises(CannotWrite, match="a locked row of hffix_lineage"), office.session():
        pass


@on_postgresql
def test_a_lock_is_tried_in_the_words_in_which_the_fence_is_locked(database: Database) -> None:
    make_persons(database)
    seen = replace(database, url=database.url.replace("pgkin", "twolocks"))
    with pytest.raises(CannotWrite, match="a locked row of person was given to another connection as well"):
        lock(seen, "person")


@on_mysql
def test_a_reference_from_another_database_of_the_server_is_seen_and_followed(database: Database) -> None:
    here = database.url.rpartition("/")[2]
    make_persons(database)
    with database.outsider() as outsider:
        try:
            outsider.run(
                f"CREATE DATABASE {here}_b",
                f"CREATE TABLE {here}_b.pet (id integer PRIMARY KEY, owner integer,"
                f" FOREIGN KEY (owner) REFERENCES {here}.person (id) ON DELETE CASCADE)",
                f"INSERT INTO {here}_b.pet VALUES (7, 1)",
            )
            with database.reading() as snapshot:
                person = snapshot.table("person")
                (row,) = snapshot.rows(person, keys=[(1,)]).values()
                assert list(snapshot.reached(person, rows=[row], kind="delete")) == [(f"{here}_b.pet", (7,))]
        finally:
            outsider.run(f"DROP DATABASE IF EXISTS {here}_b")


@on_both
def test_a_lock_that_makes_others_wait_is_a_lock_as_well(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    make_persons(database)
    # As of a database that knows no NOWAIT.
    monkeypatch.setattr("hffix.database.generic_locks.Locks._takes", lambda *_, nowait, **__: not nowait)
    monkeypatch.setattr("hffix.database.generic_locks.SECONDS", 0.1)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        assert len(session.lock(table, keys=[(1,)])) == 1
        assert session.update(table, columns=["name"], rows=[((1,), ("x",))]) == 1
        session.commit()
        session.begin()
        assert session.lock(table, keys=[(1,)])[1,][1] == "x"


@on_both
def test_what_a_lock_interrupted_is_rolled_back_whole_and_never_committed(database: Database) -> None:
    make_persons(database)
    with database.outsider() as outsider, database.writing() as session:
        table = session.table("person")
        outsider.run(*database.engine.holding)
        session.begin()
        session.update(table, columns=["name"], rows=[((2,), ("x",))])
        with pytest.raises(Busy):
            session.lock(table, keys=[(1,)])
        with pytest.raises(WriteRefused, match="the transaction has ended"):
            session.commit()
        session.rollback()
        outsider.run("ROLLBACK")
    assert database.ask("SELECT name FROM person WHERE id = 2") == [("张0",)]


@on_both
def test_a_warning_while_rows_are_written_refuses_them(database: Database) -> None:
    make_persons(database)
    # MariaDB notes that it drops a digit; PostgreSQL refuses where it would, so there a trigger warns.
    if database.engine.name == "generic_postgresql":
        database.run(
            "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'odd'; RETURN NEW; END$$",
            "CREATE TRIGGER told BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION told()",
        )
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        with pytest.raises(WriteRefused, match="warned"):
            session.update(table, columns=["base"], rows=[((1,), (Decimal("1.005"),))])


@on_mysql
def test_a_warning_while_a_query_is_answered_refuses_the_answer(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot, pytest.raises(QueryFailed, match="warned while it read"):
        snapshot.single("SELECT count(*) FROM person WHERE name = 0")


@on_both
def test_what_a_trigger_does_shows_when_a_row_is_read_back(database: Database, tmp_path: Path) -> None:
    make_loans(database)
    office = open_office(database, tmp_path / "office", fixes={"0001_lower": LOWER})
    if database.engine.name == "generic_mysql":
        database.run("CREATE TRIGGER other BEFORE UPDATE ON loan FOR EACH ROW SET NEW.note = 'other'")
    else:
        database.run(
            "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.note = 'other'; RETURN NEW; END$$",
            "CREATE TRIGGER other BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION other()",
        )
    planned = office.approved("1")

    assert isinstance(office.apply(planned).problem, ReadBackDiffers)
    assert database.ask("SELECT note FROM loan ORDER BY loan_no") == [("NOTE 1",), ("NOTE 2",)]
    with pytest.raises(TrialFailed):
        office.plan("1", trial=True)


@on_both
def test_who_alters_the_log_is_found_out_by_its_chain(database: Database, tmp_path: Path) -> None:
    make_loans(database)
    office = open_office(database, tmp_path / "office", fixes={"0001_lower": LOWER})
    office.correct("1")
    assert verify(office.setting()).problems == ()
    database.run("UPDATE hffix_change SET outcome = 'held' WHERE seq = 1")
    assert verify(office.setting()).problems != ()


@on_postgresql
def test_a_row_that_is_written_back_by_another_driver_walks_the_same_way(database: Database, tmp_path: Path) -> None:
    make_loans(database)
    by_pg8000 = replace(database, url=database.url.replace("psycopg2", "pg8000"))
    office = open_office(by_pg8000, tmp_path / "office", fixes={"0001_lower": LOWER})
    planned = office.plan("1", trial=True)
    office.approve(planned)
    applied = office.apply(planned)
    assert (applied.problem, applied.applied) == (None, 2)
    back = rollback(office.setting(), applied.run).change_set
    office.approve(back)
    assert office.apply(back).problem is None
    assert verify(office.setting(), data=True).problems == ()
    assert database.ask("SELECT note FROM loan ORDER BY loan_no") == [("NOTE 1",), ("NOTE 2",)]


@on_both
def test_init_target_and_verify_say_what_is_not_seen_and_that_nothing_guards_the_log(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path / "office", fixes={})
    done = init_target(office.setting())
    verified = verify(office.setting())
    assert (done.notes, verified.notes, verified.problems) == (database.engine.notes, database.engine.notes, ())
    said: dict[Language, str] = {"en": "no trigger guards the change log here", "zh": "此处没有触发器保护变更日志"}
    for language, told in said.items():
        answer = initialised_answer(done, target="main", say=Messages(language), width=200)
        assert told in answer.page
        assert told in verified_answer(verified, run=None, say=Messages(language), width=200).page


@on_both
def test_a_run_holds_a_lock_file_in_the_project(database: Database) -> None:
    with database.locked():
        assert len(list(database.folder.glob("*.hffix-lock"))) == 1


@on_postgresql
@pytest.mark.parametrize(
    ("facts", "opened", "refused"),
    [
        ({"supports_sane_rowcount": False}, open_for_writing, (CannotWrite, "does not say how many rows")),
        ({"get_isolation_level_values": lambda *_: ("AUTOCOMMIT",)}, open_for_reading, (NotPinned, "offers none of")),
        ({"get_isolation_level": lambda *_: "READ COMMITTED"}, open_for_reading, (NotPinned, "offers none of")),
    ],
)
def test_a_dialect_that_cannot_be_relied_on_is_refused(
    database: Database,
    facts: dict[str, object],
    opened: Callable[..., AbstractContextManager[object]],
    refused: tuple[type[Exception], str],
) -> None:
    # Each is another dialect: engines are kept by their url.
    name = "unreliable" + "".join(fact.replace("_", "") for fact in facts)
    made = type("Unreliable", (kin.KinOfPostgreSQL,), {**facts, "name": name})
    registry.impls[f"{name}.psycopg2"] = lambda: made
    url = database.url.replace("pgkin", name)
    with pytest.raises(refused[0], match=refused[1]), opened(url, folder=database.folder):
        pass


def test_a_database_that_has_no_words_for_a_lock_is_read_and_not_written(tmp_path: Path) -> None:
    kin.register()
    url = f"litekin+pysqlite:///{tmp_path / 'fund.db'}"
    with (
        pytest.raises(CannotWrite, match="litekin has no words that lock rows"),
        open_for_writing(url, folder=tmp_path),
    ):
        pass
    with open_for_reading(url, folder=tmp_path) as snapshot:
        assert snapshot.single("SELECT 1") == 1
        with pytest.raises(NotPinned, match="does not tell its time in UTC"):
            snapshot.now()


def test_a_decimal_for_which_the_driver_gives_a_float_is_refused_by_name(tmp_path: Path) -> None:
    kin.register()
    url = f"litekin+pysqlite:///{tmp_path / 'fund.db'}"
    with closing(sqlite3.connect(tmp_path / "fund.db", isolation_level=None)) as made:
        made.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, base NUMERIC(12, 2), n INTEGER)")
        made.execute("INSERT INTO t VALUES (1, 1.5, 'abc')")
    with open_for_reading(url, folder=tmp_path) as snapshot:
        for column, told in (("base", "the driver gives float for base"), ("n", "the driver gives str for n")):
            with pytest.raises(TableRefused, match=told):
                list(snapshot.scan(snapshot.table("t"), columns=[column]))


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    kin.register()
    url = "pgkin+psycopg2://somebody:secret@127.0.0.1:1/fund"
    with pytest.raises(CannotReach) as refused, open_for_reading(url, folder=tmp_path):
        pass
    assert "secret" not in refused.value.message
