"""An erasure that is killed at any boundary is finished by giving it again, and nothing of it is done twice."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hffix.store.backups import read_part
from hffix.workflow.erase import erase
from hffix.workflow.erase_word import sign_erasure
from hffix.workflow.failpoints import OTHER_NAMES
from hffix.workflow.verify import verify
from tests.faults.dying import erase_until
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, Office, open_office
from tests.workflow.pictures import picture

KILLED = -signal.SIGKILL
ROWS = (("person", "5"), ("person", "6"))
BOUNDARIES = [*((name, 1) for name in OTHER_NAMES), ("erase.file", 2), ("receipt.signed", 1), ("receipt.written", 1)]


@pytest.fixture
def signed(tmp_path: Path) -> Office:
    """An office with a closed run, and two people's word that two rows are erased from its record."""
    office = open_office(tmp_path / "office")
    office.correct("1", chunk_rows=5)
    for person in (LEADER, AUDITOR):
        sign_erasure(office.setting(person), ROWS, confirm=lambda _: None)
    return office


def parts(office: Office) -> Iterator[bytes]:
    for path in sorted((office.folder / "backups" / "2").iterdir()):
        yield from read_part(path)


@pytest.mark.parametrize(("boundary", "time"), BOUNDARIES)
def test_a_killed_erasure_is_finished_by_the_next(signed: Office, boundary: str, time: int) -> None:
    before = picture(signed.database)["person"]
    assert erase_until(signed, ROWS, boundary=boundary, time=time) == KILLED
    assert verify(signed.setting()).problems == ()

    done = erase(signed.setting(OPERATOR), ROWS, confirm=lambda _: None)
    assert done.problem is None
    assert signed.kinds().count("erase") == 1
    assert signed.ask("SELECT count(*) FROM hffix_change WHERE salt IS NULL") == [(2,)]
    assert sum(line.startswith(b'"') for line in parts(signed)) == 2
    verified = verify(signed.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), ())
    assert picture(signed.database)["person"] == before
