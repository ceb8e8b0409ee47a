import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hffix.model.value import Raw, UnreadableText
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.workflow.office import LEADER, Office, open_office
from tests.workflow.pictures import after, picture

LOOSE = ("INTEGER", "TEXT", "VARCHAR(20)", "BLOB", "REAL", "NUMERIC", "DECIMAL(10,2)", "DATETIME", "")
STRICT = ("INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY")
COLUMNS = ("c0", 'order "x"', "备注")

texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", "\x00", "a\x00b", "12", " 12", "1e3", "0012", "9" * 19, "-0", "'", "\u2028", "2024/3/4"]
)
unreadable = st.sampled_from([b"\xff", b"12\xff", b"\x00\xc3", b"\xed\xa0\x80"]).map(UnreadableText)
integers = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, 2**53 + 1, -(2**63)])
floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.1 + 0.2, 1e300, -0.0, 5e-324])
given_values = st.none() | texts | integers | floats | st.binary(max_size=6)
stored_values = given_values | unreadable | st.sampled_from([float("inf"), float("-inf")])
key_values = texts | integers | floats | st.binary(max_size=6) | unreadable


@dataclass(frozen=True)
class Case:
    """A table with its rows, and what a fix makes of each row that it can address."""

    sql: str
    keys: int
    columns: int
    rows: Sequence[tuple[Raw, ...]]
    values: Sequence[tuple[Raw, ...]]
    deletes: bool


@st.composite
def cases(draw: st.DrawFn) -> Case:
    strict, rowless = draw(st.booleans()), draw(st.booleans())
    types = st.sampled_from(STRICT if strict else LOOSE)
    keys, columns = draw(st.integers(1, 2)), draw(st.integers(1, len(COLUMNS)))
    declared = [f"k{n} {draw(types)} NOT NULL" for n in range(keys)]
    declared += ['"' + name.replace('"', '""') + f'" {draw(types)}' for name in COLUMNS[:columns]]
    options = ", ".join(name for name, on in (("STRICT", strict), ("WITHOUT ROWID", rowless)) if on)
    named = ", ".join(f"k{n}" for n in range(keys))
    rows = st.tuples(*[key_values] * keys, *[stored_values] * columns)
    return Case(
        sql=f"CREATE TABLE odd ({', '.join(declared)}, PRIMARY KEY ({named})) {options}",
        keys=keys,
        columns=columns,
        rows=draw(st.lists(rows, min_size=1, max_size=9)),
        values=draw(st.lists(st.tuples(*[given_values] * columns), min_size=9, max_size=9)),
        deletes=draw(st.booleans()),
    )


def fill(office: Office, case: Case) -> None:
    """Make the table; a row that it does not take is left out."""
    with closing(sqlite3.connect(office.database)) as connection, connection:
        connection.execute(case.sql)
        for row in case.rows:
            places = ", ".join("CAST(? AS TEXT)" if isinstance(value, UnreadableText) else "?" for value in row)
            bound = [value.stored if isinstance(value, UnreadableText) else value for value in row]
            with suppress(sqlite3.Error):
                connection.execute(f"INSERT INTO odd VALUES ({places})", bound)


def script(case: Case) -> str:
    begin = '"""Odd values."""\nfrom hffix import Fix\nfix = Fix(author="li.wei", risk="low")\n'
    if case.deletes:
        return begin + 'fix.delete("odd", where="t.c0 IS NOT NULL", at_most=100)\n'
    names = {f"v{n}": name for n, name in enumerate(COLUMNS[: case.columns])}
    values = [dict(zip(names, row, strict=True)) for row in case.values]
    keys = ", ".join(f"k{n}" for n in range(case.keys))
    return (
        f"{begin}VALUES = {values!r}\n"
        f'@fix.rows("odd", writes={tuple(names)!r}, columns={names!r}, at_most=100, to_null=True)\n'
        f'def turn({keys}):\n    """Give some value to every row."""\n'
        f"    return VALUES[sum(repr(({keys},)).encode()) % len(VALUES)]\n"
    )


@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_a_rollback_gives_every_byte_back(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    office = open_office(tmp_path_factory.mktemp("odd") / "office", fixes={})
    fill(office, case)
    office.write_fix("0001_odd", script(case))
    before = picture(office.database)
    change_set = office.plan("1")
    if not change_set.manifest.leaves:
        return
    office.approve(change_set, LEADER, purpose="apply+rollback")
    applied = office.apply(change_set, chunk_rows=3)
    assert (applied.state, applied.problem) == ("done", None)
    if not case.deletes:
        assert picture(office.database) == after(before, change_set) != before
    inverse = rollback(office.setting(), applied.run)
    assert (inverse.conflicts, inverse.rows) == (0, applied.applied)
    back = office.apply(inverse.change_set, chunk_rows=2)
    assert (back.state, back.problem) == ("done", None)
    assert picture(office.database) == before
    assert verify(office.setting(), data=True).problems == ()
