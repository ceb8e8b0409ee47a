"""Lines are hashed in a process of their own or here, and nobody can tell where."""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hffix.changelog.rows import log_columns, parts_of
from hffix.model import merkle
from hffix.model.change import Line
from hffix.model.hashed import hash_lines
from hffix.model.manifest import Root
from hffix.store.line_files import compress, text_of
from hffix.workflow import hashing as hashing_module
from hffix.workflow.hashing import HERE, MOST_WAITING, WORTH_IT, Hashing
from hffix.workflow.verify_folded import Nodes, fold

PLANNED = [
    Line("0" * 32, "person", "update", {"id": {"int": str(number)}}, {"name": "\u67d0"}, {"name": None}, None, None)
    for number in range(7)
]
ROWS = log_columns(
    parts_of(PLANNED),
    first=4,
    leaves=[merkle.leaf(line.encode()).hex() for line in PLANNED],
    outcome="applied",
)
LINES = [b'["%d","\xe6\x9f\x90"]' % number for number in range(7)]


@pytest.fixture
def apart() -> Iterator[Hashing]:
    with Hashing(lines=WORTH_IT) as hashing:
        yield hashing


@pytest.mark.parametrize("first", [1, 2, 6, 4097])
def test_what_another_process_answers_is_what_is_found_here(apart: Hashing, first: int) -> None:
    assert apart.hashed(LINES, first=first)() == HERE.hashed(LINES, first=first)() == hash_lines(LINES, first=first)
    assert apart.root(LINES)() == HERE.root(LINES)() == merkle.root([merkle.leaf(line) for line in LINES])


@pytest.mark.parametrize("portion", [2, 3, 7, 8])
def test_rows_of_the_log_come_to_the_same_tree(apart: Hashing, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    monkeypatch.setattr(hashing_module, "_PORTION", portion)
    whole = fold(ROWS, first=3, entry=2)
    assert whole is not None
    for hashing in (apart, HERE):
        folded = hashing.folded(ROWS, first=3, entry=2)()
        assert folded is not None
        for nodes, wanted, before in ((folded.leaves, whole.leaves, 3), (folded.entries, whole.entries, 2)):
            assert rooted(nodes, before) == rooted(wanted, before)


def rooted(nodes: Nodes, before: int) -> bytes:
    tree = merkle.Tree()
    tree.add([bytes(32)] * before)
    for size, node in nodes:
        tree.add_node(node, leaves=size)
    return tree.root()


@pytest.mark.parametrize(
    "changed", [{"after": ["null"] * 7}, {"salt": [None] * 7}, {"leaf": [b"\x00"] * 7}, {"kind": [2**70] * 7}]
)
def test_rows_that_do_not_give_their_leaves_come_to_nothing(apart: Hashing, changed: dict[str, Any]) -> None:
    block = ROWS._replace(**changed)
    assert apart.folded(block, first=0, entry=0)() is None
    assert HERE.folded(block, first=0, entry=0)() is None
    assert apart.root(LINES)() == HERE.root(LINES)()


def test_a_backup_part_has_the_root_of_its_lines(apart: Hashing) -> None:
    data = compress(text_of(LINES))
    root = Root(root=HERE.root(LINES)().hex(), leaves=7)
    assert apart.part(data)() == HERE.part(data)() == root


@pytest.mark.parametrize(
    "data", [b"", b"none", compress(text_of(LINES))[:-1], compress(text_of([*LINES, b'"%s"' % (b"0" * 64)]))]
)
def test_a_backup_part_that_is_not_whole_has_no_root(apart: Hashing, data: bytes) -> None:
    assert apart.part(data)() is None
    assert HERE.part(data)() is None


def test_many_questions_may_wait_for_their_answers(apart: Hashing) -> None:
    lines = [b"%07d" % number for number in range(100_000)]
    asked = [apart.hashed(lines[number:], first=1) for number in range(3 * MOST_WAITING)]
    for number, hashed in reversed(list(enumerate(asked))):
        assert len(hashed().leaves) == 32 * (len(lines) - number)


def test_what_was_not_answered_before_the_end_is_answered_here() -> None:
    with Hashing(lines=WORTH_IT) as hashing:
        asked = [hashing.root(LINES[:number]) for number in range(1, 8)]
    assert [root() for root in asked] == [HERE.root(LINES[:number])() for number in range(1, 8)]


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
