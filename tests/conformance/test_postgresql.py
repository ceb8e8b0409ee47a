"""What only PostgreSQL does: its settings, its warnings, and what it does beside when a row is written."""

import pytest
from sqlalchemy import make_url

from hffix.database import open_for_reading
from hffix.errors.targets import CannotReach, NotPinned, NotUtf8, QueryFailed, UnknownEngine, WriteRefused
from hffix.model.value import Typed
from tests.conformance.engine import Database
from tests.conformance.engine_postgresql import name_of
from tests.conformance.pets import PERSONS, make_persons

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
CALLED = "RETURNS trigger LANGUAGE plpgsql AS"


# Settings.


def test_settings_of_a_database_or_a_role_change_nothing_of_what_is_read(database: Database) -> None:
    settings = {
        "TimeZone": "Asia/Shanghai", "DateStyle": "SQL, DMY", "IntervalStyle": "iso_8601", "extra_float_digits": "0",
        "bytea_output": "escape", "array_nulls": "off", "quote_all_identifiers": "on", "lock_timeout": "1",
        "search_path": "other, public", "client_encoding": "GBK", "standard_conforming_strings": "off",
    }  # fmt: skip
    columns = "a timestamptz, b date, c interval, d float8, e bytea, f int[], g text"
    database.run(
        f"CREATE TABLE person (id int PRIMARY KEY, {columns})",
        "INSERT INTO person VALUES (1, '2024-01-01 00:00+00', '2024-02-01', '1 day', 0.1::float8 + 0.2::float8,"
        " '\\x00ff', '{1,NULL}', '张')",
        "CREATE SCHEMA other CREATE TABLE person (id int PRIMARY KEY)",
        *(f"ALTER DATABASE {name_of(database)} SET {name} = {value!r}" for name, value in settings.items()),
    )
    with database.reading() as snapshot, database.writing() as session:
        table = snapshot.table("person")
        assert table.digest == session.table("person").digest
        session.begin()
        found = [snapshot.rows(table, keys=[(1,)]), session.rows(table, keys=[(1,)])]
    day, noon = Typed("date", "2024-02-01"), Typed("timestamptz", "2024-01-01 00:00:00+00")
    rest = (Typed("interval", "1 day"), 0.30000000000000004, b"\x00\xff", Typed("int4[]", "{1,NULL}"), "张")
    assert found == [{(1,): (1, noon, day, *rest)}] * 2


def test_a_server_that_fires_no_triggers_is_refused(database: Database) -> None:
    database.run(f"ALTER DATABASE {name_of(database)} SET session_replication_role = replica")
    with pytest.raises(NotPinned, match="session_replication_role"), database.writing():
        pass


def test_a_temporary_table_of_the_same_name_is_not_mistaken_for_the_real_one(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        session.connection.exec_driver_sql("CREATE TEMP TABLE person (id int PRIMARY KEY, name text)")
        assert session.single("SELECT count(*) FROM person") == PERSONS
        assert session.table("person").names == ("id", "name", "base")


def test_a_database_that_is_not_in_utf8_is_refused(database: Database) -> None:
    name = f"{name_of(database)}_latin"
    database.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        url = make_url(database.url).set(database=name).render_as_string(hide_password=False)
        with pytest.raises(NotUtf8, match="LATIN1"), open_for_reading(url, folder=database.folder):
            pass
    finally:
        database.run(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_url_without_a_driver_is_opened_and_one_of_another_driver_refused(database: Database) -> None:
    bare = database.url.replace("+psycopg", "")
    with open_for_reading(bare, folder=database.folder) as snapshot:
        assert snapshot.dialect == "postgresql"
    with pytest.raises(UnknownEngine), open_for_reading(bare.replace("://", "+asyncpg://"), folder=database.folder):
        pass


def test_a_server_that_is_not_there_is_told_without_a_password(database: Database) -> None:
    url = "postgresql://somebody:secret@127.0.0.1:1/none"
    with pytest.raises(CannotReach) as refused, open_for_reading(url, folder=database.folder):
        pass
    assert "secret" not in refused.value.message


# What the database does beside.


def test_a_deferred_trigger_has_fired_before_the_rows_are_read_back(database: Database) -> None:
    make_persons(database)
    database.run(
        f"CREATE FUNCTION late() {CALLED} $$BEGIN UPDATE person SET name = 'TRIGGERED'"
        " WHERE id = NEW.id AND name <> 'TRIGGERED'; RETURN NULL; END$$",
        "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION late()",
    )
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        session.update(table, columns=["name"], rows=[((1,), ("clean",))])
        assert session.rows(table, keys=[(1,)])[1,][1] == "clean"
        session.settle_constraints()
        assert session.rows(table, keys=[(1,)])[1,][1] == "TRIGGERED"


def test_what_is_checked_late_is_checked_late_in_every_block_of_a_trial(database: Database) -> None:
    database.run(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY,"
        " parent int CONSTRAINT own REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    )
    with database.trying() as session:
        parent, child = session.table("parent"), session.table("child")
        session.begin()
        for key in (1, 2):
            session.insert(child, columns=child.names, rows=[(key, key)])
            session.insert(parent, columns=parent.names, rows=[(key,)])
            session.settle_constraints()
        session.insert(child, columns=child.names, rows=[(3, 3)])
        with pytest.raises(WriteRefused, match="constraint own"):
            session.settle_constraints()
    assert database.ask("SELECT count(*) FROM child") == [(0,)]


@pytest.mark.parametrize("level", ["NOTICE", "WARNING"])
def test_whatever_the_database_warns_of_fails_the_chunk_without_a_word_of_it(database: Database, level: str) -> None:
    make_persons(database)
    database.run(
        f"CREATE FUNCTION loud() {CALLED} $$BEGIN RAISE {level} 'secret %', NEW.name; RETURN NEW; END$$",
        "CREATE TRIGGER loud BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION loud()",
    )
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        with pytest.raises(WriteRefused, match=f"warned while rows were written: {level}") as refused:
            session.update(table, columns=["name"], rows=[((1,), ("x",))])
        session.rollback()
        session.begin()
        session.delete(table, keys=[(1,)])
        session.commit()
    assert "secret" not in refused.value.message


def test_a_trigger_that_holds_a_row_back_is_seen_in_the_count(database: Database) -> None:
    make_persons(database)
    database.run(
        f"CREATE FUNCTION held() {CALLED} $$BEGIN IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW; END$$",
        "CREATE TRIGGER held BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION held()",
    )
    with database.writing() as session:
        session.begin()
        rows = [((1,), ("x",)), ((2,), ("y",))]
        assert session.update(session.table("person"), columns=["name"], rows=rows) == 1


def test_what_a_trigger_raises_is_told_by_name_only(database: Database) -> None:
    make_persons(database)
    database.run(
        f"CREATE FUNCTION angry() {CALLED} $$BEGIN RAISE EXCEPTION 'secret %', NEW.name; END$$",
        "CREATE TRIGGER angry BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION angry()",
    )
    with database.writing() as session:
        session.begin()
        with pytest.raises(WriteRefused) as refused:
            session.update(session.table("person"), columns=["name"], rows=[((1,), ("x",))])
    assert refused.value.message == "PostgreSQL refused a row (RaiseException in angry())"


def test_a_constraint_is_named_and_the_value_is_not(database: Database) -> None:
    database.run("CREATE TABLE person (id int PRIMARY KEY, id_no text CONSTRAINT own UNIQUE)")
    database.run("INSERT INTO person VALUES (1, 'secret'), (2, 'b')")
    with database.writing() as session:
        session.begin()
        with pytest.raises(WriteRefused) as refused:
            session.update(session.table("person"), columns=["id_no"], rows=[((2,), ("secret",))])
    assert refused.value.message == "PostgreSQL refused a row (UniqueViolation: constraint own, table person)"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT nothing FROM person", 'column "nothing" does not exist'),
        ("SELECT name + 1 FROM person", "operator does not exist: text + integer"),
        ("SELECT name::int FROM person WHERE id = 1", "InvalidTextRepresentation"),
        ("SELECT 1 / (id - 1) FROM person", "division by zero"),
    ],
)
def test_a_query_is_refused_in_its_own_words_and_in_none_of_the_datas(
    database: Database, query: str, told: str
) -> None:
    make_persons(database)
    with database.reading() as snapshot, pytest.raises(QueryFailed) as refused:
        snapshot.single(query)
    assert refused.value.message == f"PostgreSQL refused a query: {told}"


def test_a_query_that_gives_what_is_not_carried_is_refused(database: Database) -> None:
    with database.reading() as snapshot:
        with pytest.raises(QueryFailed, match="cast it to text"):
            snapshot.single("SELECT '0/0'::pg_lsn")
        assert snapshot.single("SELECT 'ok'::mood") == Typed("public.mood", "ok")
        assert snapshot.single("SELECT ARRAY['ok'::mood]") == Typed("public.mood[]", "{ok}")
