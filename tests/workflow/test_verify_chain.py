"""Verify finds every change of the chain's records, of the row that says where it ends, and of the triggers."""

import pytest

from tests.workflow.conftest import RECORD, Sql, found, run_all, short
from tests.workflow.office import Office

RECORDS: dict[str, tuple[Sql, set[tuple[str, str]]]] = {
    "the copy of a number": (
        f"{RECORD} run_id = 7 WHERE number = 4",
        {("columns-differ", "record 4")},
    ),
    "the copy of a kind": (f"{RECORD} kind = 'close' WHERE number = 4", {("columns-differ", "record 4")}),
    "a head": (
        f"{RECORD} head = '{'0' * 64}' WHERE number = 4",
        {
            ("record-head", "record 4"),
            ("record-head", "record 5"),
            ("receipt-differs", "receipt 6"),
            ("journal-lost", "record 4"),
        },
    ),
    "an operator": (
        f"{RECORD} body = replace(body, 'wang.qiang', 'zhou.yan') WHERE number = 2",
        {("record-head", "record 2")},
    ),
    "an approval": (
        f'{RECORD} body = replace(body, \'"statements":["\', \'"statements":["{"0" * 64}","\') WHERE number = 2',
        {("record-head", "record 2"), ("statement-missing", "record 2")},
    ),
    "a manifest": (
        f"{RECORD} body = json_set(body, '$.manifest', '{'0' * 64}') WHERE number = 2",
        {("record-head", "record 2"), ("manifest", "run 2")},
    ),
    "a chunk's entries": (
        f"{RECORD} body = json_set(body, '$.entries', '{'0' * 64}') WHERE number = 4",
        {("record-head", "record 4"), ("entries-root", "run 2, lines 5-8")},
    ),
    "a chunk's lines": (
        f"{RECORD} body = json_set(body, '$.last', 9) WHERE number = 5",
        {("record-head", "record 5"), ("protocol", "record 5"), ("log-row-inserted", "run 2")},
    ),
    "a close's sums": (
        f"{RECORD} body = json_set(body, '$.applied', 10) WHERE number = 6",
        {("record-head", "record 6"), ("protocol", "record 6")},
    ),
    "a close's state": (
        f"{RECORD} body = json_set(body, '$.state', 'closed') WHERE number = 6",
        {("record-head", "record 6"), ("close-state", "run 2")},
    ),
    "an approved root": (
        f"{RECORD} body = json_set(body, '$.root', '{'0' * 64}') WHERE number = 2",
        {("record-head", "record 2"), ("approved-root", "run 2")},
    ),
    "a time": (
        f"{RECORD} body = json_set(body, '$.time', '2001-01-01T00:00:00Z') WHERE number = 5",
        {("record-head", "record 5"), ("record-time", "record 5")},
    ),
    "a time that is none": (
        f"{RECORD} body = json_set(body, '$.time', 'noon') WHERE number = 5",
        {("record-head", "record 5"), ("record-time", "record 5")},
    ),
    "a body with a blank": (
        f"{RECORD} body = body || ' ' WHERE number = 9",
        {("record-head", "record 9"), ("record-body", "record 9")},
    ),
    "a body made a blob": (f"{RECORD} body = x'00' WHERE number = 9", {("record-unreadable", "hffix_record")}),
}


@pytest.mark.parametrize(("script", "expected"), RECORDS.values(), ids=RECORDS)
def test_a_change_of_a_record_is_found(desk: Office, script: Sql, expected: set[tuple[str, str]]) -> None:
    run_all(desk, script)
    # Receipts are named by their file; the number of the record that they cover last says enough here.
    assert {(code, short(where)) for code, where in found(desk)} >= expected


def test_a_middle_record_that_is_gone_is_found(desk: Office) -> None:
    desk.tamper("DELETE FROM hffix_record WHERE number = 4")
    assert ("record-missing", "record 4") in found(desk)


def test_the_first_record_that_is_gone_is_found(desk: Office) -> None:
    desk.tamper("DELETE FROM hffix_record WHERE number = 1")
    assert ("record-missing", "record 1") in found(desk)


def test_the_last_record_that_is_gone_is_found_by_the_end_of_the_chain(desk: Office) -> None:
    desk.tamper("DELETE FROM hffix_record WHERE number = 9")
    assert ("record-missing", "record 9") in found(desk)


@pytest.mark.parametrize(
    "script",
    [
        "DELETE FROM hffix_lineage",
        "INSERT INTO hffix_lineage VALUES (9, '', NULL)",
        "UPDATE hffix_lineage SET number = 8",
    ],
)
def test_the_row_of_the_lineage_is_held_against_the_chain(desk: Office, script: str) -> None:
    run_all(desk, script)
    assert found(desk) == {("lineage-row", "hffix_lineage")}


# Triggers.


@pytest.mark.parametrize("trigger", ["hffix_change_delete", "hffix_change_update", "hffix_record_insert"])
def test_a_trigger_that_is_gone_is_found(desk: Office, trigger: str) -> None:
    desk.run_script(f"DROP TRIGGER {trigger}")
    assert found(desk) == {("trigger-missing", trigger)}


def test_a_trigger_that_was_altered_is_found(desk: Office) -> None:
    desk.run_script(
        "DROP TRIGGER hffix_record_delete;"
        "CREATE TRIGGER hffix_record_delete BEFORE DELETE ON hffix_record BEGIN SELECT 1; END;"
    )
    assert found(desk) == {("trigger-missing", "hffix_record_delete")}
