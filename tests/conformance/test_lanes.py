"""Two chunks beside each other on a server: both open at once, and what is left behind is what one session leaves."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest

from hffix.database import Session
from hffix.errors.applying import Conflict
from hffix.errors.targets import CannotReach
from hffix.workflow import lanes
from hffix.workflow.chunk import Chunk
from hffix.workflow.control import pause, resume
from hffix.workflow.failpoints import failpoints
from hffix.workflow.session import Work
from hffix.workflow.verify import verify
from hffix.workflow.writing import Written, write_chunk
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.workflow.office import OPERATOR, Office, acting_at

FIX = '''\
"""Notes of all loans."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "'new'"}, where="t.note = 'old'", at_most=100)
'''
LOANS, CHUNK_ROWS = 40, 10
CHAIN = ["found", "open", "chunk", "chunk", "chunk", "chunk", "close"]


@pytest.fixture(params=["postgresql", "mysql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Forty loans with an old note."""
    with engine_named(request.param).fresh(tmp_path) as made:
        rows = ", ".join(f"({n}, 'old', {n})" for n in range(1, LOANS + 1))
        made.run(
            "CREATE TABLE loan (id int PRIMARY KEY, note varchar(9), number int)", f"INSERT INTO loan VALUES {rows}"
        )
        yield made


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path / "office", fixes={"0001_noted": FIX})


def assert_as_one_session_leaves_it(office: Office, database: Database) -> None:
    assert database.ask("SELECT DISTINCT note FROM loan") == [("new",)]
    assert [kind for (kind,) in database.ask("SELECT kind FROM hffix_record ORDER BY number")] == CHAIN
    assert database.ask("SELECT count(*), min(seq), max(seq) FROM hffix_change") == [(LOANS, 1, LOANS)]
    verified = verify(office.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), ())


def met(office: Office, at: str) -> bool:
    """Apply, and say whether two chunks stood at a failpoint at once."""
    planned, barrier = office.approved("1"), Barrier(2)
    found: list[bool] = []

    def reach(name: str) -> None:
        if name == at and not found:
            try:
                barrier.wait(0.8)
                found.append(True)
            except BrokenBarrierError:
                found.append(False)

    failpoints.on_reach = reach
    try:
        applied = office.apply(planned, chunk_rows=CHUNK_ROWS)
    finally:
        failpoints.on_reach = None
    assert (applied.problem, applied.state, applied.applied) == (None, "done", LOANS)
    return found[0]


def test_two_chunks_are_written_at_once_and_recorded_in_their_order(office: Office, database: Database) -> None:
    assert met(office, "chunk.logged")
    assert_as_one_session_leaves_it(office, database)


# The command's session and the lock's, the two that write, and on MariaDB one that asks for rights.
SESSIONS = {
    "postgresql": (
        "count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'hffix%'",
        4,
    ),
    "mysql": ("count(*) - 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE()", 5),
}


def test_a_run_opens_as_many_sessions_as_the_page_of_apply_says(office: Office, database: Database) -> None:
    planned, (counting, opened) = office.approved("1"), SESSIONS[database.engine.name]
    seen: list[object] = []
    with acting_at("chunk.logged", lambda: seen.append(database.ask(f"SELECT {counting}"))):
        office.apply(planned, chunk_rows=CHUNK_ROWS)
    assert seen == [[(opened,)]]


def test_a_column_that_is_unique_keeps_chunks_apart(office: Office, database: Database) -> None:
    database.run("CREATE UNIQUE INDEX noted ON loan (note, number)")
    assert not met(office, "chunk.logged")
    assert_as_one_session_leaves_it(office, database)


def test_a_server_that_lets_no_more_sessions_in_is_worked_on_with_one(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(url: str, *, folder: Path) -> None:
        raise CannotReach("too many connections")

    monkeypatch.setattr(lanes, "open_for_writing", refuse)
    assert not met(office, "chunk.logged")
    assert_as_one_session_leaves_it(office, database)


def test_a_conflict_stops_the_run_behind_the_chunks_before_it(office: Office, database: Database) -> None:
    planned = office.approved("1")
    database.run("UPDATE loan SET note = 'mine' WHERE id = 25")
    stopped = office.apply(planned, chunk_rows=CHUNK_ROWS)
    assert (type(stopped.problem), stopped.applied, stopped.decided) == (Conflict, 20, 20)
    assert database.ask("SELECT count(*) FROM loan WHERE note = 'new'") == [(20,)]
    assert database.ask("SELECT count(*) FROM hffix_change") == [(20,)]
    assert verify(office.setting(), data=True).problems == ()


def test_a_row_that_changes_while_it_is_planned_beside_another_is_never_written(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = office.approved("1")

    def write_behind_a_change(work: Work, session: Session, chunk: Chunk) -> Written:
        if chunk.first == CHUNK_ROWS + 1:
            database.run("UPDATE loan SET note = 'mine' WHERE id = 15")
        return write_chunk(work, session, chunk)

    monkeypatch.setattr(lanes, "write_chunk", write_behind_a_change)
    stopped = office.apply(planned, chunk_rows=CHUNK_ROWS)
    assert (type(stopped.problem), stopped.applied) == (Conflict, CHUNK_ROWS)
    assert database.ask("SELECT note FROM loan WHERE id = 15") == [("mine",)]


def test_a_run_that_is_paused_commits_what_it_has_begun(office: Office, database: Database) -> None:
    planned = office.approved("1")

    with acting_at("chunk.confirmed", lambda: pause(office.setting(OPERATOR), planned)):
        paused = office.apply(planned, chunk_rows=CHUNK_ROWS)

    assert (paused.state, paused.applied) == ("paused", 20)
    resume(office.setting(OPERATOR), planned)
    assert office.apply(planned).applied == LOANS
    assert verify(office.setting(), data=True).problems == ()
