"""A disk that fails once while a run goes: nothing is trusted that was not synced, and nothing is done twice."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hffix.errors.applying import ReceiptPending
from hffix.errors.project import StorageFailed
from tests.faults.evidence import assert_done_once
from tests.workflow.office import acting_at, open_office
from tests.workflow.pictures import picture

# Within a chunk: its part and the part's folders, the journal's line before its commit, and that after it.
SYNCS = 5
EARLIER = "The chunk was rolled back whole; the chunks before it are committed, logged and backed up."


@contextmanager
def failing_sync(number: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the n-th sync of the second chunk fail, as a disk does that then says that all is well."""
    real, left = os.fsync, [0]

    def sync(handle: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    def arm() -> None:
        left[0] = number

    patch.setattr(os, "fsync", sync)
    with acting_at("chunk.compared", arm, time=2):
        yield
    patch.undo()


@pytest.mark.parametrize("number", range(1, SYNCS))
def test_a_sync_that_fails_once_ends_the_chunk_and_is_never_trusted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    office = open_office(tmp_path / "office")
    before = picture(office.database)
    planned = office.approved("1")

    with failing_sync(number, monkeypatch):
        stopped = office.apply(planned, chunk_rows=4)

    problem = stopped.problem
    assert problem is not None
    # The last one confirms to the journal what is committed already.
    confirming = number == SYNCS - 1
    assert (type(problem), stopped.applied) == ((ReceiptPending, 8) if confirming else (StorageFailed, 4))
    assert problem.untouched == (ReceiptPending.untouched if confirming else EARLIER)
    assert "Input/output error" in problem.message
    assert office.apply(planned).state == "done"
    assert_done_once(office, planned, before=before)
