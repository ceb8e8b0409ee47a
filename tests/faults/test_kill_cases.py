"""A run of cases that is killed anywhere has written each whole or not at all, and is ended by the next apply."""

import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.errors.applying import AlreadyApplied
from hffix.model import merkle
from hffix.store.changesets import ChangeSet
from hffix.workflow.failpoints import NAMES
from hffix.workflow.verify import verify
from tests.faults.dying import apply_until
from tests.workflow.merging import LINES, merge, open_merging
from tests.workflow.office import Office

KILLED = -signal.SIGKILL
PAIRS = 4
# Two cases are fewer lines than a chunk may have, three are more.
CHUNK_ROWS = 2 * LINES + 1
BOUNDARIES = [(name, time) for name in NAMES if name.startswith(("chunk.", "close.")) for time in (1, 2)]


@dataclass(frozen=True)
class Approved:
    """An office with approved cases, which each test finds as it was."""

    office: Office
    change_set: ChangeSet
    kept: Path

    def restore(self) -> None:
        """Put the folder back; in place, since the chain knows where its database stands."""
        shutil.rmtree(self.office.folder)
        shutil.copytree(self.kept, self.office.folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    folder = tmp_path_factory.mktemp("killed")
    office = open_merging(folder, pairs=PAIRS)
    change_set = merge(office, pairs=PAIRS)
    office.approve(change_set)
    office.pace(change_set, CHUNK_ROWS)
    shutil.copytree(office.folder, folder / "kept")
    return Approved(office, change_set, folder / "kept")


@pytest.fixture
def approved(once: Approved) -> Approved:
    once.restore()
    return once


def merged(office: Office) -> list[int]:
    """Name the cases that are written; each is so in all of its rows, or in none."""
    written: list[int] = []
    for case in range(1, PAIRS + 1):
        keep, other = 2 * case - 1, 2 * case
        rows = office.ask("SELECT no, member, balance FROM account WHERE no IN (?, ?)", f"a{keep}", f"a{other}")
        there = bool(office.ask("SELECT 1 FROM member WHERE no = ?", other))
        before = [(f"a{keep}", keep, keep * 10 + 0.5), (f"a{other}", other, other * 10 + 0.5)]
        after = [(f"a{keep}", keep, keep * 10 + other * 10 + 1), (f"a{other}", keep, 0)]
        assert (rows, there) in [(before, True), (after, False)]
        written += [case] * (not there)
    return written


@pytest.mark.parametrize(("boundary", "time"), BOUNDARIES)
def test_no_case_is_ever_written_in_part(approved: Approved, boundary: str, time: int) -> None:
    office, change_set = approved.office, approved.change_set
    ended = apply_until(office, change_set.digest, boundary=boundary, time=time)
    # The close is reached only once.
    assert ended == (0 if boundary.startswith("close.") and time == 2 else KILLED)
    assert merged(office) in ([], [1, 2], [1, 2, 3, 4])

    applied = office.apply(change_set)
    assert applied.state == "done"
    assert applied.problem is None or isinstance(applied.problem, AlreadyApplied)
    assert (applied.applied, applied.held, applied.conflicts) == (3 * PAIRS, 3 * PAIRS, 0)
    assert merged(office) == [1, 2, 3, 4]
    wanted = [merkle.leaf(line).hex() for block in change_set.blocks() for line in block]
    assert office.ask("SELECT seq, leaf FROM hffix_change ORDER BY seq") == list(enumerate(wanted, start=1))
    assert verify(office.setting(), data=True).problems == ()


def test_a_case_that_changed_while_the_run_was_dead_is_a_conflict(approved: Approved) -> None:
    office, change_set = approved.office, approved.change_set
    assert apply_until(office, change_set.digest, boundary="chunk.written", time=2) == KILLED
    office.run_script("INSERT INTO account VALUES ('late', 6, 0, NULL)")
    stopped = office.apply(change_set)

    assert (stopped.state, stopped.decided) == ("stopped", 2 * LINES)
    assert stopped.problem is not None
    assert "case 3: the rows of account by member" in stopped.problem.message
    assert merged(office) == [1, 2]
