"""The change log on every engine: installed whole, written in bulk, guarded by the database, byte for byte."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from hffix.changelog import chain, install, reader, writer
from hffix.changelog.reader import Control, Event
from hffix.changelog.rows import LogColumns
from hffix.changelog.tables import ERASABLE
from hffix.database import Session
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import ChangeLogExists, ChangeLogRefused, Fenced
from tests.changelog.conftest import founding, logged, revoking
from tests.conformance.engine import Database

NASTY = '{"a":"\\u0000\\\\ \\t 张\\ue000","b":{"dec":"1.10"}} \t\n\r\\N'
MANIFEST = "3" * 64


@pytest.fixture
def installed(database: Database) -> Database:
    """A database with a change log that holds nothing."""
    with database.writing() as session:
        install.upgrade(session)
    return database


@pytest.fixture
def written(installed: Database) -> Database:
    """A change log with one record, one run and one change."""
    with installed.writing() as session:
        session.begin()
        chain.found(session, founding())
        writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
        session.commit()
    return installed


@pytest.fixture
def session(installed: Database) -> Iterator[Session]:
    with installed.writing() as opened:
        opened.begin()
        yield opened
        opened.rollback()


def test_a_target_has_a_change_log_once_it_was_upgraded(database: Database) -> None:
    with database.reading() as snapshot:
        assert (install.exists(snapshot), install.revision(snapshot)) == (False, None)
    with database.writing() as session:
        assert install.upgrade(session) == (install.newest(), None)
        assert install.upgrade(session) == (install.newest(), install.newest())
    with database.reading() as snapshot:
        assert (install.exists(snapshot), install.missing_guards(snapshot)) == (True, ())


def test_a_copy_can_be_freed_of_its_change_log(written: Database) -> None:
    with written.writing() as session:
        session.begin()
        install.remove(session)
        session.commit()
        assert not install.exists(session)
        assert install.upgrade(session) == (install.newest(), None)


def test_rows_come_back_byte_for_byte_in_their_order(session: Session) -> None:
    rows = [logged(seq)._replace(before=NASTY, origin='"' + "长" * 5000 + '"') for seq in range(1, 4000)]
    rows[7] = rows[7]._replace(after=None, salt=None, observed="")
    writer.insert_changes(session, 7, LogColumns.of(rows))
    writer.insert_changes(session, 2**40, LogColumns.of([logged(2**45)]))

    assert [row for block in reader.changes(session, 7) for row in block] == rows
    assert [leaf for block in reader.leaves(session, 7) for leaf in block] == [row.leaf for row in rows]
    assert list(reader.changes(session, 2**40)) == [[logged(2**45)]]
    assert reader.change_counts(session) == {7: len(rows), 2**40: 1}
    assert [row for _, row in reader.changes_of_key(session, "loan", '{"loan_no":"9"}')] == [rows[8]]


def test_what_all_rows_share_is_logged_like_what_each_has_alone(session: Session) -> None:
    shared = logged(1)._replace(table_name="o'x\"\\`?:1 %s", before=NASTY, origin=None, salt="'")
    rows = [shared._replace(seq=seq) for seq in (1, 2, 3)]
    writer.insert_changes(session, 7, LogColumns.of(rows))
    writer.insert_changes(session, 8, LogColumns.of(rows[:1]))
    writer.insert_changes(session, 9, LogColumns.of([]))
    assert [row for block in reader.changes(session, 7) for row in block] == rows
    assert [list(reader.changes(session, run)) for run in (8, 9)] == [[rows[:1]], []]


def test_a_key_is_found_by_its_exact_text_only(session: Session) -> None:
    texts = ['{"a":"x"}', '{"a":"X"}', '{"a":"x "}', '{"a":"ｘ"}', '{"a":"é"}', '{"a":"e\u0301"}']
    writer.insert_changes(
        session, 7, LogColumns.of([logged(seq)._replace(row_key=text) for seq, text in enumerate(texts, 1)])
    )
    for seq, text in enumerate(texts, 1):
        assert [row.seq for _, row in reader.changes_of_key(session, "loan", text)] == [seq]


def test_a_second_row_of_one_seq_is_refused_without_its_values(session: Session) -> None:
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    with pytest.raises(ChangeLogRefused) as refused:
        writer.insert_changes(session, 7, LogColumns.of([logged(1)._replace(before="secret")]))
    assert "hffix_change" in refused.value.message
    assert "secret" not in refused.value.message


def test_a_chain_is_founded_once_and_extended_by_whoever_read_its_end(written: Database) -> None:
    with written.writing() as session:
        session.begin()
        with pytest.raises(ChangeLogExists):
            chain.found(session, founding())
        head = chain.lock_head(session)
        later = chain.append(session, after=head, record=revoking(2), holder="wang.qiang")
        with pytest.raises(Fenced):
            chain.set_holder(session, head=head, holder="somebody else")
        session.commit()
        assert reader.read_head(session) == later
        assert chain.records_since(session, 1) == [revoking(2)]


def test_runs_controls_and_events_are_told(session: Session) -> None:
    writer.add_run(session, 2, manifest=MANIFEST, fix="0007_dates", operator="wang.qiang", opened="t")
    writer.set_control(session, MANIFEST, chunk_rows=500, by="a", at="t")
    writer.set_control(session, MANIFEST, paused=True, by="b", at="u")
    for outcome in ("done", "HFX-601"):
        writer.add_event(
            session, time="t", person=None, host="desk", command="apply", subject=MANIFEST, outcome=outcome
        )

    assert reader.run_count(session) == 1
    assert reader.read_control(session, MANIFEST) == Control(paused=True, chunk_rows=500, by="b", at="u")
    assert [(event.id, event.outcome) for event in reader.events(session)] == [(1, "done"), (2, "HFX-601")]
    assert isinstance(next(reader.events(session)), Event)


def test_the_database_refuses_to_change_what_was_logged(written: Database) -> None:
    tables = ("hffix_change", "hffix_record")
    before = [written.ask(f"SELECT * FROM {table}") for table in tables]
    let = []
    for statement in written.engine.forbidden:
        with suppress(*written.engine.faults):
            written.run(statement)
            let.append(statement)
    assert let == []
    assert [written.ask(f"SELECT * FROM {table}") for table in tables] == before


def test_an_erasure_empties_the_texts_and_keeps_the_leaf(written: Database) -> None:
    quote = written.engine.quote
    emptied = ", ".join(f"{quote}{column}{quote} = NULL" for column in ERASABLE)
    written.run(f"UPDATE hffix_change SET {emptied} WHERE run_id = 7 AND seq = 1")
    with written.reading() as snapshot:
        ((row,),) = reader.changes(snapshot, 7)
    assert row == logged(1)._replace(salt=None, row_key=None, before=None, after=None, origin=None, observed=None)


def test_a_guard_that_was_taken_away_is_named(database: Database) -> None:
    for guard in database.engine.guards:
        with database.writing() as session:
            install.upgrade(session)
        database.run(*guard.taken)
        with database.writing() as session:
            assert (guard, install.missing_guards(session)) == (guard, guard.missed)
            session.begin()
            install.remove(session)
            session.commit()


def test_a_table_that_cannot_be_read_is_told_and_the_rest_is_still_read(written: Database) -> None:
    with written.reading() as snapshot:
        head = reader.read_head(snapshot)
    written.run("DROP TABLE hffix_event")
    with written.reading() as snapshot:
        with pytest.raises(BrokenChain, match="hffix_event cannot be read"):
            list(reader.events(snapshot))
        assert reader.read_head(snapshot) == head
