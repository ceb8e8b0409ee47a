"""Other transactions on PostgreSQL, and connections that break, also where only the answer is lost."""

from threading import Thread

import pytest
from sqlalchemy import make_url

from hffix.changelog import chain, install, reader
from hffix.database import open_for_reading
from hffix.errors.targets import Busy, CommitUnknown, ConnectionLost
from tests.changelog.conftest import founding, revoking
from tests.conformance.engine import Database
from tests.conformance.engine_postgresql import kill, name_of
from tests.conformance.pets import make_persons
from tests.conformance.proxy import behind_a_proxy

pytestmark = pytest.mark.parametrize("engine", ["postgresql", "generic_postgresql"], indirect=True, scope="session")
CALLED = "RETURNS trigger LANGUAGE plpgsql AS"


def test_a_deadlock_undoes_the_transaction_which_may_be_tried_again(database: Database) -> None:
    make_persons(database)
    database.run(f"ALTER DATABASE {name_of(database)} SET deadlock_timeout = '30ms'")
    with database.outsider() as outsider, database.writing() as session:
        table = session.table("person")
        outsider.run("SET deadlock_timeout = '1min'", "BEGIN", "SELECT * FROM person WHERE id = 2 FOR UPDATE")
        session.begin()
        session.lock(table, keys=[(1,)])
        waiting = Thread(target=outsider.run, args=("UPDATE person SET name = 'theirs' WHERE id = 1", "COMMIT"))
        waiting.start()
        while not database.ask("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        with pytest.raises(Busy, match="waited for this one"):
            session.lock(table, keys=[(2,)])
        session.rollback()
        waiting.join()
        session.begin()
        assert session.lock(table, keys=[(1,)])[1,][1] == "theirs"


def test_a_connection_that_breaks_loses_the_transaction_and_can_be_renewed(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        session.update(table, columns=["name"], rows=[((1,), ("x",))])
        kill(database)
        with pytest.raises(ConnectionLost):
            session.rows(table, keys=[(1,)])
        session.rollback()
        session.renew()
        session.begin()
        assert session.rows(table, keys=[(1,)])[1,][1] == "张1"


def test_a_snapshot_whose_connection_breaks_does_not_end_like_one_without_more_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_persons(database)
    monkeypatch.setattr(database.engine.page_rows, 2)
    with database.reading() as snapshot:
        pages = snapshot.scan(snapshot.table("person"), columns=())
        next(pages)
        kill(database)
        with pytest.raises(ConnectionLost):
            next(pages)


def founded(database: Database) -> None:
    with database.writing() as session:
        install.upgrade(session)
        session.begin()
        chain.found(session, founding())
        session.commit()


def make_fatal(database: Database) -> None:
    """Let the commit of a row of hffix_event end its own connection."""
    database.run(
        f"CREATE FUNCTION fatal() {CALLED} $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$",
        "CREATE CONSTRAINT TRIGGER fatal AFTER INSERT ON hffix_record DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fatal()",
    )


def test_a_commit_without_an_answer_is_not_known_until_a_new_session_has_read_what_happened(database: Database) -> None:
    founded(database)
    make_fatal(database)
    with database.writing() as session:
        session.begin()
        before = chain.lock_head(session)
        head = chain.append(session, after=before, record=revoking(2))
        with pytest.raises(CommitUnknown):
            session.commit()
        session.renew()
        assert reader.read_head(session) == before

        session.begin()
        assert chain.append(session, after=before, record=revoking(2)) == head
        with pytest.raises(ConnectionLost, match="before the transaction was committed"):
            chain.commit(session, head=head)


def test_a_commit_that_was_made_but_never_answered_is_found_by_a_new_session(database: Database) -> None:
    founded(database)
    with behind_a_proxy(database) as (seen, wire), seen.writing() as session:
        session.begin()
        head = chain.append(session, after=chain.lock_head(session), record=revoking(2))
        wire.cut_at = b"COMMIT"
        chain.commit(session, head=head)
        assert reader.read_head(session) == head


def test_a_password_with_blanks_and_signs_reaches_the_server(database: Database) -> None:
    url = make_url(database.url).set(password="let me/in @ 9%").render_as_string(hide_password=False)
    with open_for_reading(url, folder=database.folder) as snapshot:
        assert snapshot.versions()
