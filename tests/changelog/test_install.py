import pytest
from sqlalchemy import create_engine

from hffix.changelog import install, reader, writer
from hffix.changelog.rows import LogColumns
from hffix.changelog.tables import METADATA
from hffix.errors.targets import ChangeLogRefused, NewerChangeLog
from tests.changelog.conftest import Target, logged


def test_a_target_without_a_change_log_has_no_revision(target: Target) -> None:
    with target.reading() as snapshot:
        assert (install.exists(snapshot), install.revision(snapshot)) == (False, None)


def test_an_upgrade_from_nothing_leads_to_the_newest_revision(target: Target) -> None:
    with target.writing() as session:
        assert install.upgrade(session) == ("0002", None)
    with target.reading() as snapshot:
        assert (install.exists(snapshot), install.revision(snapshot)) == (True, install.newest())


def test_the_revisions_together_make_the_tables_that_the_code_reads(installed: Target) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as fresh:
        METADATA.create_all(fresh)
        expected = list(map(tuple, fresh.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")))
    engine.dispose()
    made = installed.ask(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('loan', 'hffix_version')"
    )
    assert sorted(made) == sorted(expected)


def test_an_upgrade_keeps_the_rows_that_are_in_place(target: Target) -> None:
    with target.writing() as session:
        assert install.upgrade(session, to="0001") == ("0001", None)
        session.begin()
        writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
        session.commit()
        assert install.upgrade(session) == ("0002", "0001")
        assert list(reader.changes(session, 7)) == [[logged(1)]]


def test_a_second_upgrade_changes_nothing(installed: Target) -> None:
    before = (installed.schema(), installed.ask("PRAGMA schema_version"))
    with installed.writing() as session:
        assert install.upgrade(session) == ("0002", "0002")
    assert (installed.schema(), installed.ask("PRAGMA schema_version")) == before


def test_an_upgrade_whose_last_revision_fails_leaves_nothing(target: Target) -> None:
    target.ask("CREATE TABLE hffix_event (somebody_elses TEXT)")
    before = target.schema()
    with target.writing() as session:
        with pytest.raises(ChangeLogRefused):
            install.upgrade(session)
        assert target.schema() == before
        session.begin()
        session.rollback()
    assert target.schema() == before


def test_an_upgrade_that_failed_works_once_its_cause_is_gone(target: Target) -> None:
    target.ask("CREATE TABLE hffix_event (somebody_elses TEXT)")
    with target.writing() as session:
        with pytest.raises(ChangeLogRefused):
            install.upgrade(session)
        target.ask("DROP TABLE hffix_event")
        assert install.upgrade(session) == ("0002", None)
    assert target.ask("SELECT version_num FROM hffix_version") == [("0002",)]


def test_a_change_log_of_a_newer_hffix_is_left_alone(installed: Target) -> None:
    installed.ask("UPDATE hffix_version SET version_num = '9999'")
    with installed.writing() as session, pytest.raises(NewerChangeLog):
        install.upgrade(session)
    assert installed.ask("SELECT version_num FROM hffix_version") == [("9999",)]
