"""Rows that hold far more than what is corrected in them: a chunk has fewer of them, and memory stays flat."""

from pathlib import Path

import pytest

from hffix.model.record import Chunk
from hffix.workflow import fitting
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.offices import open_office

ROWS, WIDTH = 24, 2000
FIXES = {
    "0001_noted": '''\
"""Notes of all documents."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("doc", {"note": "'new'"}, where="1 = 1", at_most=100)
''',
    "0002_bound": '''\
"""Documents of one person, together."""
from hffix import Case, Fix
fix = Fix(author="li.wei", risk="low")

@fix.cases("SELECT DISTINCT person FROM doc ORDER BY person", reads={"doc": ("person", "note")},
           writes={"doc": ("note",)}, at_most=100)
def bound(case: Case, person: int) -> None:
    """Write a note into all of them."""
    for row in case.rows("doc", person=person):
        case.update(row, note="bound")
''',
}


@pytest.fixture
def documents(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Documents of two kilobytes, eight of each person, where a chunk may hold five of them."""
    monkeypatch.setattr(fitting, "MOST_BYTES", 5 * (WIDTH + 100))
    words = database.words
    rows = ", ".join(f"({n}, {n % 3}, 'old', '{'x' * WIDTH}')" for n in range(1, ROWS + 1))
    database.run(
        f"CREATE TABLE doc (id {words.integer} PRIMARY KEY, person {words.integer}, note {words.text},"
        f" page {words.text})",
        f"INSERT INTO doc VALUES {rows}",
    )
    return database


def sizes(database: Database, folder: Path, fix: str, *, paced: int | None) -> list[int]:
    """Try, apply and prove a fix; give how many lines each of its chunks had."""
    office = open_office(database, folder, fixes=FIXES)
    planned = office.plan(fix, trial=True)
    office.approve(planned)
    applied = office.apply(planned, chunk_rows=paced)

    assert (planned.manifest.irreversible, applied.problem, applied.decided) == (0, None, planned.manifest.leaves)
    assert verify(office.setting(), data=True).problems == ()
    return [record.last - record.first + 1 for record in office.records() if isinstance(record, Chunk)]


@pytest.mark.parametrize("paced", [None, 1000])
def test_a_chunk_holds_so_many_wide_rows_as_fit(documents: Database, tmp_path: Path, paced: int | None) -> None:
    assert sizes(documents, tmp_path / "office", "1", paced=paced) == [5, 5, 5, 5, 4]


def test_a_case_of_wide_rows_is_written_whole(documents: Database, tmp_path: Path) -> None:
    # Its question is a line too.
    assert sizes(documents, tmp_path / "office", "2", paced=None) == [9, 9, 9]
