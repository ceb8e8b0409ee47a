"""Lines are hashed in a process of their own or here, and nobody can tell where."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from hffix.model import merkle
from hffix.model.hashed import hash_lines
from hffix.workflow import hashing as hashing_module
from hffix.workflow.hashing import HERE, WORTH_IT, Hashing

LINES = [b'["%d","\xe6\x9f\x90"]' % number for number in range(7)]


@pytest.fixture
def apart() -> Iterator[Hashing]:
    with Hashing(lines=WORTH_IT) as hashing:
        yield hashing


@pytest.mark.parametrize("first", [1, 2, 6, 4097])
def test_what_another_process_answers_is_what_is_found_here(apart: Hashing, first: int) -> None:
    assert apart.hashed(LINES, first=first)() == HERE.hashed(LINES, first=first)() == hash_lines(LINES, first=first)
    assert apart.root(LINES)() == HERE.root(LINES)() == merkle.root([merkle.leaf(line) for line in LINES])


def test_no_lines_have_the_root_of_nothing(apart: Hashing) -> None:
    assert apart.root([])() == HERE.root([])() == merkle.EMPTY


def test_a_process_that_died_is_not_missed(apart: Hashing) -> None:
    process = apart._process
    assert process is not None
    assert apart.root(LINES[:1])() == merkle.leaf(LINES[0])
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert apart.hashed(LINES, first=1)() == hash_lines(LINES, first=1)
    assert apart.root(LINES)() == HERE.root(LINES)()


def test_a_process_that_answers_nonsense_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_module, "_MODULE", "this")
    with Hashing(lines=WORTH_IT) as hashing:
        assert hashing.root(LINES)() == HERE.root(LINES)()


def test_a_process_that_cannot_be_started_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Hashing(lines=WORTH_IT) as hashing:
        assert hashing.root(LINES)() == HERE.root(LINES)()


def test_the_process_ends_with_its_use() -> None:
    with Hashing(lines=WORTH_IT) as hashing:
        process = hashing._process
        assert process is not None
        hashing.root(LINES)()
    assert process.poll() is not None


def test_few_lines_are_not_worth_a_process() -> None:
    with Hashing(lines=WORTH_IT - 1) as hashing:
        assert hashing._process is None
        assert hashing.root(LINES)() == HERE.root(LINES)()


def test_an_interrupt_does_not_end_the_process(apart: Hashing) -> None:
    process = apart._process
    assert process is not None
    apart.root(LINES)()
    os.kill(process.pid, signal.SIGINT)
    assert apart.root(LINES)() == HERE.root(LINES)()
    assert process.poll() is None
