import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from hffix.database.session import Row
from hffix.errors.targets import QueryFailed
from hffix.workflow import pages
from hffix.workflow.pages import read_ahead


def _pages(count: int, read: list[int]) -> Iterator[list[Row]]:
    for number in range(count):
        read.append(number)
        yield [(number,)]


def test_the_next_page_is_read_while_one_is_worked_on() -> None:
    there = threading.Event()

    def two() -> Iterator[list[Row]]:
        yield [(1,)]
        there.set()
        yield [(2,)]

    with closing(read_ahead(two())) as ahead:
        assert next(ahead) == [(1,)]
        assert there.wait(10)
        assert list(ahead) == [[(2,)]]


def test_a_page_that_fails_is_told_behind_those_before_it() -> None:
    def failing() -> Iterator[list[Row]]:
        yield [(1,)]
        raise QueryFailed("no")

    with closing(read_ahead(failing())) as ahead:
        assert next(ahead) == [(1,)]
        with pytest.raises(QueryFailed, match="no"):
            next(ahead)


def test_nothing_is_read_any_more_once_it_is_closed() -> None:
    read = list[int]()
    with closing(read_ahead(_pages(9, read))) as ahead:
        next(ahead)
    known = list(read)

    assert known in ([0], [0, 1])
    assert "hffix-page" not in {thread.name.rpartition("_")[0] for thread in threading.enumerate()}


def test_where_pages_take_long_none_is_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_QUICK_SECONDS", 0.0)
    read = list[int]()
    with closing(read_ahead(_pages(3, read))) as ahead:
        for number, _ in enumerate(ahead):
            assert read == list(range(number + 1))
    assert read == [0, 1, 2]


def test_of_no_pages_none_is_given() -> None:
    with closing(read_ahead(_pages(0, []))) as ahead:
        assert list(ahead) == []
