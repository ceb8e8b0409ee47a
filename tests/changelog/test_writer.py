import pytest

from hffix.changelog import reader, writer
from hffix.changelog.reader import Control
from hffix.changelog.rows import LogColumns
from hffix.database import Session
from hffix.errors.targets import ChangeLogRefused
from tests.changelog.conftest import Target, logged

MANIFEST = "3" * 64


def test_a_second_row_of_one_seq_is_refused_without_its_values(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    with pytest.raises(ChangeLogRefused) as refused:
        writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    assert str(refused.value) == "the database refused to write hffix_change (IntegrityError)"


def test_logging_nothing_does_nothing(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([]))
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
        writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
        session.commit()
        session.begin()
        writer.insert_changes(session, 7, LogColumns.of([logged(2)]))
        writer.set_control(session, MANIFEST, paused=True, by="a", at="t")
    assert installed.ask("SELECT seq FROM hffix_change") == [(1,)]
    assert installed.ask("SELECT * FROM hffix_control") == []


def test_nobody_sees_what_is_not_committed(session: Session, installed: Target) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    before = installed.ask("SELECT seq FROM hffix_change")
    session.commit()
    assert (before, installed.ask("SELECT seq FROM hffix_change")) == ([], [(1,)])


def test_a_refused_statement_neither_commits_nor_ends_the_transaction(session: Session, installed: Target) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    with pytest.raises(ChangeLogRefused):
        writer.insert_changes(session, 7, LogColumns.of([logged(2), logged(1)]))
    session.rollback()
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(3)]))
    session.commit()
    assert installed.ask("SELECT seq FROM hffix_change") == [(3,)]


def test_erased_rows_keep_their_leaf_and_the_others_their_texts(session: Session) -> None:
    session.begin()
    rows = [logged(1), logged(2), logged(3)]
    writer.insert_changes(session, 7, LogColumns.of(rows))
    named = [(7, row.seq, row.leaf) for row in rows[:2]]
    assert writer.erase(session, named) == 2
    assert writer.erase(session, named) == 0
    assert [(row.run_id, row.seq, row.leaf) for row in reader.erased_rows(session)] == named
    assert [row.seq for row in reader.rows_of_leaves(session, [row.leaf for row in rows])] == [3]
    (after,) = reader.changes(session, 7)
    assert [row.erased for row in after] == [True, True, False]
    assert after[2] == rows[2]
    assert [row.leaf for row in after] == [row.leaf for row in rows]


def test_a_row_of_another_leaf_is_not_erased(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    assert writer.erase(session, [(7, 1, "0" * 64), (8, 1, logged(1).leaf)]) == 0
    assert reader.erased_rows(session) == []


def test_the_questions_of_a_run_are_read_but_for_the_erased(session: Session) -> None:
    session.begin()
    asks = [logged(n)._replace(kind="ask", case_id='"1"', outcome="held") for n in (2, 3)]
    writer.insert_changes(session, 7, LogColumns.of([logged(1), *asks]))
    writer.erase(session, [(7, 3, asks[1].leaf)])
    assert [(ask.seq, ask.case_id, ask.row_key) for ask in reader.asks(session, 7)] == [(2, '"1"', asks[0].row_key)]
