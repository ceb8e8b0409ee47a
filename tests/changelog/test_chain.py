import pytest

from hffix.changelog import chain, reader
from hffix.changelog.reader import Head
from hffix.database import Session
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import ChangeLogExists, ChangeLogRefused, Fenced
from hffix.model.record import NO_HEAD, Resume, head_after
from tests.changelog.conftest import Target, founded, founding, revoking


def test_a_lineage_begins_with_its_first_record(session: Session) -> None:
    head = founded(session)
    assert head == Head(number=1, head=head_after(NO_HEAD, founding().to_bytes()), holder=None)
    assert reader.read_head(session) == head


def test_a_lineage_begins_once(session: Session) -> None:
    head = founded(session)
    session.begin()
    with pytest.raises(ChangeLogExists):
        chain.found(session, founding())
    assert reader.read_head(session) == head


def test_a_record_moves_the_head_and_is_stored_as_it_was_hashed(session: Session, installed: Target) -> None:
    first = founded(session)
    record = Resume(
        number=2,
        time="2024-03-05T10:31:00Z",
        run=9,
        operator="wang.qiang",
        host="h",
        statements=(),
        revoked=None,
        version="1",
    )
    session.begin()
    second = chain.append(session, after=chain.lock_head(session), record=record, holder="token")
    session.commit()
    body = record.to_bytes()
    assert second == Head(number=2, head=head_after(first.head, body), holder="token")
    assert reader.read_head(session) == second
    assert installed.ask("SELECT * FROM hffix_record WHERE number = 2") == [
        (2, 9, "resume", body.decode(), second.head)
    ]


def test_a_record_that_says_nothing_of_the_holder_leaves_him(session: Session) -> None:
    founded(session)
    session.begin()
    held = chain.set_holder(session, head=chain.lock_head(session), holder="token")
    second = chain.append(session, after=held, record=revoking(2))
    third = chain.append(session, after=second, record=revoking(3), holder=None)
    assert (held.holder, second.holder, third.holder) == ("token", "token", None)
    assert chain.lock_head(session) == third


def test_a_chain_that_moved_on_refuses_the_session_that_read_it_before(installed: Target) -> None:
    with installed.writing() as mine:
        stale = founded(mine)
        with installed.writing() as other:
            other.begin()
            moved = chain.append(other, after=chain.lock_head(other), record=revoking(2))
            other.commit()
        mine.begin()
        with pytest.raises(Fenced):
            chain.append(mine, after=stale, record=revoking(2))
        with pytest.raises(Fenced):
            chain.set_holder(mine, head=stale, holder="token")
        mine.rollback()
        assert reader.read_head(mine) == moved
    assert installed.ask("SELECT count(*) FROM hffix_record") == [(2,)]


@pytest.mark.parametrize(
    "change", ["head = 'other'", "number = 5", "holder = 'other'"], ids=["head", "number", "holder"]
)
def test_the_fence_compares_all_that_was_read(session: Session, change: str) -> None:
    head = founded(session)
    session.begin()
    session.connection.exec_driver_sql(f"UPDATE hffix_lineage SET {change}")
    with pytest.raises(Fenced):
        chain.append(session, after=head, record=revoking(2))
    assert reader.run_count(session) == 0
    assert [stored.number for stored in reader.record_bodies(session)] == [1]


def test_a_lineage_that_is_gone_refuses(session: Session) -> None:
    head = founded(session)
    session.begin()
    session.connection.exec_driver_sql("DELETE FROM hffix_lineage")
    with pytest.raises(Fenced):
        chain.append(session, after=head, record=revoking(2))


@pytest.mark.parametrize("number", [1, 3])
def test_a_record_follows_the_one_before_it(session: Session, number: int) -> None:
    head = founded(session)
    session.begin()
    with pytest.raises(BrokenChain):
        chain.append(session, after=head, record=revoking(number))


def test_a_record_number_that_is_taken_is_never_overwritten(session: Session) -> None:
    head = founded(session)
    session.begin()
    session.connection.exec_driver_sql("INSERT INTO hffix_record VALUES (2, NULL, 'k', '{}', 'h')")
    with pytest.raises(ChangeLogRefused):
        chain.append(session, after=head, record=revoking(2))


def test_the_records_after_a_number_are_read_in_their_one_form(session: Session) -> None:
    head = founded(session)
    session.begin()
    head = chain.append(session, after=head, record=revoking(2))
    chain.append(session, after=head, record=revoking(3))
    session.commit()
    assert chain.records_since(session, 0) == [founding(), revoking(2), revoking(3)]
    assert chain.records_since(session, 1) == [revoking(2), revoking(3)]
    assert chain.records_since(session, 3) == []
