import pytest

from hffix.changelog import reader, writer
from hffix.changelog.reader import Control
from hffix.database import Session
from hffix.errors.targets import ChangeLogRefused
from tests.changelog.conftest import Target, logged

MANIFEST = "3" * 64


def test_a_second_row_of_one_seq_is_refused_without_its_values(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, [logged(1)])
    with pytest.raises(ChangeLogRefused) as refused:
        writer.insert_changes(session, 7, [logged(1)])
    assert str(refused.value) == "the database refused to write hffix_change (IntegrityError)"


def test_logging_nothing_does_nothing(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, [])
    assert reader.change_counts(session) == {}


def test_one_change_set_has_one_run(session: Session) -> None:
    session.begin()
    writer.add_run(session, 2, manifest=MANIFEST, fix="0007_dates", operator="wang.qiang", opened="t")
    with pytest.raises(ChangeLogRefused):
        writer.add_run(session, 5, manifest=MANIFEST, fix="0007_dates", operator="wang.qiang", opened="t")
    writer.add_run(session, 6, manifest="4" * 64, fix="0008_names", operator="wang.qiang", opened="t")
    assert reader.run_count(session) == 2


def test_what_is_asked_of_a_run_is_added_to_what_was_asked_before(session: Session) -> None:
    session.begin()
    seen = []
    for paused, rows, by in [(None, 500, "a"), (True, None, "b"), (None, 900, "c"), (False, None, "d")]:
        writer.set_control(session, MANIFEST, paused=paused, chunk_rows=rows, by=by, at=f"at {by}")
        seen.append(reader.read_control(session, MANIFEST))
    assert seen == [
        Control(paused=False, chunk_rows=500, by="a", at="at a"),
        Control(paused=True, chunk_rows=500, by="b", at="at b"),
        Control(paused=True, chunk_rows=900, by="c", at="at c"),
        Control(paused=False, chunk_rows=900, by="d", at="at d"),
    ]


def test_what_is_asked_of_one_run_leaves_others_alone(session: Session) -> None:
    session.begin()
    writer.set_control(session, MANIFEST, paused=True, by="a", at="t")
    writer.set_control(session, "4" * 64, chunk_rows=200, by="b", at="u")
    assert reader.read_control(session, MANIFEST) == Control(paused=True, chunk_rows=None, by="a", at="t")


def test_what_is_not_committed_is_gone_when_the_session_ends(installed: Target) -> None:
    with installed.writing() as session:
        session.begin()
        writer.insert_changes(session, 7, [logged(1)])
        session.commit()
        session.begin()
        writer.insert_changes(session, 7, [logged(2)])
        writer.set_control(session, MANIFEST, paused=True, by="a", at="t")
    assert installed.ask("SELECT seq FROM hffix_change") == [(1,)]
    assert installed.ask("SELECT * FROM hffix_control") == []


def test_nobody_sees_what_is_not_committed(session: Session, installed: Target) -> None:
    session.begin()
    writer.insert_changes(session, 7, [logged(1)])
    before = installed.ask("SELECT seq FROM hffix_change")
    session.commit()
    assert (before, installed.ask("SELECT seq FROM hffix_change")) == ([], [(1,)])


def test_a_refused_statement_neither_commits_nor_ends_the_transaction(session: Session, installed: Target) -> None:
    session.begin()
    writer.insert_changes(session, 7, [logged(1)])
    with pytest.raises(ChangeLogRefused):
        writer.insert_changes(session, 7, [logged(2), logged(1)])
    session.rollback()
    session.begin()
    writer.insert_changes(session, 7, [logged(3)])
    session.commit()
    assert installed.ask("SELECT seq FROM hffix_change") == [(3,)]
