from collections.abc import Callable
from pathlib import Path

import pytest

from hffix.errors.applying import AlreadyApplied, Paused
from hffix.errors.project import UsageError
from hffix.errors.targets import OtherPlace
from hffix.model.record import Chunk
from hffix.model.run import FEWEST_ROWS, MOST_ROWS
from hffix.store.changesets import ChangeSet
from hffix.workflow.control import pace, pause, resume
from hffix.workflow.setting import Setting
from tests.workflow.office import OPERATOR, Office, acting_at, open_office


@pytest.fixture
def approved(office: Office) -> ChangeSet:
    change_set = office.plan("1")
    office.approve(change_set)
    return change_set


def test_a_pause_stops_a_running_apply_at_its_next_chunk(office: Office, approved: ChangeSet) -> None:
    with acting_at("chunk.confirmed", lambda: pause(office.setting(OPERATOR), approved)):
        paused = office.apply(approved, chunk_rows=4)
    assert isinstance(paused.problem, Paused)
    assert (paused.problem.status, paused.state, paused.decided) == (5, "paused", 4)


def test_a_paused_run_stays_paused_until_it_is_resumed(office: Office, approved: ChangeSet) -> None:
    assert pause(office.setting(OPERATOR), approved).paused
    assert isinstance(office.apply(approved).problem, Paused)
    assert not resume(office.setting(OPERATOR), approved).paused
    assert office.apply(approved).state == "done"


def test_a_pause_of_one_change_set_does_not_stop_another(office: Office, approved: ChangeSet) -> None:
    pause(office.setting(OPERATOR), office.plan("2"))
    assert office.apply(approved).state == "done"


def test_the_pace_is_that_of_every_chunk_and_survives_a_pause(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = open_office(tmp_path_factory.mktemp("paced") / "office", persons=360)
    change_set = office.plan("1")
    office.approve(change_set)
    told = pace(office.setting(OPERATOR), change_set, chunk_rows=FEWEST_ROWS)
    assert (told.chunk_rows, told.paused, told.by is not None) == (FEWEST_ROWS, False, True)
    assert pause(office.setting(OPERATOR), change_set).chunk_rows == FEWEST_ROWS
    resume(office.setting(OPERATOR), change_set)
    office.apply(change_set)
    chunks = [(chunk.first, chunk.last) for chunk in office.records() if isinstance(chunk, Chunk)]
    assert chunks == [(1, 100), (101, 200), (201, 300), (301, change_set.manifest.leaves)]


@pytest.mark.parametrize("rows", [0, FEWEST_ROWS - 1, MOST_ROWS + 1])
def test_a_pace_out_of_bounds_is_refused(office: Office, approved: ChangeSet, rows: int) -> None:
    with pytest.raises(UsageError):
        pace(office.setting(OPERATOR), approved, chunk_rows=rows)


@pytest.mark.parametrize("asked", [pause, resume, lambda *given: pace(*given, chunk_rows=FEWEST_ROWS)])
def test_nothing_is_asked_of_a_run_that_is_closed(
    office: Office, approved: ChangeSet, asked: Callable[[Setting, ChangeSet], object]
) -> None:
    office.apply(approved)
    with pytest.raises(AlreadyApplied, match="used by run 2"):
        asked(office.setting(OPERATOR), approved)


def test_nothing_is_asked_of_a_database_that_stands_at_another_place(
    office: Office, approved: ChangeSet, tmp_path: Path
) -> None:
    copy = office.copy_to(tmp_path / "copy")
    with pytest.raises(OtherPlace):
        pause(copy.setting(OPERATOR), approved)
    assert office.ask("SELECT count(*) FROM hffix_control") == [(0,)]
