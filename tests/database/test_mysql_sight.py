"""What an account of MariaDB is shown of triggers and foreign keys, and through whose eyes."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from hffix.database import open_for_reading
from hffix.database.mysql_sight import VIEWS, views
from hffix.errors.targets import GrantLacking, TableRefused
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.engine_mysql import Stranger


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        made.run(
            "CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v > 0))",
            "CREATE FUNCTION called() RETURNS int RETURN 1",
            "CREATE TRIGGER stamped BEFORE UPDATE ON t FOR EACH ROW SET NEW.v = called()",
            "INSERT INTO t VALUES (1, 1)",
        )
        yield made


@contextmanager
def account(database: Database, *rights: str) -> Iterator[str]:
    """Make an account that has these rights, and give the url by which it connects."""
    name = f"hffix_test_{secrets.token_hex(4)}"
    schema = make_url(database.url).database
    database.run(f"CREATE USER {name}", *(f"GRANT {right.format(schema)} TO {name}" for right in rights))
    try:
        yield make_url(database.url).set(username=name).render_as_string(hide_password=False)
    finally:
        database.run(f"DROP USER {name}")


def assert_blind(database: Database, *rights: str) -> None:
    """See that an account with these rights is refused the table, since a trigger could be hidden from it."""
    with (
        account(database, *rights) as url,
        open_for_reading(url, folder=database.folder) as snapshot,
        pytest.raises(GrantLacking, match="is not shown its triggers"),
    ):
        snapshot.table("t")


READING = "SELECT ON {}.t"
LOOKING = tuple(f"SELECT ON {{}}.{view}" for view in VIEWS)


def test_the_views_show_what_the_account_itself_is_not_shown(database: Database) -> None:
    database.run(*views(str(make_url(database.url).database)))
    with database.reading() as snapshot:
        whole = snapshot.table("t").describe()
    assert [*whole["triggers"]] == ["stamped"]  # type: ignore[misc]

    with account(database, READING, *LOOKING) as url, open_for_reading(url, folder=database.folder) as snapshot:
        assert snapshot.table("t").describe() == whole
    assert_blind(database, READING, *LOOKING[1:])


@pytest.mark.parametrize("lacked", ["TRIGGER", "PROCESS", "SELECT"])
def test_views_of_an_account_that_does_not_see_the_whole_server_show_nothing(database: Database, lacked: str) -> None:
    schema = str(make_url(database.url).database)
    rights = ", ".join({"TRIGGER", "PROCESS", "SELECT", "CREATE VIEW", "DROP"} - {lacked})
    with account(database, f"{rights} ON *.*", "ALL ON {}.*") as maker:
        made = Stranger(maker)
        made.run(*views(schema))
        made.close()
        assert_blind(database, READING, *LOOKING)


def test_views_whose_maker_is_gone_show_nothing(database: Database) -> None:
    schema = str(make_url(database.url).database)
    with account(database, "ALL ON *.*") as maker:
        made = Stranger(maker)
        made.run(*views(schema))
        made.close()
    assert_blind(database, READING, *LOOKING)


def test_a_delete_is_refused_where_a_foreign_key_of_another_database_could_carry_it_on_unseen(
    database: Database, tmp_path: Path
) -> None:
    schema = str(make_url(database.url).database)
    database.run(*views(schema))
    rights = ("SELECT, TRIGGER ON {}.*",)
    (tmp_path / "other").mkdir()
    with engine_named("mysql").fresh(tmp_path / "other") as other:
        other.run(
            f"CREATE TABLE child (id int PRIMARY KEY, t int, FOREIGN KEY (t) REFERENCES {schema}.t (id)"
            " ON DELETE CASCADE)"
        )
        # Who is shown through the views sees it, and who may list all of them too.
        for more in (LOOKING, ("PROCESS ON *.*",)):
            with (
                account(database, READING, *rights, *more) as url,
                open_for_reading(url, folder=tmp_path) as snapshot,
                pytest.raises(TableRefused),
            ):
                snapshot.table("t")
        database.run(f"DROP VIEW {VIEWS[0]}")
        with account(database, *rights) as url, open_for_reading(url, folder=tmp_path) as snapshot:
            table = snapshot.table("t")
            assert table.referred == ()
            with pytest.raises(GrantLacking, match="tables of other databases refer to it"):
                list(snapshot.reached(table, rows=[(1, 1)], kind="delete"))
            assert list(snapshot.reached(table, rows=[(1, 1)], kind="update")) == []
        other.run("DROP TABLE child")
