"""Blocks: what is asked of every cell is asked of whole columns, and the answer is what one by one would give."""

import json
import string
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.changelog.rows import LogColumns, log_columns, parts_of
from hffix.model import canonical
from hffix.model.change import Cells, Line, canonical_rows
from hffix.model.schema import Column, Table
from hffix.model.value import Raw, Typed, UnreadableText
from hffix.store.line_files import text_of
from hffix.workflow.block import Block
from hffix.workflow.chunk import APPLIED, backup_text, compare, read_back
from hffix.workflow.found import Found, read_rows

SALT = "0" * 32
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
RAWS: st.SearchStrategy[Raw] = st.one_of(
    TEXTS,
    st.none(),
    st.integers(),
    st.binary(max_size=9),
    st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.floats(allow_nan=False),
    st.builds(UnreadableText, st.just(b"\xb0\xa1")),
    st.builds(Typed, st.just("date"), TEXTS),
)


def table(*names: str, key: tuple[str, ...] = ("id",), name: str = "t") -> Table:
    columns = tuple(Column(name=one, type="text", nullable=True) for one in names)
    nothing: tuple[()] = ()
    return Table(
        name=name,
        columns=columns,
        key=key,
        unique=nothing,
        checks=nothing,
        references=nothing,
        referred=nothing,
        triggers=nothing,
        options=nothing,
    )


def update(number: int, before: Cells, after: Cells, *, of: str = "t") -> Line:
    return Line(SALT, of, "update", {"id": {"int": str(number)}}, before, after)


def delete(number: int, before: Cells) -> Line:
    return Line(SALT, "t", "delete", {"id": {"int": str(number)}}, before, None)


class Rows:
    """A place to read rows from by key; it calls equal what Python does."""

    def __init__(self, rows: Sequence[tuple[Raw, ...]]) -> None:
        self._rows = {row[:1]: row for row in rows}

    def rows(self, _: Table, *, keys: Sequence[tuple[Raw, ...]]) -> dict[tuple[Raw, ...], tuple[Raw, ...]]:
        return {self._rows[key][:1]: self._rows[key] for key in keys if key in self._rows}


def found(rows: Sequence[tuple[Raw, ...]], block: Block, described: Table) -> Found:
    return read_rows(Rows(rows), {described.name: described}, block)  # type: ignore[arg-type]


@given(st.lists(st.tuples(RAWS, RAWS), min_size=1, max_size=5))
def test_a_backup_line_is_the_canonical_form_of_salt_table_key_and_row(cells: list[tuple[Raw, Raw]]) -> None:
    rows = [(number, *some) for number, some in enumerate(cells)]
    wide = table("id", "b", "a")
    block = Block([update(number, {}, {"a": "x"}) for number in range(len(rows))])
    backup = backup_text(block, found(rows, block, wide), salts=iter([SALT] * len(rows)))
    expected = zip(block, canonical_rows(("id", "b", "a"), rows), strict=True)
    assert backup == text_of([canonical.encode([SALT, "t", line.key, row]) for line, row in expected])


@given(st.lists(NAMES, unique=True, min_size=1, max_size=4))
def test_a_backup_line_names_columns_as_they_are_called(names: list[str]) -> None:
    own = [name for name in names if name != "id"]
    described = table("id", *own)
    block = Block([update(1, {}, {})])
    backup = backup_text(block, found([(1, *own)], block, described), salts=iter([SALT]))
    row: Cells = {"id": {"int": "1"}, **{name: name for name in own}}
    assert backup == text_of([canonical.encode([SALT, "t", {"id": {"int": "1"}}, row])])


def test_each_line_of_a_backup_has_a_salt_of_its_own_whatever_lines_are_alike() -> None:
    lines = [update(1, {}, {"a": "x"}), update(2, {}, {"b": "x"}), update(3, {}, {"a": "y"})]
    rows = [(number, "a", "b") for number in (1, 2, 3)]
    salts = [str(number) * 32 for number in range(3)]
    block = Block(lines)
    backup = backup_text(block, found(rows, block, table("id", "a", "b")), salts=iter(salts))
    told = [json.loads(line) for line in backup.joined.splitlines()]
    assert sorted(salt for salt, *_ in told) == salts
    assert [key for _, _, key, _ in told] == [line.key for line in lines]


@given(st.lists(st.tuples(TEXTS, TEXTS, st.none() | TEXTS), min_size=1, max_size=4))
def test_what_is_logged_of_a_line_are_its_own_bytes(cells: list[tuple[str, str, str | None]]) -> None:
    lines = [
        Line(SALT, "t", "update", {"id": key}, {"a": before, "b": None}, {"a": {"dec": "1.10"}}, origin, "7")
        for key, before, origin in cells
    ]
    log = log_columns(parts_of(lines), first=5, leaves=["x"] * len(lines), outcome="applied")
    assert [row.line() for row in log.rows()] == [line.encode() for line in lines]
    assert list(log.seq) == list(range(5, 5 + len(lines)))


def test_columns_of_rows_give_the_rows_back() -> None:
    lines = [update(1, {"a": "x"}, {"a": "y"}), delete(2, {"a": None})]
    rows = log_columns(parts_of(lines), first=1, leaves=["l", "m"], outcome="applied").rows()
    assert LogColumns.of(rows).rows() == rows
    assert LogColumns.of([]).rows() == []


SAME: dict[str, tuple[Raw, Raw]] = {
    "1 and 1.0": (1, 1.0),
    "1 and true": (1, True),
    "1.1 and 1.10": (Decimal("1.1"), Decimal("1.10")),
    "0.0 and -0.0": (0.0, -0.0),
    "a text and its bytes": ("a", b"a"),
    "NULL and nothing": (None, ""),
}


@pytest.mark.parametrize(("approved", "there"), SAME.values(), ids=list(SAME))
def test_what_python_calls_equal_is_a_conflict(approved: Raw, there: Raw) -> None:
    described = table("id", "a")
    before = canonical_rows(("a",), [(approved,)])[0]
    for values, outcome in (((approved,), "applied"), ((there,), "conflict")):
        block = Block([update(1, before, {"a": "x"})])
        assert [one.outcome for one in compare(block, found([(1, *values)], block, described))] == [outcome]


@pytest.mark.parametrize(("approved", "there"), [pair for pair in SAME.values() if None not in pair])
def test_a_row_of_a_key_that_only_counts_as_equal_is_not_the_row(approved: Raw, there: Raw) -> None:
    key = canonical_rows(("id",), [(approved,)])[0]
    block = Block([Line(SALT, "t", "update", key, {}, {"a": "x"})])
    assert found([(approved, "a")], block, table("id", "a")).rows == [(approved, "a")]
    assert found([(there, "a")], block, table("id", "a")).rows == [None]


@pytest.mark.parametrize(("held", "there"), SAME.values(), ids=list(SAME))
def test_a_column_that_nobody_changed_must_stay_bit_for_bit(held: Raw, there: Raw) -> None:
    described = table("id", "a", "b")
    block = Block([update(1, {}, {"b": "new"})])
    before = found([(1, held, "old")], block, described)
    for left, stands in ((held, True), (there, False)):
        after = Rows([(1, left, "new")])
        work = _reading_back(after, described, block, before)
        if stands:
            assert work() == [APPLIED]
        else:
            with pytest.raises(Exception, match="column a: the row does not hold what was approved"):
                work()


def _reading_back(after: Rows, described: Table, block: Block, before: Found) -> Callable[[], object]:
    return lambda: read_back(after, {"t": described}, block, before, effects={})  # type: ignore[arg-type]


def test_updates_that_follow_each_other_are_written_column_set_by_column_set() -> None:
    lines = [update(n, {}, {"a": "x"} if n % 2 else {"b": "x"}) for n in range(1, 6)]
    runs = [(run.changed, [line.key["id"] for line in run.lines]) for run in Block(lines).runs()]
    numbered = [[{"int": str(n)} for n in some] for some in ((1, 3, 5), (2, 4))]
    assert runs == [(("a",), numbered[0]), (("b",), numbered[1])]


def test_updates_of_cases_keep_their_order_whatever_columns_they_change() -> None:
    changed: list[Cells] = [{"a": "x", "b": "x"}, {"a": "free"}, {"a": "y", "b": "y"}]
    lines = [update(n, {}, after)._replace(case=str(n // 2)) for n, after in enumerate(changed, 1)]
    assert [list(run.places) for run in Block(lines).runs()] == [[0], [1], [2]]


def test_what_is_written_keeps_the_order_of_tables_and_kinds() -> None:
    lines = [update(1, {}, {"a": "x"}), delete(2, {}), update(3, {}, {"a": "y"}), update(4, {}, {"a": "z"}, of="u")]
    assert [(run.table, run.kind, list(run.places)) for run in Block(lines).runs()] == [
        ("t", "update", [0]),
        ("t", "delete", [1]),
        ("t", "update", [2]),
        ("u", "update", [3]),
    ]


def test_a_block_is_the_sequence_of_its_lines() -> None:
    lines = [update(n, {}, {"a": string.ascii_letters[n]}) for n in range(4)]
    block = Block(lines)
    assert (list(block), len(block), block[1], list(block[2:])) == (lines, 4, lines[1], lines[2:])
    assert list(block.chosen([0, 3])) == [lines[0], lines[3]]
    assert block.chosen(range(4)) is block
    assert list(Block([]).runs()) == []
