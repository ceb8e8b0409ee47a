import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import (
    AlreadyApplied,
    Paused,
)
from hffix.errors.targets import Busy, Fenced, Held
from hffix.workflow import flow as flow_module
from hffix.workflow.apply import Limits
from tests.workflow.office import OPERATOR, SECOND_OPERATOR, Office, acting_at, open_office
from tests.workflow.pictures import picture


@pytest.mark.parametrize("limits", [Limits(seconds=0), Limits(until="2020-01-01T00:00:00Z")])
def test_a_limit_pauses_the_run_at_a_chunks_edge_and_later_it_goes_on(office: Office, limits: Limits) -> None:
    change_set = office.approved("1")
    paused = office.apply(change_set, limits=limits)
    assert isinstance(paused.problem, Paused)
    assert (paused.problem.status, paused.state, paused.decided) == (5, "paused", 0)
    assert office.apply(change_set).state == "done"


def test_a_limit_that_is_far_does_not_pause(office: Office) -> None:
    limits = Limits(seconds=60, until="2999-01-01T00:00:00Z")
    assert office.apply(office.approved("1"), limits=limits).state == "done"


def test_a_run_waits_at_a_chunks_edge_while_the_throttle_query_is_true(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run_script("CREATE TABLE queue (job TEXT); INSERT INTO queue VALUES ('x')")
    toml = office.folder / "hffix.toml"
    toml.write_text(toml.read_text() + '[apply]\nthrottle = "SELECT count(*) > 0 FROM queue"\n')
    change_set = office.approved("1")
    asked: list[int] = []

    def ask() -> bool:
        asked.append(len(office.kinds()))
        if len(asked) == 3:
            office.run_script("DELETE FROM queue")
        return False

    monkeypatch.setattr(flow_module, "THROTTLE_SECONDS", 0)
    assert office.apply(change_set, limits=Limits(asked=ask)).state == "done"
    assert asked == [2, 2, 2]


def test_a_change_set_is_used_once_and_says_so(office: Office) -> None:
    applied = office.correct("1")
    again = office.apply(applied.change_set)
    assert isinstance(again.problem, AlreadyApplied)
    assert again.problem.status == 7
    assert (again.state, again.applied, again.run, again.head) == ("done", 11, applied.run, applied.head)
    assert again.receipt is None


def test_called_again_it_writes_the_receipt_that_is_pending(office: Office) -> None:
    applied = office.correct("1")
    for path in office.project.receipts.rglob("00000004.*"):
        path.unlink()
    again = office.apply(applied.change_set)
    assert isinstance(again.problem, AlreadyApplied)
    assert again.receipt is not None
    assert [path.name for path in office.project.receipts.rglob("00000004.*.json")] == [again.receipt]


def test_one_session_a_lineage_and_the_other_hears_who_holds_it(office: Office) -> None:
    first, second = office.approved("1"), office.approved("2")
    refused: list[HffixError] = []

    def meddle() -> None:
        with pytest.raises(Held) as held:
            office.apply(second, by=SECOND_OPERATOR)
        refused.append(held.value)

    with acting_at("chunk.confirmed", meddle):
        assert office.apply(first).state == "done"
    assert [f"{OPERATOR}@desk since 20" in refusal.message for refusal in refused] == [True]


def test_a_session_that_lost_the_lineage_cannot_commit(office: Office) -> None:
    change_set = office.approved("1")
    with acting_at("chunk.confirmed", lambda: office.run_script("UPDATE hffix_lineage SET holder = 'somebody'")):
        applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, Fenced)
    assert (applied.decided, office.ask("SELECT count(*) FROM hffix_change")) == (4, [(4,)])
    assert office.ask("SELECT count(*) FROM person WHERE opened_on LIKE '____-__-__' AND id <= 11") == [(4,)]


def test_a_database_that_somebody_else_locks_is_busy_and_the_chunk_is_not_written(office: Office) -> None:
    change_set = office.approved("1")
    with office.session() as other:
        with acting_at("open.confirmed", other.begin):
            applied = office.apply(change_set)
        other.rollback()
    assert isinstance(applied.problem, Busy)
    assert office.kinds() == ["found", "open"]


def test_a_reader_that_stays_keeps_a_commit_out_where_the_journal_is_no_wal(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office", journal="delete")
    change_set = office.approved("1")
    before = picture(office.database)
    with closing(sqlite3.connect(office.database, isolation_level=None)) as reader:
        reading = "BEGIN; SELECT count(*) FROM loan;"
        with acting_at("chunk.logged", lambda: [reader.execute(query).fetchall() for query in reading.split(";")]):
            applied = office.apply(change_set)
    assert isinstance(applied.problem, Busy)
    assert (picture(office.database), office.kinds()) == (before, ["found", "open"])
    assert office.apply(change_set).state == "done"


def test_a_receipt_is_signed_at_every_exit_over_what_that_session_wrote(office: Office) -> None:
    change_set = office.approved("1")
    office.run_script("UPDATE person SET opened_on = opened_on || ' ' WHERE id = 7")
    office.apply(change_set, chunk_rows=4)
    office.run_script("UPDATE person SET opened_on = rtrim(opened_on) WHERE id = 7")
    asked = iter([False, True])
    office.apply(change_set, by=SECOND_OPERATOR, limits=Limits(asked=lambda: next(asked)))
    office.apply(change_set)
    told = [json.loads(path.read_bytes()) for path in sorted(office.project.receipts.rglob("*.json"))]
    assert [(one["person"], one["own"], one["pending_runs"]) for one in told] == [
        (OPERATOR, [[1, 1]], []),
        (OPERATOR, [[2, 3]], [2]),
        (SECOND_OPERATOR, [[4, 5]], [2]),
        (OPERATOR, [[6, 8]], []),
    ]
