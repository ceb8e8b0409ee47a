import os
import secrets
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from hffix.demo.folder import CACHE, EMBEDDED
from hffix.demo.project import make_project
from hffix.demo.servers import LOCAL, LOCAL_MARIADB, ORDER, place_of, stop_embedded
from hffix.demo.walk import walk
from hffix.errors.project import AlreadyThere
from hffix.errors.targets import CannotReach
from tests.conformance.conftest import engine_named

SERVERS = {
    "postgresql": ("HFFIX_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "mysql": ("HFFIX_TEST_MYSQL", "mysql+pymysql://root@127.0.0.1:3306/"),
}


@dataclass(frozen=True)
class Place:
    """A database's url on a server, and a way to ask the server by hand."""

    server: str
    url: str

    def run(self, *statements: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def count(self, table: str) -> int:
        with create_engine(self.url, poolclass=NullPool).connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


@pytest.fixture(params=SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    engine_named(request.param)
    variable, default = SERVERS[request.param]
    server = make_url(os.environ.get(variable, default))
    name = f"hffix_test_{secrets.token_hex(6)}"
    shown = server.set(database=name).render_as_string(hide_password=False)
    made = Place(server.render_as_string(hide_password=False), shown)
    try:
        yield made
    finally:
        made.run(f"DROP DATABASE IF EXISTS {name}")


def test_the_walk_comes_to_its_end_on_a_server(place: Place, tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny", url=place.url)
    said: list[str] = []
    assert (walk(tmp_path, say=said.append, url=place.url), "fund.db" in said[-1]) == (0, False)


def test_every_row_that_was_generated_is_on_the_server(place: Place, tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny", url=place.url)
    with closing(sqlite3.connect(next((tmp_path / CACHE).glob("*.db")))) as generated:
        wanted = {table: generated.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ORDER}
    assert {table: place.count(table) for table in ORDER} == wanted


def test_a_demo_of_before_is_made_anew(place: Place, tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny", url=place.url)
    wanted = place.count("person")
    with create_engine(place.url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DELETE FROM contribution_ledger")
    make_project(tmp_path, size="tiny", url=place.url)
    assert (place.count("person"), place.count("contribution_ledger") > 0) == (wanted, True)


def test_a_database_that_no_demo_made_is_left_as_it_is(place: Place, tmp_path: Path) -> None:
    place.run(f"CREATE DATABASE {make_url(place.url).database}")
    with create_engine(place.url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id INTEGER NOT NULL PRIMARY KEY)")
    with pytest.raises(AlreadyThere, match="nothing in it says that hffix demo made it"):
        make_project(tmp_path, size="tiny", url=place.url)
    assert place.count("mine") == 0


@pytest.mark.parametrize(
    "scheme", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "mysql+pymysql://no@127.0.0.1:1/no"]
)
def test_a_server_that_does_not_answer_is_named_and_not_traced(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(CannotReach, match="the server of the demo"):
        make_project(tmp_path, size="tiny", url=scheme)


def test_without_a_url_sqlite_and_mariadb_are_local(tmp_path: Path) -> None:
    assert place_of("sqlite", folder=tmp_path, url="postgresql://ignored/x") == LOCAL
    assert place_of("mariadb", folder=tmp_path, url=None) == LOCAL_MARIADB
    assert place_of("mariadb", folder=tmp_path, url="mysql://other/x") == "mysql://other/x"


def test_the_embedded_server_starts_by_itself_keeps_quiet_and_stops(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        url = place_of("postgresql", folder=tmp_path, url=None)
    try:
        make_project(tmp_path, size="tiny", url=url)
        assert (tmp_path / EMBEDDED).is_dir()
        again = place_of("postgresql", folder=tmp_path, url=None)
        assert Place(url, again).count("person") > 0
    finally:
        assert stop_embedded(tmp_path)
    with pytest.raises(CannotReach):
        make_project(tmp_path, size="tiny", url=url)


def test_where_no_embedded_server_is_there_is_none_to_stop(tmp_path: Path) -> None:
    assert not stop_embedded(tmp_path)
