"""A url names the engine: the ones with a room of their own by their own driver only, any other by its dialect."""

from pathlib import Path

import pytest

from hffix.database import open_for_reading, open_for_writing
from hffix.errors.targets import CannotReach, UnknownEngine
from tests.conformance import kin


@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("postgresql+psycopg2://host/fund", "postgresql+psycopg://"),
        ("postgresql+pg8000://host/fund", "postgresql+psycopg://"),
        ("postgresql+asyncpg://host/fund", "postgresql+psycopg://"),
        ("mysql+mysqldb://host/fund", "mysql+pymysql://"),
        ("mariadb+mariadbconnector://host/fund", "mariadb+pymysql://"),
    ],
)
def test_another_driver_of_an_engine_is_refused_with_what_to_write_instead(
    tmp_path: Path, url: str, begins: str
) -> None:
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(UnknownEngine) as refused:
            opened(url, folder=tmp_path)
        assert refused.value.advice == f"Begin the url with {begins}; the rest stays as it is."


def test_a_database_whose_dialect_is_not_installed_is_told_what_is_missing(tmp_path: Path) -> None:
    with (
        pytest.raises(UnknownEngine, match="no engine for urls") as refused,
        open_for_reading("nowhere://host/fund", folder=tmp_path),
    ):
        pass
    assert "dialect of SQLAlchemy" in refused.value.advice


def test_a_database_whose_driver_is_not_installed_is_told_what_to_install(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotReach, match="the driver oracledb is not installed") as refused,
        open_for_reading("oracle+oracledb://host/fund", folder=tmp_path),
    ):
        pass
    assert refused.value.advice == "Install it with: pip install oracledb"


def test_a_driver_that_works_only_asynchronously_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kin.register()
    monkeypatch.setattr(kin.KinOfPostgreSQL, "is_async", True)
    with (
        pytest.raises(UnknownEngine, match="works only asynchronously"),
        open_for_reading("pgkin+psycopg2://somewhere/fund", folder=tmp_path),
    ):
        pass


def test_a_url_that_does_not_say_where_the_database_stands_is_refused(tmp_path: Path) -> None:
    kin.register()
    with (
        pytest.raises(UnknownEngine, match="where the database stands"),
        open_for_reading("pgkin+psycopg2://", folder=tmp_path),
    ):
        pass
