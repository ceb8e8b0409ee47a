"""Verify holds every run against what was approved and what was backed up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hffix.model import merkle
from hffix.store.backups import read_part
from hffix.store.line_files import compress, text_of
from hffix.workflow.close import close
from hffix.workflow.verify import verify
from tests.workflow.conftest import found, opened
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, SECOND_OPERATOR, Office, dying_at

# Backup parts.

FIRST_PART = "run 2, backup of lines 1-4"


def part(office: Office) -> Path:
    return next((office.folder / "backups" / "2").glob("1-*"))


def test_a_backup_part_that_is_gone_is_found(desk: Office) -> None:
    part(desk).unlink()
    assert found(desk) == {("backup-missing", FIRST_PART)}


PARTS: dict[str, Callable[[list[bytes]], bytes]] = {
    "a byte": lambda lines: compress(text_of([lines[0].replace(b"1991", b"1992"), *lines[1:]])),
    "its order": lambda lines: compress(text_of(lines[::-1])),
    "a line less": lambda lines: compress(text_of(lines[:-1])),
    "a line more": lambda lines: compress(text_of([*lines, lines[-1]])),
    "what is no part at all": lambda lines: b"nothing",
    "nothing": lambda lines: b"",
}


@pytest.mark.parametrize("change", PARTS.values(), ids=PARTS)
def test_a_backup_part_that_was_changed_is_found(desk: Office, change: Callable[[list[bytes]], bytes]) -> None:
    path = part(desk)
    path.write_bytes(change(read_part(path)))
    assert found(desk) == {("backup-damaged", FIRST_PART)}


def test_a_line_erased_from_a_backup_part_without_a_word_is_found(desk: Office) -> None:
    path = part(desk)
    first, *others = read_part(path)
    path.write_bytes(compress(text_of([b'"' + merkle.leaf(first).hex().encode() + b'"', *others])))
    assert found(desk) == {("erased-unnamed", FIRST_PART)}


def test_a_part_that_no_record_names_does_not_count(desk: Office) -> None:
    (desk.folder / "backups" / "2" / f"99-{'0' * 12}.jsonl.zst").write_bytes(b"left by a killed run")
    assert found(desk) == set()


# Runs that are open, or were closed before their end.


def half_done(office: Office) -> Office:
    """Leave a run after its second chunk."""
    change_set = office.plan("1")
    office.approve(change_set)
    with dying_at("chunk.confirmed", time=2):
        office.apply(change_set, chunk_rows=4)
    return office


def test_an_open_run_is_whole_and_its_receipt_pending(office: Office) -> None:
    verified = verify(half_done(office).setting())
    assert (verified.ok, verified.rows) == (True, 8)
    assert verified.notes == ("receipt pending: the newest covers record 1, the chain ends at 4",)


def test_an_open_run_is_held_against_the_lines_of_its_change_set(office: Office) -> None:
    half_done(office)
    rows = office.folder / "changesets"
    path = next(rows.glob("*/rows-00001.jsonl.zst"))
    path.write_bytes(path.read_bytes()[:-1])
    assert found(office) == {("change-set", "run 2")}


def test_an_open_run_whose_change_set_is_elsewhere_is_held_against_no_root(office: Office) -> None:
    half_done(office)
    next((office.folder / "changesets").glob("*/rows-00001.jsonl.zst")).unlink()
    verified = verify(office.setting())
    assert verified.ok
    assert any("held against no root" in note for note in verified.notes)


@pytest.mark.parametrize("boundary", ["open.committed", "chunk.journaled", "chunk.committed", "close.committed"])
def test_a_run_that_was_killed_is_whole(office: Office, boundary: str) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    with dying_at(boundary):
        office.apply(change_set, chunk_rows=4)
    assert found(office) == set()


def test_a_run_that_another_operator_went_on_with_is_whole(office: Office) -> None:
    half_done(office)
    office.apply(office.find(opened(office).manifest), by=SECOND_OPERATOR)
    assert found(office) == set()


def test_a_run_that_was_closed_before_its_end_gives_the_approved_root(office: Office) -> None:
    half_done(office)
    assert close(office.setting(OPERATOR), office.find(opened(office).manifest)).state == "closed"
    assert found(office) == set()


def test_conflicts_that_were_skipped_are_whole(office: Office) -> None:
    change_set = office.plan("2")
    office.approve(change_set)
    office.ask("UPDATE loan SET due_on = '2024/9/9' WHERE loan_no = 'L2'")
    assert office.apply(change_set).conflicts == 1
    verified = verify(office.setting(), data=True)
    assert verified.ok
    assert verified.live is not None
    assert (verified.live.holding, verified.live.changed) == (3, 0)


def test_deleted_rows_are_whole(office: Office) -> None:
    office.correct("3", approvers=(LEADER, AUDITOR))
    assert found(office) == set()


def test_what_a_conflict_found_cannot_be_changed(office: Office) -> None:
    change_set = office.plan("2")
    office.approve(change_set)
    office.ask("UPDATE loan SET due_on = '2024/9/9' WHERE loan_no = 'L2'")
    office.apply(change_set)
    office.tamper("UPDATE hffix_change SET observed = replace(observed, '9/9', '8/8') WHERE outcome = 'conflict'")
    assert found(office) == {("log-row-edited", "run 2, line 2")}
