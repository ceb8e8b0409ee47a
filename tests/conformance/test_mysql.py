"""The whole way on MariaDB: dirty days, broken connections, locks and lost answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hffix.errors.applying import ReadBackDiffers
from hffix.errors.fixes import TrialFailed
from hffix.errors.targets import Busy
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.workflow.office import acting_at

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
EMPTIED = '''\
"""Days that are none become unknown."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("loan", writes="due_on", where="t.due_on < '1900-01-01'", to_null=True, at_most=100)
def unknown(due_on: object) -> None:
    """Forget the day."""
'''
CHOSEN = '''\
"""A kind for every loan."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"kind": "'long'"}, where="t.kind = '' OR t.kind = 0", at_most=100)
'''
NARROW = '''\
"""Names in the letters of their width."""
import unicodedata
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("person", writes="name", at_most=100)
def name(name: str) -> str:
    """Make full-width letters narrow, and cut blanks."""
    return unicodedata.normalize("NFKC", name).strip()
'''


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        yield made


@pytest.fixture
def dated(database: Database) -> Database:
    """Thirty loans, none of which is due on the first."""
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, due_on date)",
        "INSERT INTO loan SELECT seq, '2024-03-05' FROM seq_1_to_30",
    )
    return database


def chained(database: Database) -> list[str]:
    return [kind for (kind,) in database.ask("SELECT kind FROM hffix_record ORDER BY number")]


def kill(database: Database) -> None:
    """End the connections that have a transaction open in this database."""
    for (thread,) in database.ask(
        "SELECT t.trx_mysql_thread_id FROM information_schema.INNODB_TRX t"
        " JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id WHERE p.DB = DATABASE()"
    ):
        database.run(f"KILL {thread}")


def test_days_that_are_none_go_to_people_and_the_others_come_as_days(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, due_on date)",
        "INSERT INTO loan VALUES (1, '2024-03-05'), (2, '0000-00-00'), (3, '2024-02-30'), (4, '2024-00-10'), (5, NULL)",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.plan("1", trial=True)

    assert planned.manifest.counts.reasons == {"not date": 4}
    office.approve(planned)
    assert office.apply(planned).problem is None
    assert [str(day) for (day,) in database.ask("SELECT due_on FROM loan WHERE no < 4")] == [
        "2024-03-01", "0000-00-00", "2024-02-30",
    ]  # fmt: skip


def test_a_zero_day_is_corrected_and_comes_back_as_it_was(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, due_on date)",
        "INSERT INTO loan VALUES (0, '0000-00-00'), (1, '2024-03-05'), (2, '0000-00-00')",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_emptied": EMPTIED})
    before = database.ask("SELECT no, concat(due_on) FROM loan ORDER BY no")
    planned = office.plan("1", trial=True)
    office.approve(planned)
    applied = office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem, applied.applied) == (0, None, 2)
    assert database.ask("SELECT due_on FROM loan WHERE no <> 1") == [(None,), (None,)]
    back = rollback(office.setting(), applied.run)
    office.approve(back.change_set)
    assert office.apply(back.change_set).problem is None
    assert database.ask("SELECT no, concat(due_on) FROM loan ORDER BY no") == before
    assert verify(office.setting(), data=True).problems == ()


def test_a_value_that_could_not_be_put_back_is_counted_before_anybody_signs(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE loan (no int PRIMARY KEY, kind enum('short', 'long'))",
        "INSERT IGNORE INTO loan VALUES (1, 'short'), (2, 'other'), (3, 'none')",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_chosen": CHOSEN})
    planned = office.plan("1", trial=True)

    assert (planned.manifest.counts.changed, planned.manifest.irreversible) == (2, 2)
    assert database.ask("SELECT kind + 0 FROM loan ORDER BY no") == [(1.0,), (0.0,), (0.0,)]
    office.approve(planned)
    assert office.apply(planned).problem is None
    assert database.ask("SELECT kind FROM loan") == [("short",), ("long",), ("long",)]


@pytest.mark.parametrize("charset", ["utf8mb4", "gbk", "utf8mb3"])
def test_letters_that_the_engine_calls_equal_are_corrected_all_the_same(
    database: Database, tmp_path: Path, charset: str
) -> None:
    database.run(
        f"CREATE TABLE person (id varchar(9) PRIMARY KEY, name varchar(20)) CHARACTER SET {charset}",
        "INSERT INTO person VALUES ('甲', 'ＡＢ1 '), ('a', 'ab '), ('乙', '张三')",
    )
    office = open_office(database, tmp_path / "office", fixes={"0001_narrow": NARROW})
    applied = office.correct("1")

    assert (applied.problem, applied.applied) == (None, 2)
    assert sorted(database.ask("SELECT id, hex(name) FROM person")) == sorted(
        [
            ("甲", b"AB1".hex().upper()),
            ("a", b"ab".hex().upper()),
            ("乙", "张三".encode("gbk" if charset == "gbk" else "utf8").hex().upper()),
        ]
    )
    back = rollback(office.setting(), applied.run)
    office.approve(back.change_set)
    assert office.apply(back.change_set).problem is None
    assert ("甲", "ＡＢ1 ") in database.ask("SELECT id, name FROM person")


def test_a_trigger_that_changes_a_row_when_it_is_written_stops_trial_and_run(dated: Database, tmp_path: Path) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    dated.run("CREATE TRIGGER other BEFORE UPDATE ON loan FOR EACH ROW SET NEW.due_on = '2024-12-31'")
    with pytest.raises(TrialFailed):
        office.plan("1", trial=True)
    planned = office.approved("1")

    assert isinstance(office.apply(planned).problem, ReadBackDiffers)
    assert dated.ask("SELECT DISTINCT concat(due_on) FROM loan") == [("2024-03-05",)]


def test_a_run_goes_on_after_its_connection_broke_in_the_middle_of_a_chunk(dated: Database, tmp_path: Path) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")

    with acting_at("chunk.written", lambda: kill(dated), time=2):
        applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state, applied.applied) == (None, "done", 30)
    assert chained(dated) == ["found", "open", "chunk", "chunk", "chunk", "close"]
    assert verify(office.setting(), data=True).problems == ()


def test_a_chunk_is_tried_again_when_somebody_held_its_rows_for_a_moment(
    dated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office(dated, tmp_path / "office", fixes={"0001_first": PLACED})
    planned = office.approved("1")
    dated.engine.hurry(monkeypatch)

    with dated.outsider() as outsider:
        outsider.run("START TRANSACTION", "SELECT * FROM loan WHERE no = 15 FOR UPDATE")
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
        outsider.run("START TRANSACTION", "SELECT * FROM loan WHERE no = 15 FOR UPDATE")
        stopped = office.apply(planned, chunk_rows=10)

    assert (type(stopped.problem), stopped.state, stopped.applied) == (Busy, "stopped", 10)
    assert office.apply(planned).applied == 30
