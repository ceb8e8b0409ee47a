import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from hffix.database.mysql_rights import sees
from hffix.errors.targets import GrantLacking, TableRefused
from hffix.model.schema import Table
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.engine_mysql import server


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        made.run("CREATE TABLE t (id int PRIMARY KEY, v varchar(9) UNIQUE, n int NOT NULL DEFAULT 5)")
        yield made


def described(database: Database, name: str = "t") -> Table:
    with database.reading() as snapshot:
        return snapshot.table(name)


def test_a_trigger_is_described_with_the_text_of_the_routines_that_it_leads_to(database: Database) -> None:
    database.run(
        "CREATE FUNCTION inner_one(a int) RETURNS int RETURN a + 1",
        "CREATE FUNCTION outer_one() RETURNS int RETURN inner_one(1)",
        "CREATE FUNCTION another() RETURNS int RETURN 9",
        "CREATE TRIGGER told BEFORE UPDATE ON t FOR EACH ROW SET NEW.n = outer_one()",
    )
    before = described(database)
    ((name, text),) = before.triggers
    database.run("DROP FUNCTION another", "DROP FUNCTION inner_one")
    database.run("CREATE FUNCTION inner_one(a int) RETURNS int RETURN a + 2")

    assert name == "told"
    assert "BEFORE UPDATE" in text
    assert "a + 1" in text
    assert "9" not in text
    assert described(database).digest != before.digest


def test_what_a_column_does_by_itself_stands_among_the_table_s_options(database: Database) -> None:
    database.run(
        "CREATE TABLE o (id int AUTO_INCREMENT PRIMARY KEY, at datetime ON UPDATE current_timestamp(), h int INVISIBLE,"
        " g int AS (h + 1) VIRTUAL) PARTITION BY HASH (id) PARTITIONS 2"
    )
    table = described(database, "o")

    assert table.options == (
        "engine InnoDB", "row format Dynamic", "partitioned by HASH `id`", "auto_increment id",
        "on update current_timestamp() at", "invisible h", "virtual generated g",
    )  # fmt: skip
    generated = table.column("g")
    assert generated is not None
    assert (generated.generated, generated.default, table.stored) == (True, "`h` + 1", ("id", "at", "h"))


def test_a_session_sees_a_foreign_key_that_somebody_adds_or_takes_away(database: Database) -> None:
    database.run("CREATE TABLE child (id int PRIMARY KEY, t int, u int)")
    with database.writing() as session:
        seen = [session.table("t").referred]
        for change in (
            "ALTER TABLE child ADD CONSTRAINT k FOREIGN KEY (t) REFERENCES t (id)",
            "ALTER TABLE child DROP CONSTRAINT k",
            "ALTER TABLE child ADD CONSTRAINT l FOREIGN KEY (u) REFERENCES t (id) ON DELETE CASCADE",
        ):
            database.run(change)
            seen.append(session.table("t").referred)

    assert [[(link.columns, link.on_delete) for link in links] for links in seen] == [
        [], [(("t",), "RESTRICT")], [], [(("u",), "CASCADE")],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["t", "贷款"])
def test_foreign_keys_are_seen_also_by_who_may_not_see_all_processes(database: Database, name: str) -> None:
    schema, user = make_url(database.url).database, f"hffix_test_{secrets.token_hex(4)}"
    database.run(
        "CREATE TABLE IF NOT EXISTS `贷款` (id int PRIMARY KEY)",
        f"CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES `{name}` (id) ON DELETE CASCADE)",
    )
    administrator = server()
    administrator.run(f"CREATE USER {user} IDENTIFIED BY 'pass'", f"GRANT SELECT, TRIGGER ON {schema}.* TO {user}")
    try:
        url = make_url(database.url).set(username=user, password="pass").render_as_string(hide_password=False)
        limited = Database(engine=database.engine, url=url, folder=database.folder, connect=database.connect)
        assert described(limited, name) == described(database, name)
        assert [link.table for link in described(limited, name).referred] == ["child"]
    finally:
        administrator.run(f"DROP USER {user}")
        administrator.close()


@pytest.mark.parametrize(
    ("grant", "shown"),
    [
        ("GRANT ALL PRIVILEGES ON *.* TO `u`@`%` WITH GRANT OPTION", "server"),
        ("GRANT SELECT, TRIGGER ON *.* TO `u`@`%`", "server"), ("GRANT SELECT ON *.* TO `u`@`%`", "nothing"),
        ("GRANT SELECT, TRIGGER ON `fund_a`.* TO `u`@`%`", "schema"),
        ("GRANT TRIGGER ON `fund\\_a`.* TO `u`@`%`", "schema"),
        ("GRANT SELECT, TRIGGER ON `fund%`.* TO `u`@`%`", "schema"),
        ("GRANT TRIGGER ON `fund`.* TO `u`@`%`", "nothing"),
        ("GRANT SELECT, TRIGGER ON `fund_a`.`t` TO `u`@`%`", "nothing"),
        ("GRANT `TRIGGER` TO `u`@`%`", "nothing"), ("GRANT TRIGGER ON `fund\\_b`.* TO `u`@`%`", "nothing"),
        ("GRANT TRIGGER ON `fund\\%`.* TO `u`@`%`", "nothing"),
        ("GRANT SELECT (`a`, `TRIGGER`) ON `fund_a`.* TO `u`@`%`", "nothing"),
    ],
)  # fmt: skip
def test_grants_show_the_server_or_a_database_or_nothing(grant: str, shown: str) -> None:
    assert sees(["GRANT USAGE ON *.* TO `u`@`%`", grant], schema="fund_a") == shown


def test_who_is_not_shown_triggers_and_foreign_keys_is_refused(database: Database) -> None:
    user = f"hffix_test_{secrets.token_hex(4)}"
    administrator = server()
    administrator.run(
        f"CREATE USER {user} IDENTIFIED BY 'pass'", f"GRANT SELECT ON {make_url(database.url).database}.* TO {user}"
    )
    try:
        url = make_url(database.url).set(username=user, password="pass").render_as_string(hide_password=False)
        with pytest.raises(GrantLacking, match="is not shown its triggers") as refused:
            described(Database(engine=database.engine, url=url, folder=database.folder, connect=database.connect))
        assert "--print-grants" in refused.value.advice
    finally:
        administrator.run(f"DROP USER {user}")
        administrator.close()


def test_a_foreign_key_of_another_database_is_named_with_it_and_refused_where_it_acts(database: Database) -> None:
    schema = make_url(database.url).database
    with engine_named("mysql").fresh(database.folder) as other:
        there = make_url(other.url).database
        other.run(f"CREATE TABLE child (id int PRIMARY KEY, t int, FOREIGN KEY (t) REFERENCES {schema}.t (id))")
        ((link),) = described(database).referred
        assert link.table == f"{there}.child"
        assert [reference.to_table for reference in described(other, "child").references] == [f"{schema}.t"]
        other.run(
            f"CREATE TABLE acting (id int PRIMARY KEY, t int, FOREIGN KEY (t) REFERENCES {schema}.t (id)"
            " ON DELETE CASCADE)"
        )
        with pytest.raises(TableRefused, match="in another database"):
            described(database)
        other.run("DROP TABLE acting", "DROP TABLE child")


def test_rows_without_a_key_that_an_action_would_reach_are_found_too(database: Database) -> None:
    database.run(
        "CREATE TABLE bare (t int REFERENCES t (id) ON DELETE CASCADE)",
        "CREATE TABLE keyed (id uuid PRIMARY KEY, v varchar(9) REFERENCES t (v) ON UPDATE CASCADE)",
        "INSERT INTO t VALUES (1, 'a', 0), (2, NULL, 0)",
        "INSERT INTO bare VALUES (1)",
        "INSERT INTO keyed VALUES ('123e4567-e89b-12d3-a456-426655440000', 'a')",
    )
    with database.reading() as snapshot:
        table = snapshot.table("t")
        assert list(snapshot.reached(table, rows=[(1, "a", 0)], kind="delete")) == [("bare", (None,))]
        ((child, (key,)),) = snapshot.reached(table, rows=[(1, "a", 0), (2, None, 0)], kind="update")
    assert (child, repr(key)) == ("keyed", "Typed(kind='uuid', text='123e4567-e89b-12d3-a456-426655440000')")
