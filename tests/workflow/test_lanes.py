"""Chunks beside each other end in their order; what fails beside another is undone, and left to be done alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import Conflict
from hffix.errors.targets import Busy, CommitUnknown, ConnectionLost
from hffix.model.besides import Besides, besides_of
from hffix.model.change import Cells, Line
from hffix.model.record import BackupFacts
from hffix.model.schema import Column, ForeignKey, Table
from hffix.model.scope import SideEffect
from hffix.workflow.chunk import Chunk, read_chunk
from hffix.workflow.fitting import TooWide
from hffix.workflow.lanes import Lanes, may_go_beside
from hffix.workflow.writing import Written

NOTHING = besides_of(())


class Lane:
    """A session that remembers what became of its transactions."""

    def __init__(self) -> None:
        self.rolled_back = 0

    def rollback(self) -> None:
        self.rolled_back += 1

    def passing(self, fault: BaseException) -> HffixError | None:
        return ConnectionLost("x") if isinstance(fault, OSError) else None


def line(number: int, *, kind: str = "update", table: str = "t", case: str | None = None, column: str = "a") -> Line:
    before: Cells | None = {column: "x"} if kind != "insert" else None
    after: Cells | None = {column: "y"} if kind in {"update", "insert"} else None
    return Line(f"{number:032x}", table, kind, {"id": {"int": str(number)}}, before, after, None, case)


def chunk(number: int, *lines: Line) -> Chunk:
    return read_chunk([one.encode() for one in lines or [line(number)]], first=number)


class Writing:
    """What writes chunks: it waits for its turn where it is told to, and fails where it is told to."""

    def __init__(self) -> None:
        self.faults: dict[int, Exception] = {}
        self.turns: dict[int, Event] = {}
        self.committed: list[int] = []
        self.sessions: list[object] = []

    def write(self, session: Any, chunk: Chunk) -> Written:
        if chunk.first in self.turns:
            assert self.turns[chunk.first].wait(5)
        if chunk.first in self.faults:
            raise self.faults[chunk.first]
        backup = BackupFacts(root="", rows=0)
        return Written(chunk=chunk, outcomes=Counter(["applied"]), entries="", backup=backup, schema="")

    def commit(self, session: Any, written: Written) -> None:
        self.committed.append(written.chunk.first)
        self.sessions.append(session)


@pytest.fixture
def sessions() -> list[Lane]:
    return [Lane(), Lane()]


@pytest.fixture
def writing() -> Writing:
    return Writing()


@pytest.fixture
def lanes(sessions: list[Any], writing: Writing) -> Iterator[Lanes]:
    lanes = Lanes(sessions, write=writing.write)
    yield lanes
    lanes.close()


def first_of(chunks: Sequence[Chunk]) -> list[int]:
    return [chunk.first for chunk in chunks]


def test_the_second_chunk_is_not_committed_before_the_first_however_quick_it_was(
    lanes: Lanes, writing: Writing, sessions: list[Lane]
) -> None:
    writing.turns[1] = Event()
    lanes.begin(chunk(1))
    assert lanes.free
    lanes.begin(chunk(2))
    assert not lanes.free
    writing.turns[1].set()
    assert [lanes.end(writing.commit), lanes.end(writing.commit)] == [(), ()]
    assert (writing.committed, writing.sessions) == ([1, 2], sessions)
    assert (lanes.free, lanes.going, lanes.table) == (True, False, None)


@pytest.mark.parametrize("fault", [Conflict("x"), Busy("x"), TooWide(1), ConnectionLost("x"), OSError()])
def test_what_fails_is_undone_with_all_that_came_after_it(
    lanes: Lanes, writing: Writing, sessions: list[Lane], fault: Exception
) -> None:
    writing.faults[1] = fault
    lanes.begin(chunk(1))
    lanes.begin(chunk(2))
    assert first_of(lanes.end(writing.commit)) == [1, 2]
    # The first was rolled back where it failed.
    assert ([lane.rolled_back for lane in sessions], writing.committed) == ([0, 1], [])
    assert not lanes.going


def test_what_fails_second_does_not_touch_the_first(lanes: Lanes, writing: Writing) -> None:
    writing.faults[2] = Conflict("x")
    lanes.begin(chunk(1))
    lanes.begin(chunk(2))
    assert lanes.end(writing.commit) == ()
    assert first_of(lanes.end(writing.commit)) == [2]
    assert writing.committed == [1]


@pytest.mark.parametrize("fault", [Busy("x"), ConnectionLost("x"), OSError()])
def test_a_commit_that_passes_is_undone_too(lanes: Lanes, fault: Exception) -> None:
    def commit(session: object, written: Written) -> None:
        raise fault

    lanes.begin(chunk(1))
    lanes.begin(chunk(2))
    assert first_of(lanes.end(commit)) == [1, 2]


@pytest.mark.parametrize("fault", [CommitUnknown("x"), Conflict("x"), KeyboardInterrupt()])
def test_any_other_commit_that_fails_goes_on_to_the_caller_and_the_rest_is_rolled_back(
    lanes: Lanes, sessions: list[Lane], fault: BaseException
) -> None:
    def commit(session: object, written: Written) -> None:
        raise fault

    lanes.begin(chunk(1))
    lanes.begin(chunk(2))
    with pytest.raises(type(fault)):
        lanes.end(commit)
    lanes.close()
    assert sessions[1].rolled_back == 1


def test_after_three_that_were_undone_no_chunk_goes_beside_another(lanes: Lanes, writing: Writing) -> None:
    for number in (1, 2, 3):
        assert lanes.free
        writing.faults[number] = Busy("x")
        lanes.begin(chunk(number))
        assert first_of(lanes.end(writing.commit)) == [number]
    assert not lanes.free


def test_after_a_connection_that_broke_no_chunk_goes_beside_another(lanes: Lanes, writing: Writing) -> None:
    writing.faults[1] = ConnectionLost("x")
    lanes.begin(chunk(1))
    lanes.end(writing.commit)
    assert not lanes.free


def test_without_sessions_nothing_goes_beside() -> None:
    lanes = Lanes([], write=Writing().write)
    assert (lanes.free, lanes.going) == (False, False)
    lanes.close()


TABLE = Table(
    name="t",
    columns=tuple(Column(name=name, type="text", nullable=True) for name in ("id", "a", "u")),
    key=("id",),
    unique=(("u",),),
    checks=(),
    references=(),
    referred=(),
    triggers=(),
    options=(),
)
TO_A = ForeignKey(table="o", columns=("a",), to_table="t", to_columns=("a",), on_update="NO ACTION", on_delete="")


@pytest.mark.parametrize(
    ("table", "lines", "besides", "may"),
    [
        (TABLE, [line(1), line(2)], NOTHING, True),
        (TABLE, [line(1, column="a"), line(2, column="id")], NOTHING, False),
        (TABLE, [line(1, column="u")], NOTHING, False),
        (TABLE, [line(1, kind="insert")], NOTHING, False),
        (TABLE, [line(1, kind="delete")], NOTHING, False),
        (TABLE, [line(1), line(2, kind="delete")], NOTHING, False),
        (TABLE, [line(1), line(2, case="1")], NOTHING, False),
        (TABLE, [line(1), line(2, table="o")], NOTHING, False),
        (replace(TABLE, triggers=(("tr", "x"),)), [line(1)], NOTHING, False),
        (replace(TABLE, options=("rule r",)), [line(1)], NOTHING, False),
        (replace(TABLE, referred=(TO_A,)), [line(1)], NOTHING, False),
        (replace(TABLE, unique=(("u",), ("lower(a)",))), [line(1)], NOTHING, False),
        (TABLE, [line(1)], besides_of([SideEffect(table="o", column="*")]), False),
        (TABLE, [line(1)], besides_of([SideEffect(table="t", column="a")]), True),
    ],
)
def test_only_updates_of_one_tables_plain_columns_go_beside_others(
    table: Table, lines: list[Line], besides: Besides, may: bool
) -> None:
    tables = {"t": table, "o": replace(TABLE, name="o")}
    assert may_go_beside(chunk(1, *lines), tables, besides=besides) is may
