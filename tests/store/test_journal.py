from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hffix.errors.evidence import BrokenChain
from hffix.store.journal import Heads, Journal

if TYPE_CHECKING:
    from pathlib import Path

NONE, A, B, C = "0" * 64, "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "backups" / "heads" / ("1" * 32 + ".jsonl"))


def test_a_journal_that_is_not_there_says_nothing(journal: Journal) -> None:
    assert journal.read() == Heads(owned={}, confirmed={})


def test_what_is_intended_is_owned_and_not_yet_confirmed(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    assert journal.path.read_bytes() == b'{"head":"%s","number":1,"previous":"%s"}\n' % (A.encode(), NONE.encode())
    assert journal.read() == Heads(owned={1: A}, confirmed={})


def test_what_was_committed_is_confirmed(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    journal.confirm(1)
    assert journal.path.read_bytes().endswith(b'\n{"committed":1}\n')
    assert journal.read() == Heads(owned={1: A}, confirmed={1: A})


def test_a_head_that_a_later_line_extends_is_confirmed(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    journal.intend(2, B, A)
    assert journal.read() == Heads(owned={1: A, 2: B}, confirmed={1: A})


def test_a_record_tried_again_is_owned_with_its_later_head_only(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    journal.intend(1, B, NONE)
    journal.intend(2, C, B)
    assert journal.read() == Heads(owned={1: B, 2: C}, confirmed={1: B})


def test_a_confirmed_head_stays_confirmed_while_another_of_its_number_is_only_intended(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    journal.confirm(1)
    journal.intend(1, B, NONE)
    assert journal.read() == Heads(owned={1: B}, confirmed={1: A})


def test_records_of_others_between_our_own_are_neither_owned_nor_confirmed(journal: Journal) -> None:
    journal.intend(1, A, NONE)
    journal.intend(5, C, B)
    assert journal.read() == Heads(owned={1: A, 5: C}, confirmed={})


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_last_line_that_a_crash_cut_is_passed_over_and_then_cut_off(journal: Journal, cut: int) -> None:
    journal.intend(1, A, NONE)
    whole = journal.path.read_bytes()
    journal.intend(2, B, A)
    journal.path.write_bytes(journal.path.read_bytes()[:-cut])
    assert journal.read() == Heads(owned={1: A}, confirmed={})
    journal.confirm(1)
    assert journal.path.read_bytes() == whole + b'{"committed":1}\n'


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"committed":2}',
        b'{"committed":"1"}',
        b'{"committed":1,"number":1}',
        b'{"committed": 1}',
        b'{"head":"%s","number":2}' % A.encode(),
        b'{"head":"%s","number":2,"previous":"x"}' % A.encode(),
        b'{"head":"%s","number":true,"previous":"%s"}' % (B.encode(), A.encode()),
        b'{"committed":true}',
    ],
)
def test_any_other_line_is_refused_by_its_place(journal: Journal, line: bytes) -> None:
    journal.intend(1, A, NONE)
    with journal.path.open("ab") as file:
        file.write(line + b"\n")
    journal.intend(3, C, B)
    with pytest.raises(BrokenChain, match=r"jsonl, line 2"):
        journal.read()


def test_what_is_intended_is_on_the_disk_before_anything_can_be_committed(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.intend(1, A, NONE)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    journal.intend(2, B, A)
    assert synced == [journal.path.stat().st_size]
