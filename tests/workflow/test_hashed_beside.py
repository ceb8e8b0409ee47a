"""Where lines and rows are hashed by a process of their own, runs and findings are what they are without it."""

from typing import IO

import pytest

from hffix.workflow import hasher, hashing, rooting
from hffix.workflow.verify import Live, verify
from tests.workflow.conftest import Sql, found, run_all
from tests.workflow.office import Office
from tests.workflow.test_verify import ROWS


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the process be started for whatever there is, and count what it is asked."""
    monkeypatch.setattr(hashing, "WORTH_IT", 0)
    monkeypatch.setattr(rooting, "WORTH_IT", 0)
    monkeypatch.setattr(rooting, "_MANY", 0)
    asked: list[int] = []

    def count(stream: IO[bytes], told: bytes) -> None:
        asked.append(len(told))
        hasher.send(stream, told)

    monkeypatch.setattr(hashing, "send", count)
    return asked


def test_a_run_is_applied_and_verified_as_without_it(office: Office, beside: list[int]) -> None:
    office.correct("1", chunk_rows=4)
    office.correct("2")
    verified = verify(office.setting(), data=True)
    assert (verified.ok, verified.problems, verified.notes) == (True, (), ())
    assert (verified.runs, verified.records, verified.rows) == (2, 9, 15)
    assert verified.live == Live(holding=15, changed=0)
    assert beside


@pytest.mark.parametrize(("change", "problems"), ROWS.values(), ids=ROWS)
def test_every_change_of_the_logs_rows_is_found_as_without_it(
    desk: Office, change: Sql, problems: set[tuple[str, str]]
) -> None:
    run_all(desk, change)
    assert found(desk) == problems
