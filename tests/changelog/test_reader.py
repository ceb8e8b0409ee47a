from itertools import islice

import pytest

from hffix.changelog import chain, reader, writer
from hffix.changelog.reader import Control, Event, StoredRecord
from hffix.changelog.rows import LogColumns
from hffix.database import Session
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import NoChangeLog
from hffix.model.record import heads
from tests.changelog.conftest import Target, founded, founding, logged, revoking

ONE_KEY = '{"loan_no":"2"}'


def _log(session: Session, run: int, *, rows: int) -> None:
    session.begin()
    writer.insert_changes(session, run, LogColumns.of([logged(seq) for seq in range(1, rows + 1)]))
    session.commit()


def test_a_target_without_change_log_has_no_head(target: Target) -> None:
    with target.reading() as snapshot, pytest.raises(NoChangeLog):
        reader.read_head(snapshot)


def test_a_change_log_without_lineage_has_no_head(session: Session) -> None:
    with pytest.raises(NoChangeLog):
        reader.read_head(session)


def test_a_lineage_of_two_rows_is_broken(session: Session) -> None:
    founded(session)
    session.connection.exec_driver_sql("INSERT INTO hffix_lineage SELECT * FROM hffix_lineage")
    with pytest.raises(BrokenChain):
        reader.read_head(session)


def test_changes_come_in_blocks_in_their_order(session: Session) -> None:
    _log(session, 7, rows=12_001)
    blocks = list(reader.changes(session, 7))
    assert [len(block) for block in blocks] == [5_000, 5_000, 2_001]
    assert [row for block in blocks for row in block] == [logged(seq) for seq in range(1, 12_002)]


def test_changes_of_part_of_a_run_include_both_ends(session: Session) -> None:
    _log(session, 7, rows=10)
    _log(session, 8, rows=10)
    assert list(reader.changes(session, 7, first=3, last=5)) == [[logged(3), logged(4), logged(5)]]


def test_a_run_that_logged_nothing_has_no_blocks(session: Session) -> None:
    _log(session, 7, rows=1)
    assert list(reader.changes(session, 6)) == []


def test_between_two_blocks_others_may_write(session: Session, installed: Target) -> None:
    _log(session, 7, rows=5_001)
    blocks = reader.changes(session, 7)
    assert len(next(blocks)) == 5_000
    installed.ask("INSERT INTO loan VALUES ('1')")
    assert next(blocks) == [logged(5_001)]


def test_a_row_is_traced_through_the_runs_that_changed_it(session: Session) -> None:
    _log(session, 8, rows=2)
    _log(session, 7, rows=3)
    assert reader.changes_of_key(session, "loan", ONE_KEY) == [(7, logged(2)), (8, logged(2))]
    assert reader.changes_of_key(session, "person", ONE_KEY) == []


def test_rows_are_counted_under_whatever_number_they_stand(session: Session) -> None:
    _log(session, 7, rows=3)
    session.connection.exec_driver_sql(
        "INSERT INTO hffix_change SELECT -1, -5, salt, table_name, kind, row_key, before, after, origin, case_id, leaf,"
        " outcome, observed, observed_leaf FROM hffix_change WHERE seq = 1"
    )
    assert reader.change_counts(session) == {-1: 1, 7: 3}


def test_records_come_in_their_order_over_many_pages(session: Session) -> None:
    head = founded(session)
    session.begin()
    for number in range(2, 1_102):
        head = chain.append(session, after=head, record=revoking(number))
    session.commit()
    bodies = [founding().to_bytes(), *[revoking(number).to_bytes() for number in range(2, 1_102)]]
    expected = [
        StoredRecord(number=number, run_id=None, kind="found" if number == 1 else "revoke", body=body, head=head_so_far)
        for number, (body, head_so_far) in enumerate(zip(bodies, heads(bodies), strict=True), start=1)
    ]
    assert list(reader.record_bodies(session)) == expected
    assert list(reader.record_bodies(session, first=700)) == expected[699:]


def test_between_two_records_others_may_write(session: Session, installed: Target) -> None:
    chain.append(session, after=founded(session), record=revoking(2))
    records = reader.record_bodies(session)
    assert next(records).number == 1
    installed.ask("INSERT INTO loan VALUES ('1')")
    assert next(records).number == 2


def test_a_text_that_is_not_utf8_breaks_the_chain(session: Session) -> None:
    session.connection.exec_driver_sql("INSERT INTO hffix_record VALUES (1, NULL, 'k', CAST(x'ff' AS TEXT), 'h')")
    with pytest.raises(BrokenChain, match="table hffix_record cannot be read"):
        next(reader.record_bodies(session))


def test_nobody_asked_anything_of_a_new_run(session: Session) -> None:
    assert reader.read_control(session, "3" * 64) == Control(paused=False, chunk_rows=None, by=None, at=None)


def test_events_come_in_their_order_over_many_pages(session: Session) -> None:
    session.begin()
    for minute in range(1_001):
        writer.add_event(
            session, time=f"{minute}", person=None, host="h", command="apply", subject="ab", outcome="done"
        )
    session.commit()
    calls = list(reader.events(session))
    assert [call.time for call in calls] == [str(minute) for minute in range(1_001)]
    assert calls[0] == Event(id=1, time="0", person=None, host="h", command="apply", subject="ab", outcome="done")
    assert [call.id for call in islice(reader.events(session), 2)] == [1, 2]
