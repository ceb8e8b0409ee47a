"""Runs on PostgreSQL: typed values, triggers in the way, and connections that break or lose an answer."""

from datetime import date
from pathlib import Path

import pytest

from hffix.errors.applying import ReadBackDiffers
from hffix.errors.evidence import LostRecords
from hffix.errors.targets import Busy
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.engine_postgresql import kill
from tests.conformance.offices import open_office
from tests.workflow.office import acting_at

pytestmark = pytest.mark.parametrize("engine", ["postgresql", "generic_postgresql"], indirect=True, scope="session")
CALLED = "RETURNS trigger LANGUAGE plpgsql AS"

PLACED = '''\
"""Days to the first of their month."""
from datetime import date
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("loan", writes="due_on", at_most=100)
def first(due_on: date) -> date:
    """Go back to the first of the month."""
    return due_on.replace(day=1)
'''


def test_days_that_python_cannot_hold_go_to_people_and_the_others_come_as_days(
    database: Database, tmp_path: Path
) -> None:
    database.run(
        "CREATE TABLE loan (no uuid PRIMARY KEY DEFAULT gen_random_uuid(), due_on date, amount numeric(9,2))",
        "INSERT INTO loan (due_on) VALUES ('2024-03-05'), ('2024-04-01'), ('infinity'), ('0044-03-15 BC'),"
        " ('10000-01-01'), (NULL)",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.plan("1", trial=True)

    assert planned.manifest.counts.reasons == {"not date": 4}
    office.approve(planned)
    assert office.apply(planned).problem is None
    assert database.ask("SELECT count(*) FROM loan WHERE due_on = '2024-03-01'") == [(1,)]
    assert database.ask("SELECT due_on FROM loan WHERE due_on = '2024-04-01'") == [(date(2024, 4, 1),)]


def test_a_trigger_that_changes_a_row_when_it_is_written_stops_the_run(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, due_on date)",
        "INSERT INTO loan VALUES (1, '2024-03-05')",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_first": PLACED})
    database.run(
        f"CREATE FUNCTION other() {CALLED} $$BEGIN NEW.due_on = '2024-12-31'; RETURN NEW; END$$",
        "CREATE TRIGGER other BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION other()",
    )
    planned = office.approved("1")

    assert isinstance(office.apply(planned).problem, ReadBackDiffers)
    assert database.ask("SELECT due_on FROM loan") == [(date(2024, 3, 5),)]


@pytest.fixture
def dated(database: Database) -> Database:
    """Thirty loans, none of which is due on the first."""
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, due_on date)",
        "INSERT INTO loan SELECT n, '2024-03-05' FROM generate_series(1, 30) AS n",
    )
    return database


def chained(database: Database) -> list[str]:
    return [kind for (kind,) in database.ask("SELECT kind FROM hffix_record ORDER BY number")]


def test_a_run_goes_on_after_its_connection_broke_in_the_middle_of_a_chunk(dated: Database, tmp_path: Path) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")

    with acting_at("chunk.written", lambda: kill(dated), time=2):
        applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state, applied.applied) == (None, "done", 30)
    assert chained(dated) == ["found", "open", "chunk", "chunk", "chunk", "close"]
    assert verify(office.setting(), data=True).problems == ()


@pytest.mark.usefixtures("alone")
def test_a_run_ends_where_the_server_lost_what_it_had_committed(dated: Database, tmp_path: Path) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")

    def fail_over() -> None:
        opened = office.stored_records()[1]
        dated.run(
            "BEGIN",
            "ALTER TABLE hffix_record DISABLE TRIGGER ALL",
            "ALTER TABLE hffix_change DISABLE TRIGGER ALL",
            "DELETE FROM hffix_record WHERE number = 3",
            "DELETE FROM hffix_change",
            "UPDATE loan SET due_on = '2024-03-05'",
            f"UPDATE hffix_lineage SET number = 2, head = '{opened.head}'",
            "COMMIT",
        )

    with acting_at("chunk.confirmed", fail_over):
        stopped = office.apply(planned, chunk_rows=10)

    assert isinstance(stopped.problem, LostRecords)
    assert chained(dated) == ["found", "open"]
    assert dated.ask("SELECT count(*) FROM loan WHERE due_on = '2024-03-01'") == [(0,)]


def test_a_chunk_is_tried_again_when_somebody_held_its_rows_for_a_moment(
    dated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")
    dated.engine.hurry(monkeypatch)

    with dated.outsider() as outsider:
        outsider.run("BEGIN", "SELECT * FROM loan WHERE no = 15 FOR UPDATE")
        with acting_at("chunk.begun", lambda: outsider.run("COMMIT"), time=3):
            applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state, applied.applied) == (None, "done", 30)
    assert verify(office.setting(), data=True).problems == ()


def test_a_chunk_whose_rows_somebody_keeps_is_given_up_and_the_run_goes_on_later(
    dated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")
    dated.engine.hurry(monkeypatch)
    monkeypatch.setattr("hffix.workflow.again.PATIENCE", 0.1)

    with dated.outsider() as outsider:
        outsider.run("BEGIN", "SELECT * FROM loan WHERE no = 15 FOR UPDATE")
        stopped = office.apply(planned, chunk_rows=10)

    assert (type(stopped.problem), stopped.state, stopped.applied) == (Busy, "stopped", 10)
    assert office.apply(planned).applied == 30
