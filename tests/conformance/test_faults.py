"""What may happen to a run on a server: lost answers, sessions that end, locks, tables that change, full disks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from sqlalchemy import make_url

from hffix.database import lease, mysql_pins, postgresql_pins
from hffix.database.postgresql_link import WRITER
from hffix.errors import HffixError
from hffix.errors.targets import Busy, NotPinned, SchemaChanged, ServerFull
from hffix.workflow.verify import verify
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.conformance.pooler import behind_a_pooler
from tests.conformance.proxy import behind_a_proxy
from tests.conformance.stopping import Sleeper
from tests.workflow.office import SECOND_OPERATOR, Office, acting_at

FIX = '''\
"""Notes of all loans."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "'new'"}, where="t.note = 'old'", at_most=100)
'''
LOANS = 30
CHAIN = ["found", "open", "chunk", "chunk", "chunk", "close"]
FULL = {
    "postgresql": (
        """CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        IF NEW.id = 15 THEN RAISE EXCEPTION 'secret' USING ERRCODE = '53100'; END IF; RETURN NEW; END$$""",
        "CREATE TRIGGER full_up BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION full_up()",
    ),
    "mysql": (
        """CREATE TRIGGER full_up BEFORE UPDATE ON loan FOR EACH ROW IF NEW.id = 15 THEN
        SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'secret'; END IF""",
    ),
}
# The first tries to write the loan 15 are each refused with another of these; a sequence is not rolled back.
FAULTS = 3
NEXT = {"postgresql": "nextval('tries')", "mysql": "NEXTVAL(tries)"}
REFUSING = {
    "postgresql": (
        "CREATE SEQUENCE tries",
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        IF NEW.id = 15 THEN CASE nextval('tries') WHEN 1 THEN RAISE 'x' USING ERRCODE = '40001';
        WHEN 2 THEN RAISE 'x' USING ERRCODE = '40P01';
        WHEN 3 THEN RAISE 'x' USING ERRCODE = '55P03'; ELSE NULL; END CASE; END IF; RETURN NEW; END$$""",
        "CREATE TRIGGER refuse BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
    "mysql": (
        "CREATE SEQUENCE tries",
        """CREATE TRIGGER refuse BEFORE UPDATE ON loan FOR EACH ROW
        IF NEW.id = 15 THEN CASE NEXTVAL(tries) WHEN 1 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205;
        WHEN 2 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;
        WHEN 3 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1020; ELSE BEGIN END; END CASE; END IF""",
    ),
}
HOLDING = {
    "postgresql": ("BEGIN", "LOCK TABLE loan IN ACCESS EXCLUSIVE MODE"),
    "mysql": ("LOCK TABLES loan WRITE",),
}


@pytest.fixture(params=["postgresql", "mysql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Thirty loans with an old note."""
    with engine_named(request.param).fresh(tmp_path) as made:
        rows = ", ".join(f"({n}, 'old')" for n in range(1, LOANS + 1))
        made.run("CREATE TABLE loan (id int PRIMARY KEY, note varchar(9))", f"INSERT INTO loan VALUES {rows}")
        yield made


def office_at(database: Database, folder: Path) -> Office:
    return open_office(database, folder / "office", fixes={"0001_noted": FIX})


def new_notes(database: Database) -> int:
    return int(database.ask("SELECT count(*) FROM loan WHERE note = 'new'")[0][0])


def assert_done_once(office: Office, database: Database) -> None:
    """Find every row written and logged once, in a chain without a gap, and a whole record."""
    assert new_notes(database) == LOANS
    assert database.ask("SELECT count(*), count(DISTINCT seq) FROM hffix_change") == [(LOANS, LOANS)]
    assert [kind for (kind,) in database.ask("SELECT kind FROM hffix_record ORDER BY number")] == CHAIN
    verified = verify(office.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), ())


@pytest.mark.parametrize(
    ("boundary", "late"),
    [
        ("open.journaled", 0.0),
        ("open.journaled", None),
        ("chunk.journaled", 0.0),
        ("chunk.journaled", 0.7),
        ("chunk.journaled", None),
        ("close.journaled", 0.0),
        ("close.journaled", None),
    ],
)
def test_a_commit_whose_answer_is_lost_is_found_or_done_again_whether_the_server_got_it_or_not(
    database: Database, tmp_path: Path, boundary: str, late: float | None
) -> None:
    with behind_a_proxy(database) as (seen, wire):
        office = office_at(seen, tmp_path)
        planned = office.approved("1")
        wire.late = late

        with acting_at(boundary, lambda: setattr(wire, "cut_at", b"COMMIT"), time=2 if "chunk" in boundary else 1):
            applied = office.apply(planned, chunk_rows=10)

        assert (applied.problem, applied.state, applied.applied) == (None, "done", LOANS)
        assert_done_once(office, database)


def test_a_chunk_is_done_again_from_its_beginning_after_each_fault_that_passes(
    database: Database, tmp_path: Path
) -> None:
    database.run(*REFUSING[database.engine.name])
    office = office_at(database, tmp_path)
    planned = office.approved("1")

    applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state) == (None, "done")
    ((tries,),) = database.ask(f"SELECT {NEXT[database.engine.name]}")
    # The last one went well, and this one only asks.
    assert tries == FAULTS + 2
    assert_done_once(office, database)


def test_a_fault_that_does_not_pass_after_all_is_given_up_with_nothing_of_the_chunk_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hffix.workflow.again._WAITS", (0.0, 0.0))
    always = (statement.replace(NEXT[database.engine.name], "1") for statement in REFUSING[database.engine.name])
    database.run(*always)
    office = office_at(database, tmp_path)
    planned = office.approved("1")

    stopped = office.apply(planned, chunk_rows=10)

    assert (type(stopped.problem), stopped.applied, new_notes(database)) == (Busy, 10, 10)


def test_a_session_that_is_silent_within_a_transaction_is_ended_by_the_server_and_the_chunk_done_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql_pins.WRITING, "idle_in_transaction_session_timeout", "300ms")
    monkeypatch.setitem(mysql_pins._WRITING_ON_MARIADB, "idle_transaction_timeout", "1")
    office = office_at(database, tmp_path)
    planned = office.approved("1")

    with acting_at("chunk.backed-up", lambda: time.sleep(1.3), time=2):
        applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state) == (None, "done")
    assert_done_once(office, database)


@pytest.mark.usefixtures("alone")
def test_a_transaction_that_a_pooler_gives_to_another_session_writes_nothing(
    database: Database, tmp_path: Path
) -> None:
    with behind_a_pooler(database) as (seen, pooler):
        office = office_at(seen, tmp_path)
        planned = office.approved("1")

        with acting_at("chunk.confirmed", pooler.switch):
            stopped = office.apply(planned, chunk_rows=10)

    assert (type(stopped.problem), stopped.applied, new_notes(database)) == (NotPinned, 10, 10)
    assert "a pooler gave this session another" in stopped.problem.message if stopped.problem else ""


def alter(database: Database, how: str, faults: list[BaseException]) -> None:
    try:
        database.run(f"ALTER TABLE loan {how}")
    except BaseException as fault:
        faults.append(fault)
        raise


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("boundary", ["chunk.confirmed", "chunk.locked"])
def test_a_run_stops_before_the_chunk_in_which_a_table_is_another_and_goes_on_when_it_is_as_it_was(
    database: Database, tmp_path: Path, boundary: str
) -> None:
    office = office_at(database, tmp_path)
    planned = office.approved("1")
    faults: list[BaseException] = []
    altering = Thread(target=alter, args=(database, "ADD extra int", faults))

    def somebody_alters() -> None:
        altering.start()
        # While rows are locked he has to wait.
        altering.join(None if boundary == "chunk.confirmed" else 0.3)

    with acting_at(boundary, somebody_alters):
        stopped = office.apply(planned, chunk_rows=10)
    altering.join()

    assert (type(stopped.problem), stopped.state, faults) == (SchemaChanged, "stopped", [])
    assert stopped.applied == new_notes(database) == 10
    database.run("ALTER TABLE loan DROP extra")
    assert office.apply(planned).applied == LOANS


@pytest.mark.usefixtures("alone")
def test_a_table_that_somebody_locks_whole_is_not_waited_for_without_an_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_at(database, tmp_path)
    planned = office.approved("1")
    database.engine.hurry(monkeypatch)
    monkeypatch.setattr("hffix.workflow.again.PATIENCE", 0.1)

    with (
        database.outsider() as outsider,
        acting_at("chunk.confirmed", lambda: outsider.run(*HOLDING[database.engine.name])),
    ):
        stopped = office.apply(planned, chunk_rows=10)

    assert (type(stopped.problem), stopped.state, stopped.applied) == (Busy, "stopped", 10)
    assert office.apply(planned).applied == LOANS


def test_a_server_without_room_undoes_the_whole_chunk_and_says_so(database: Database, tmp_path: Path) -> None:
    database.run(*FULL[database.engine.name])
    office = office_at(database, tmp_path)
    planned = office.approved("1")

    stopped = office.apply(planned, chunk_rows=10)

    problem = stopped.problem
    assert isinstance(problem, HffixError)
    assert (type(problem), stopped.applied, new_notes(database)) == (ServerFull, 10, 10)
    assert "secret" not in problem.message
    database.run(f"DROP TRIGGER full_up{' ON loan' if database.engine.name == 'postgresql' else ''}")


@contextmanager
def stalled_in_a_copy(database: Database, *, name: str) -> Iterator[None]:
    """Keep a session with rows locked that began to copy and then says nothing."""
    dsn = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, application_name=name) as stalled:
        stalled.execute("SELECT FROM loan FOR UPDATE")
        assert stalled.pgconn.exec_(b"COPY loan FROM STDIN").status == psycopg.pq.ExecStatus.COPY_IN
        try:
            yield
        finally:
            stalled.close()


# Elsewhere the server ends them by itself (net_read_timeout).
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("name", "silent", "written"), [(WRITER, 0.0, LOANS), (WRITER, 60.0, 0), ("somebody else", 0.0, 0)]
)
def test_whoever_gets_the_lock_ends_sessions_of_writers_that_stopped_in_the_midst_of_a_statement_and_no_others(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, silent: float, written: int
) -> None:
    monkeypatch.setattr(lease, "SILENT_SECONDS", silent)
    monkeypatch.setattr("hffix.workflow.again.PATIENCE", 0.1)
    office = office_at(database, tmp_path)
    planned = office.approved("1")

    with stalled_in_a_copy(database, name=name):
        office.apply(planned)

    assert new_notes(database) == written


def test_a_process_that_was_stopped_loses_the_lock_and_is_fenced_when_it_wakes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SILENT_SECONDS", 0.0)
    office = office_at(database, tmp_path)
    planned = office.approved("1")
    with Sleeper(office, planned.digest, chunk_rows=10) as sleeper:
        assert sleeper.sleeps()

        applied = office.apply(planned, by=SECOND_OPERATOR)

        assert (applied.problem, applied.state, applied.applied) == (None, "done", LOANS)
        # Where two chunks were begun, neither was committed.
        assert sleeper.wake() in {("Fenced", 10), ("Fenced", 0)}
    assert new_notes(database) == LOANS
    assert database.ask("SELECT count(*), count(DISTINCT seq) FROM hffix_change") == [(LOANS, LOANS)]
    assert verify(office.setting(), data=True).problems == ()
