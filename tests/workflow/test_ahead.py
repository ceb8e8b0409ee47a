"""Chunks made ready ahead are the chunks that would have been read, whatever sizes are asked for on the way."""

from collections.abc import Callable, Sequence

import pytest

from hffix.errors.applying import NotPlannedHere
from hffix.model.change import Cells, Line
from hffix.store.changesets import ChangeSet
from hffix.workflow.ahead import Ahead
from hffix.workflow.chunk import Chunk
from tests.workflow.merging import craft
from tests.workflow.office import Office, open_office

LEAVES = 25
TABLES = {"person": ("name",)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("ahead") / "office", fixes={})


@pytest.fixture(scope="module")
def change_set(office: Office) -> ChangeSet:
    lines = [line(n, case=None if n < 15 else str((n - 9) // 3)) for n in range(LEAVES)]
    return craft(office, lines, reads=TABLES)


def line(number: int, *, case: str | None) -> Line:
    key: Cells = {"id": {"int": str(number)}}
    return Line(f"{number:032x}", "person", "update", key, {"name": "y"}, {"name": "x"}, None, case)


def taken(change_set: ChangeSet, *, waiting: bool, rows: Callable[[int], int], start: int = 0) -> Sequence[range]:
    """Take all chunks, each of the size given for its number; give the sequence numbers of their lines."""
    found: list[range] = []
    with Ahead(change_set, start=start, waiting=waiting) as chunks:
        while not found or found[-1].stop <= LEAVES:
            chunk = chunks.take(rows(len(found)))
            assert [one.key["id"] for one in chunk.lines] == [{"int": str(n - 1)} for n in _numbers(chunk)]
            assert list(chunk.log.seq) == list(_numbers(chunk))
            found.append(_numbers(chunk))
    return found


def _numbers(chunk: Chunk) -> range:
    return range(chunk.first, chunk.last + 1)


@pytest.mark.parametrize("start", [0, 1, 14, 15, 21])
@pytest.mark.parametrize("waiting", [True, False])
def test_every_line_is_given_once_in_its_order(change_set: ChangeSet, waiting: bool, start: int) -> None:
    found = taken(change_set, waiting=waiting, rows=lambda _: 4, start=start)
    assert [n for numbers in found for n in numbers] == list(range(start + 1, LEAVES + 1))


@pytest.mark.parametrize("waiting", [True, False])
def test_chunks_are_never_larger_than_what_is_asked_when_they_are_taken(change_set: ChangeSet, waiting: bool) -> None:
    asked = [6, 2, 6, 1, 5, 3, 3, 3, 3, 3, 3, 3, 3, 3]
    found = taken(change_set, waiting=waiting, rows=asked.__getitem__)
    assert all(len(numbers) <= rows for numbers, rows in zip(found, asked, strict=False) if numbers.stop <= 15)
    assert [n for numbers in found for n in numbers] == list(range(1, LEAVES + 1))


def test_a_fault_of_the_next_chunk_is_told_when_that_one_is_taken(office: Office) -> None:
    ask = Line(f"{9:032x}", "person", "ask", {"id": {"int": "1"}}, {"rows": "0" * 64}, None)
    crafted = craft(office, [line(n, case=None) for n in range(5)] + [ask], reads=TABLES)
    with Ahead(crafted, start=0, waiting=True) as chunks:
        assert chunks.take(5).last == 5
        with pytest.raises(NotPlannedHere):
            chunks.take(5)
