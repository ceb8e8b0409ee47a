"""Verify finds what only somebody outside of the database can know: a tail cut off, a chain built anew."""

import sqlite3
from collections.abc import Callable

import pytest

from hffix.changelog import reader
from hffix.database import open_for_reading
from hffix.model import merkle
from hffix.model.record import entries_root, entry_leaf
from hffix.workflow.verify import verify
from tests.workflow.conftest import (
    CHANGE,
    OF_LINE_5,
    RECORD,
    Body,
    codes,
    found,
    journal,
    rechain,
    short,
    take_receipts,
)
from tests.workflow.office import SECOND_OPERATOR, Office, acting_at


def cut(outsider: sqlite3.Connection, *, after: int) -> None:
    """Take the chain back to a record, with all that belongs to what is cut off."""
    outsider.execute("DELETE FROM hffix_record WHERE number > ?", (after,))
    outsider.execute("DELETE FROM hffix_change WHERE run_id > ?", (after,))
    outsider.execute("UPDATE hffix_lineage SET (number, head) = (SELECT number, head FROM hffix_record"
                     " ORDER BY number DESC LIMIT 1)")  # fmt: skip


def test_a_run_that_was_cut_off_is_found_by_receipt_and_journal(desk: Office) -> None:
    with desk.unguarded() as outsider:
        cut(outsider, after=6)
    assert {(code, short(where)) for code, where in found(desk)} == {
        ("receipt-ahead", "receipt 9"),
        ("journal-lost", "records 7-9"),
    }


def test_a_tail_that_was_cut_off_is_found_by_the_journal_alone(desk: Office) -> None:
    with desk.unguarded() as outsider:
        cut(outsider, after=6)
    take_receipts(desk, "00000009")
    assert found(desk) == {("journal-lost", "records 7-9")}


def test_a_tail_that_was_cut_off_is_found_by_the_receipt_alone(desk: Office) -> None:
    with desk.unguarded() as outsider:
        cut(outsider, after=6)
    journal(desk).unlink()
    assert codes(desk) == {"receipt-ahead"}


def test_a_tail_that_was_cut_off_is_found_by_who_saw_it_before(desk: Office) -> None:
    assert codes(desk) == set()
    with desk.unguarded() as outsider:
        cut(outsider, after=6)
    take_receipts(desk, "00000009")
    journal(desk).unlink()
    assert found(desk) == {("went-back", "record 9")}


def test_what_was_seen_is_remembered_only_of_a_whole_chain(desk: Office) -> None:
    desk.tamper(f"{RECORD} kind = 'close' WHERE number = 4")
    verify(desk.setting())
    assert not list((desk.folder / "backups" / "heads").glob("*.seen"))


def test_a_head_that_was_written_down_is_looked_for(desk: Office) -> None:
    head = desk.stored_records()[5].head
    assert codes(desk, expect=head) == set()
    assert found(desk, expect="0" * 64) == {("unexpected-head", "hffix_record")}


@pytest.mark.parametrize(
    ("beginning", "gap"), [("00000001", "records 1-1"), ("00000006", "records 2-6")], ids=["first", "middle"]
)
def test_a_receipt_that_is_gone_leaves_a_gap(desk: Office, beginning: str, gap: str) -> None:
    take_receipts(desk, beginning)
    assert found(desk) == {("receipt-gap", gap)}


def test_a_newest_receipt_that_is_gone_is_pending_where_the_journal_owns_the_records(desk: Office) -> None:
    take_receipts(desk, "00000009")
    verified = verify(desk.setting())
    assert verified.ok
    assert "receipt pending: the newest covers record 6, the chain ends at 9" in verified.notes


@pytest.mark.parametrize(("beginnings", "where"), [(("",), "records 1-9"), (("00000006", "00000009"), "records 2-9")])
def test_receipts_that_a_closed_run_must_have_left_are_missed(
    desk: Office, beginnings: tuple[str, ...], where: str
) -> None:
    for beginning in beginnings:
        take_receipts(desk, beginning)
    assert found(desk) == {("receipt-missing", where)}


def test_a_run_that_was_killed_twice_waits_for_its_receipt_and_is_no_problem(office: Office) -> None:
    change_set = office.approved("1")
    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt), acting_at("chunk.locked", kill, time=times):
            office.apply(change_set, chunk_rows=4)
    verified = verify(office.setting())
    assert (verified.problems, verified.notes[-1][:15]) == ((), "receipt pending")


def kill() -> None:
    raise KeyboardInterrupt


def test_records_that_neither_receipt_nor_journal_owns_are_found(desk: Office) -> None:
    take_receipts(desk, "00000009")
    journal(desk).unlink()
    assert found(desk) == {("unowned-record", f"record {number}") for number in (7, 8, 9)}


def edit(text: bytes) -> bytes:
    return text.replace(b'"wang.qiang"', b'"zhou.yan"')


RECEIPTS: dict[str, tuple[str, Callable[[bytes], bytes | None], set[str]]] = {
    "its text": (".json", edit, {"receipt-signature", "receipt-gap"}),
    "its signature": (".json.sig", lambda text: text.replace(b"A", b"B", 1), {"receipt-signature", "receipt-gap"}),
    "its signature taken away": (
        ".json.sig",
        lambda text: None,
        {"receipt-signature", "receipt-unreadable", "receipt-gap"},
    ),
    "a blank": (".json", lambda text: text + b" ", {"receipt-unreadable", "receipt-gap"}),
}


@pytest.mark.parametrize(("ending", "change", "expected"), RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_that_was_changed_does_not_count(
    desk: Office, ending: str, change: Callable[[bytes], bytes | None], expected: set[str]
) -> None:
    folder = desk.folder / "approvals" / "receipts"
    path = next(one for one in folder.glob("*/00000006.*") if one.name.endswith(ending))
    changed = change(path.read_bytes())
    path.unlink()
    if changed is not None:
        path.write_bytes(changed)
    assert codes(desk) == expected


def test_a_journal_that_was_changed_is_found(desk: Office) -> None:
    journal(desk).write_bytes(journal(desk).read_bytes().replace(b"committed", b"comitted", 1))
    assert codes(desk) == {"journal-damaged"}


def test_a_log_that_is_gone_is_found_by_its_receipts(desk: Office) -> None:
    tables = ("change", "control", "event", "lineage", "record", "run", "version")
    desk.run_script("".join(f"DROP TABLE hffix_{table};" for table in tables))
    assert found(desk) == {("log-missing", "target main")}


def test_a_log_that_was_made_anew_is_found_by_the_old_receipts(desk: Office) -> None:
    tables = ("change", "control", "event", "lineage", "record", "run", "version")
    desk.run_script("".join(f"DROP TABLE hffix_{table};" for table in tables))
    receipts = desk.folder / "approvals" / "receipts"
    receipts.rename(receipts.with_name("aside"))
    desk.init_target()
    for path in (desk.folder / "approvals" / "aside").iterdir():
        path.rename(receipts / path.name)
    # What was made last is the newest; only who kept the old receipts apart from it can tell.
    for path in receipts.glob("*/00000001.*"):
        if path.parent.name in {record.lineage for record in desk.records() if hasattr(record, "lineage")}:
            path.unlink()
    assert ("other-lineage", "target main") in found(desk)


def another_operator(body: Body) -> Body:
    return body | {"operator": SECOND_OPERATOR} if body["number"] == 2 else body


def test_a_chain_rebuilt_with_the_same_code_is_found_by_receipts_and_journal(desk: Office) -> None:
    with desk.unguarded() as outsider:
        rechain(outsider, another_operator)
    assert {(code, short(where)) for code, where in found(desk)} >= {
        ("receipt-differs", "receipt 6"),
        ("receipt-differs", "receipt 9"),
        ("journal-lost", "records 2-9"),
    }


def test_a_chain_rebuilt_where_nothing_else_is_left_is_owned_by_nobody(desk: Office) -> None:
    with desk.unguarded() as outsider:
        rechain(outsider, another_operator)
    take_receipts(desk, "0000")
    journal(desk).unlink()
    # The plan of run 7 names the head that it was made on, and people signed that.
    assert found(desk) == {("chain-head", "run 7"), ("receipt-missing", "records 1-9")} | {
        ("unowned-record", f"record {n}") for n in range(1, 10)
    }


def test_a_row_forged_with_its_leaf_its_chunk_and_the_chain_is_found_by_the_approved_root(desk: Office) -> None:
    with desk.unguarded() as outsider:
        outsider.execute(f"{CHANGE} after = replace(after, '-', '') {OF_LINE_5}")
    with open_for_reading(desk.setting().url, folder=desk.folder) as snapshot:
        rows = next(reader.changes(snapshot, 2, first=5, last=8))
    rows[0] = rows[0]._replace(leaf=merkle.leaf(rows[0].line()).hex())
    entries = entries_root([entry_leaf(row.seq, leaf=row.leaf, outcome="applied", observed_leaf=None) for row in rows])
    with desk.unguarded() as outsider:
        outsider.execute(f"{CHANGE} leaf = ? {OF_LINE_5}", (rows[0].leaf,))
        rechain(outsider, lambda body: body | {"entries": entries} if body["number"] == 4 else body)
    take_receipts(desk, "0000")
    journal(desk).unlink()
    assert ("approved-root", "run 2") in found(desk)
