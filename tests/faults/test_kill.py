import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.errors.applying import AlreadyApplied, Interrupted
from hffix.model.record import Chunk, Resume
from hffix.store.changesets import ChangeSet, all_change_sets
from hffix.workflow.apply import Limits
from hffix.workflow.failpoints import NAMES, failpoints
from hffix.workflow.runs import runs
from tests.faults.dying import apply_until, plan_until_first_page
from tests.faults.evidence import assert_done_once
from tests.workflow.office import Office, open_office
from tests.workflow.pictures import Picture, picture

KILLED = -signal.SIGKILL
# Nearly all of them are changed: three chunks, the last of them short.
PERSONS, CHUNK_ROWS, CHUNKS = 60, 20, 3
BOUNDARIES = [(name, time) for name in NAMES for time in ((1, 2) if name.startswith("chunk.") else (1,))]
CLOSED = ("close.committed", "close.confirmed", "receipt.signed", "receipt.written")


@dataclass(frozen=True)
class Approved:
    """An office with an approved change set, which each test finds as it was."""

    office: Office
    change_set: ChangeSet
    kept: Path
    before: Picture

    def restore(self) -> None:
        """Put the folder back; in place, since the chain knows where its database stands."""
        shutil.rmtree(self.office.folder)
        shutil.copytree(self.kept, self.office.folder)


def approve_in(folder: Path, *, journal: str) -> Approved:
    office = open_office(folder / "office", persons=PERSONS, journal=journal)
    change_set = office.plan("1")
    office.approve(change_set)
    office.pace(change_set, CHUNK_ROWS)
    shutil.copytree(office.folder, folder / "kept")
    return Approved(office, change_set, folder / "kept", picture(office.database))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    return approve_in(tmp_path_factory.mktemp("killed"), journal="wal")


@pytest.fixture
def approved(once: Approved) -> Approved:
    once.restore()
    return once


def test_an_unfaulted_run_passes_every_boundary(approved: Approved) -> None:
    reached: list[str] = []
    failpoints.on_reach = reached.append
    try:
        applied = approved.office.apply(approved.change_set)
    finally:
        failpoints.on_reach = None
    assert (applied.state, applied.problem, set(reached)) == ("done", None, set(NAMES))
    assert [reached.count(name) for name in NAMES] == [CHUNKS if n.startswith("chunk.") else 1 for n in NAMES]
    assert_done_once(approved.office, approved.change_set, before=approved.before)


@pytest.mark.parametrize(("boundary", "time"), BOUNDARIES)
def test_a_killed_run_is_ended_by_the_next_apply_as_if_nothing_had_happened(
    approved: Approved, boundary: str, time: int
) -> None:
    office, change_set = approved.office, approved.change_set
    assert apply_until(office, change_set.digest, boundary=boundary, time=time) == KILLED
    applied = office.apply(change_set)
    assert (applied.state, applied.decided) == ("done", change_set.manifest.leaves)
    assert isinstance(applied.problem, AlreadyApplied) == (boundary in CLOSED)
    # Nothing comes after the close that would confirm it.
    assert_done_once(office, change_set, before=approved.before, confirmed=boundary != "close.committed")


@pytest.mark.parametrize("boundary", ["chunk.written", "chunk.journaled", "chunk.committed", "close.recorded"])
def test_a_run_that_was_killed_with_a_rollback_journal_is_readable_at_once_and_ends(
    tmp_path: Path, boundary: str
) -> None:
    killed = approve_in(tmp_path, journal="delete")
    assert apply_until(killed.office, killed.change_set.digest, boundary=boundary) == KILLED
    assert [run.state for run in runs(killed.office.setting())] == ["open"]
    assert killed.office.apply(killed.change_set).state == "done"
    assert_done_once(killed.office, killed.change_set, before=killed.before)


def test_the_resume_of_a_resume_may_be_killed_too(approved: Approved) -> None:
    office, change_set = approved.office, approved.change_set
    for boundary in ("chunk.journaled", "open.journaled", "chunk.committed", "chunk.logged", "close.journaled"):
        assert apply_until(office, change_set.digest, boundary=boundary) == KILLED
    assert office.apply(change_set).state == "done"
    assert_done_once(office, change_set, before=approved.before)
    # Of the four resumes the one that was killed before its commit left no record.
    assert sum(isinstance(record, Resume) for record in office.records()) == 4


@pytest.mark.parametrize("boundary", ["open.journaled", "chunk.journaled", "close.journaled"])
def test_what_was_intended_but_not_committed_is_no_loss(approved: Approved, boundary: str) -> None:
    office, change_set = approved.office, approved.change_set
    for _ in range(2):
        assert apply_until(office, change_set.digest, boundary=boundary) == KILLED
    assert office.apply(change_set).state == "done"
    assert_done_once(office, change_set, before=approved.before)


def test_a_killed_plan_leaves_no_change_set(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office")
    assert plan_until_first_page(office) == KILLED
    assert all_change_sets(office.project) == ()
    change_set = office.plan("1")
    assert [known.digest for known in all_change_sets(office.project)] == [change_set.digest]


def test_an_interrupted_run_stops_at_a_chunks_edge_with_a_receipt_and_goes_on(approved: Approved) -> None:
    office, change_set = approved.office, approved.change_set
    asked = iter([False, True])
    stopped = office.apply(change_set, limits=Limits(asked=lambda: next(asked)))
    assert isinstance(stopped.problem, Interrupted)
    assert (stopped.state, stopped.decided, stopped.receipt is not None) == ("paused", CHUNK_ROWS, True)
    assert office.apply(change_set).state == "done"
    assert_done_once(office, change_set, before=approved.before)
    assert sum(isinstance(record, Chunk) for record in office.records()) == CHUNKS
