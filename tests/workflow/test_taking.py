"""Lines are taken in chunks, and a case is never parted, however large the chunk and wherever it begins."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hffix.errors.applying import NotPlannedHere
from hffix.errors.changesets import RowsChanged
from hffix.model.change import Line
from hffix.store.changesets import ChangeSet
from hffix.workflow.taking import Lines, case_of
from tests.workflow.merging import craft
from tests.workflow.office import Office, open_office

Cases = Sequence[int | None]
Make = Callable[..., ChangeSet]

TABLES = {"person": ("name",)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("taking") / "office", fixes={})


@pytest.fixture(scope="module")
def make(office: Office) -> Make:
    """Make a change set of one line for each case given, None where it has none."""

    def made(cases: Cases, *, name: str = "x") -> ChangeSet:
        lines = [
            Line(f"{n:032x}", "person", "update", {"id": {"int": str(n)}}, {"name": "y"}, {"name": name}, None, case)
            for n, case in enumerate(None if number is None else str(number) for number in cases)
        ]
        return craft(office, lines, reads=TABLES)

    return made


def taken(change_set: ChangeSet, *rows: int, start: int = 0) -> list[list[str]]:
    """Take chunks of these sizes, the last size again and again, and name the case of each line."""
    lines, left, chunks = Lines(change_set, start=start), change_set.manifest.leaves - start, list[list[str]]()
    sizes = list(rows)
    while left:
        chunks.append([case_of(line).decode().strip('"') for line in lines.take(sizes[0])])
        left -= len(chunks[-1])
        del sizes[: len(sizes) > 1]
    return chunks


@pytest.mark.parametrize(
    ("cases", "rows", "sizes"),
    [
        ([None] * 5, 2, [2, 2, 1]),
        ([1, 1, 1, 2, 2, 3], 2, [3, 2, 1]),
        ([1, 1, 1, 2, 2, 3], 3, [3, 3]),
        ([1, 1, 1, 2, 2, 3], 4, [3, 3]),
        ([1, 1, 1, 2, 2, 3], 5, [5, 1]),
        ([1, 1, 1, 2, 2, 3], 6, [6]),
        ([None, None, 1, 1], 3, [2, 2]),
        ([None, 0, 0, 7, 7, 10], 3, [3, 3]),
        ([9, 9, 10, 10, 100], 2, [2, 2, 1]),
    ],
)
def test_a_case_that_would_overshoot_goes_to_the_next_chunk(
    make: Make, cases: Cases, rows: int, sizes: list[int]
) -> None:
    assert [len(chunk) for chunk in taken(make(cases), rows)] == sizes


def test_chunks_may_change_their_size(make: Make) -> None:
    assert [len(chunk) for chunk in taken(make([None, None, 1, 1, 2, 2, 3, 3]), 1, 3, 4)] == [1, 3, 4]


def test_what_was_taken_once_is_gone_on_with_at_an_edge(make: Make) -> None:
    change_set = make([None, 1, 1, 2, 2, 3])
    assert taken(change_set, 3, start=3) == [["2", "2", "3"]]


def test_a_beginning_within_a_case_is_refused(make: Make) -> None:
    with pytest.raises(NotPlannedHere):
        Lines(make([None, 1, 1, 2]), start=2).take(9)


def test_eight_megabytes_end_a_chunk_but_never_a_case(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    change_set = make([None, None, None, 1, 1, 1, 1, 2], name="x" * 1000)
    monkeypatch.setattr("hffix.workflow.taking.MOST_BYTES", 2 * 1200)
    assert [len(chunk) for chunk in taken(change_set, 99)] == [2, 1, 4, 1]


def test_a_case_larger_than_any_chunk_is_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hffix.workflow.taking.MOST_ROWS", 4)
    assert [len(chunk) for chunk in taken(make([1, 1, 1, 1, 2]), 1)] == [4, 1]
    with pytest.raises(NotPlannedHere, match="case 1 has more than 4 lines"):
        Lines(make([1, 1, 1, 1, 1])).take(1)


@pytest.mark.parametrize(
    "cases",
    [[2, 1], [1, 2, 1], [1, None], [None, 1, None], [10, 9], [1, 1, 2, 2, 1, 1]],
    ids=str,
)
@pytest.mark.parametrize("rows", [1, 2, 3, 9])
def test_cases_that_are_not_in_their_order_are_refused(make: Make, cases: Cases, rows: int) -> None:
    with pytest.raises(NotPlannedHere, match="do not stand together"):
        taken(make(cases), rows)


def test_lines_that_are_missing_are_told(make: Make) -> None:
    lines = Lines(make([None]))
    lines.take(1)
    with pytest.raises(RowsChanged):
        lines.take(1)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    alone=st.integers(0, 6),
    sizes=st.lists(st.integers(1, 5), max_size=6),
    rows=st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_whatever_the_sizes_every_line_is_taken_once_and_no_case_twice(
    make: Make, alone: int, sizes: list[int], rows: list[int]
) -> None:
    cases = [None] * alone + [case for case, size in enumerate(sizes, start=1) for _ in range(size)]
    if not cases:
        return
    chunks = taken(make(cases), *rows)
    assert [case for chunk in chunks for case in chunk] == ["null" if case is None else str(case) for case in cases]
    homes = [{case for case in chunk if case != "null"} for chunk in chunks]
    assert sum(map(len, homes)) == len(set().union(*homes))
    limits = rows + rows[-1:] * len(chunks)
    assert all(len(chunk) <= limit or len(set(chunk)) == 1 for chunk, limit in zip(chunks, limits, strict=False))


def test_the_case_is_cut_from_the_end_of_a_line_whatever_its_origin_says() -> None:
    line = Line("0" * 32, "t", "delete", {"k": "1"}, {}, None, 'a,"9"],null', None)
    assert case_of(line.encode()) == b"null"
    assert case_of(line._replace(case="12").encode()) == b'"12"'
