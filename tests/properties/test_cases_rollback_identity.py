"""Whatever cases wrote over tables that refer to each other, a rollback gives every byte back."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hffix.model.change import Cells, Line
from hffix.model.value import encode_value
from hffix.workflow.rollback import rollback
from hffix.workflow.trial import try_out
from hffix.workflow.verify import verify
from tests.workflow.merging import craft, line
from tests.workflow.office import Office, open_office
from tests.workflow.pictures import picture

TABLES = """
CREATE TABLE house (no INTEGER PRIMARY KEY NOT NULL, name TEXT);
CREATE TABLE flat (no INTEGER PRIMARY KEY NOT NULL, house INTEGER NOT NULL REFERENCES house (no), name TEXT);
"""
READS = {"house": ("no", "name"), "flat": ("no", "house", "name")}
ORDER = [("insert", "house"), ("insert", "flat"), ("update", "flat"), ("update", "house"), ("delete", "flat"),
         ("delete", "house")]  # fmt: skip
HOUSES, FLATS = 4, 6
numbers = st.integers(1, 9)
Row = tuple[int | str, ...]


@dataclass(frozen=True)
class Change:
    """One row's change; which of the cases it belongs to, 0 for none."""

    table: str
    kind: str
    no: int
    house: int
    case: int


changes = st.builds(
    Change,
    table=st.sampled_from(["house", "flat"]),
    kind=st.sampled_from(["insert", "update", "delete"]),
    no=numbers,
    house=numbers,
    case=st.integers(0, 4),
)


def rows_of(table: str) -> Mapping[int, Row]:
    """Give the rows as they are at first."""
    if table == "house":
        return {no: (no, f"h{no}") for no in range(1, HOUSES + 1)}
    return {no: (no, 1 + no % HOUSES, f"f{no}") for no in range(1, FLATS + 1)}


def lines_of(drawn: Sequence[Change]) -> Iterator[list[Line]]:
    """Give the lines of each case, those without one first: one line a row, in the order of the format."""
    met: set[tuple[str, int]] = set()
    cases: dict[int, list[Line]] = {}
    for change in drawn:
        there = change.no in rows_of(change.table)
        if (change.table, change.no) in met or there == (change.kind == "insert"):
            continue
        met.add((change.table, change.no))
        cases.setdefault(change.case, []).append(_line(change))
    for case in sorted(cases):
        yield sorted(cases[case], key=lambda one: (ORDER.index((one.kind, one.table)), str(one.key)))


def _line(change: Change) -> Line:
    names = READS[change.table]
    was = _cells(names, rows_of(change.table).get(change.no, ()))
    new = _cells(names, (change.no, "new") if change.table == "house" else (change.no, change.house, "new"))
    case = str(change.case) if change.case else None
    key = {"no": encode_value(change.no)}
    if change.kind == "insert":
        return line(change.table, "insert", key, None, new, case)
    if change.kind == "delete":
        return line(change.table, "delete", key, was, None, case)
    after = {name: value for name, value in new.items() if was[name] != value}
    return line(change.table, "update", key, {name: was[name] for name in after}, after, case)


def _cells(names: Sequence[str], row: Row) -> Cells:
    return {name: encode_value(value) for name, value in zip(names, row, strict=False)}


def possible(drawn: Sequence[Change]) -> list[Line]:
    """Leave out the cases that the database itself would refuse."""
    lines: list[Line] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as engine:
        _fill(engine)
        for case in lines_of(drawn):
            engine.execute("SAVEPOINT s")
            try:
                for one in case:
                    _write(engine, one)
            except sqlite3.IntegrityError:
                engine.execute("ROLLBACK TO s")
            else:
                lines += case
    return lines


def _fill(engine: sqlite3.Connection) -> None:
    engine.executescript(f"PRAGMA foreign_keys = ON; {TABLES}")
    for table in READS:
        for row in rows_of(table).values():
            engine.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _write(engine: sqlite3.Connection, one: Line) -> None:
    number = int(one.key["no"]["int"])  # type: ignore[index]
    values = [int(v["int"]) if isinstance(v, dict) else v for v in (one.after or {}).values()]
    if one.kind == "delete":
        engine.execute(f"DELETE FROM {one.table} WHERE no = ?", (number,))
    elif one.kind == "insert":
        engine.execute(f"INSERT INTO {one.table} VALUES ({', '.join('?' * len(values))})", values)
    else:
        written = ", ".join(f"{name} = ?" for name in one.after or {})
        engine.execute(f"UPDATE {one.table} SET {written} WHERE no = ?", (*values, number))


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(changes, min_size=4, max_size=24), there=st.integers(1, 9), back=st.integers(1, 9))
def test_a_rollback_of_cases_gives_every_row_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Change], there: int, back: int
) -> None:
    lines = possible(drawn)
    if not lines:
        return
    office = _office(tmp_path_factory)
    before = picture(office.database)
    change_set = craft(office, lines, reads=READS)
    assert try_out(office.setting(), change_set).irreversible == 0
    office.approve(change_set, purpose="apply+rollback")
    applied = office.apply(change_set, chunk_rows=there)
    assert (applied.problem, applied.applied) == (None, len(lines))

    inverse = rollback(office.setting(), applied.run)
    assert (inverse.conflicts, inverse.rows) == (0, len(lines))
    assert office.apply(inverse.change_set, chunk_rows=back).problem is None
    assert picture(office.database) == before
    assert verify(office.setting(), data=True).problems == ()


def _office(factory: pytest.TempPathFactory) -> Office:
    office = open_office(factory.mktemp("cases") / "office", fixes={})
    with closing(sqlite3.connect(office.database, isolation_level=None)) as engine:
        _fill(engine)
    return office
