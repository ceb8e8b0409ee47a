"""Verify finds every change of the log's rows, and says nothing of what is whole."""

import pytest

from hffix.changelog import reader
from hffix.database import open_for_reading
from hffix.errors.evidence import NoSuchRun
from hffix.errors.targets import NoChangeLog
from hffix.model import merkle
from hffix.workflow.verify import Live, verify
from tests.workflow.conftest import CHANGE, OF_LINE_5, RECORD, Sql, codes, found, run_all, take_receipts
from tests.workflow.office import Office, open_office

# What nobody touched.


def test_an_untouched_office_is_whole(office: Office) -> None:
    office.correct("1", chunk_rows=4)
    office.correct("2")
    verified = verify(office.setting(), data=True)
    assert (verified.ok, verified.problems, verified.notes) == (True, (), ())
    assert (verified.runs, verified.records, verified.rows) == (2, 9, 15)
    assert verified.head == office.stored_records()[-1].head
    assert verified.live == Live(holding=15, changed=0)


def test_a_new_change_log_is_whole(office: Office) -> None:
    verified = verify(office.setting())
    assert (verified.ok, verified.records, verified.runs, verified.live) == (True, 1, 0, None)


def test_one_run_can_be_verified_by_itself(desk: Office) -> None:
    verified = verify(desk.setting(), run=7)
    assert (verified.ok, verified.runs, verified.rows) == (True, 1, 4)


def test_a_run_that_never_was_is_refused(desk: Office) -> None:
    with pytest.raises(NoSuchRun):
        verify(desk.setting(), run=3)


def test_a_database_that_never_had_a_change_log_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = open_office(tmp_path_factory.mktemp("new") / "office", founded=False)
    with pytest.raises(NoChangeLog):
        verify(office.setting())


def test_verifying_writes_nothing_into_the_target(desk: Office) -> None:
    before = desk.database.read_bytes()
    verify(desk.setting(), data=True)
    assert desk.database.read_bytes() == before


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_either_journal_of_sqlite_is_read(tmp_path_factory: pytest.TempPathFactory, journal: str) -> None:
    office = open_office(tmp_path_factory.mktemp(journal) / "office", journal=journal)
    office.correct("1")
    assert codes(office) == set()


def test_a_copy_elsewhere_is_whole_and_said_to_be_one(desk: Office) -> None:
    verified = verify(desk.setting())
    assert (verified.ok, verified.notes) == (
        True,
        ("the database stands at another place than its change log says",),
    )


# Rows of the log.

SWAPPED = (
    f"{CHANGE} seq = -1 {OF_LINE_5}",
    f"{CHANGE} seq = 5 WHERE run_id = 2 AND seq = 6",
    f"{CHANGE} seq = 6 WHERE run_id = 2 AND seq = -1",
)
ANOTHER_LINE = (
    "INSERT INTO hffix_change SELECT run_id, {seq}, salt, table_name, kind, row_key, before, after, origin, case_id,"
    f" leaf, outcome, observed, observed_leaf FROM hffix_change {OF_LINE_5}"
)
# The line stays the same, byte for byte: only where one column ends and the next begins is another.
MOVED = f"""{CHANGE} before = substr(before, 1, instr(before, ',"opened_on"') - 1),
    after = substr(before, instr(before, ',"opened_on"') + 1) || ',' || after {OF_LINE_5}"""
EMPTIED = f"{CHANGE} origin = '' {OF_LINE_5}"

ROWS: dict[str, tuple[Sql, set[tuple[str, str]]]] = {
    "a before-image": (f"{CHANGE} before = '{{}}' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "an after-image": (f"{CHANGE} after = replace(after, '-', '') {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a key": (f"""{CHANGE} row_key = '{{"id":{{"int":"6"}}}}' {OF_LINE_5}""", {("log-row-edited", "run 2, line 5")}),
    "a salt": (f"{CHANGE} salt = '{'0' * 32}' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a table": (f"{CHANGE} table_name = 'loan' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a kind": (f"{CHANGE} kind = 'insert' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "an origin": (f"{CHANGE} origin = '\"x\"' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a case": (f"{CHANGE} case_id = '\"1\"' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a leaf": (f"{CHANGE} leaf = '{'0' * 64}' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "what was observed": (
        f"{CHANGE} observed = '[]', observed_leaf = '{'0' * 64}' {OF_LINE_5}",
        {("log-row-edited", "run 2, line 5")},
    ),
    "a text made a blob": (f"{CHANGE} table_name = x'00' {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "a text that is not UTF-8": (
        f"{CHANGE} before = CAST(x'ff' AS TEXT) {OF_LINE_5}",
        {("log-unreadable", "run 2, lines 5-8")},
    ),
    "bytes moved from one column to the next": (MOVED, {("log-row-edited", "run 2, line 5")}),
    "nothing made an empty text": (EMPTIED, {("log-row-edited", "run 2, line 5")}),
    "null made nothing": (f"{CHANGE} before = NULL {OF_LINE_5}", {("log-row-edited", "run 2, line 5")}),
    "an outcome": (f"{CHANGE} outcome = 'conflict' {OF_LINE_5}", {("outcome", "run 2, lines 5-8")}),
    "an outcome that is none": (f"{CHANGE} outcome = '' {OF_LINE_5}", {("outcome", "run 2, lines 5-8")}),
    "a row taken away": (f"DELETE FROM hffix_change {OF_LINE_5}", {("log-row-missing", "run 2, line 5")}),
    "the last row taken away": (
        "DELETE FROM hffix_change WHERE run_id = 2 AND seq = 11",
        {("log-row-missing", "run 2, line 11")},
    ),
    "a chunk's rows taken away": (
        "DELETE FROM hffix_change WHERE run_id = 2 AND seq BETWEEN 5 AND 8",
        {("log-row-missing", "run 2, lines 5-8")},
    ),
    "a run's rows taken away": (
        "DELETE FROM hffix_change WHERE run_id = 7",
        {("log-row-missing", "run 7, lines 1-4")},
    ),
    "a row added behind": (ANOTHER_LINE.format(seq=12), {("log-row-inserted", "run 2")}),
    "a row added before": (ANOTHER_LINE.format(seq=0), {("log-row-inserted", "run 2")}),
    "a row added between": (ANOTHER_LINE.format(seq=5.5), {("outcome", "run 2, lines 5-8")}),
    "a row under a number that is none": (ANOTHER_LINE.format(seq="'x'"), {("log-row-inserted", "run 2")}),
    "a row under another run": (
        f"{CHANGE} run_id = 3 {OF_LINE_5}",
        {("log-row-missing", "run 2, line 5"), ("log-row-inserted", "run 3")},
    ),
    "a row replaced by another, leaf and all": (
        (
            f"DELETE FROM hffix_change {OF_LINE_5}",
            ANOTHER_LINE.format(seq=5).replace(OF_LINE_5, "WHERE run_id = 2 AND seq = 6"),
        ),
        {("entries-root", "run 2, lines 5-8")},
    ),
    "two rows that changed places": (SWAPPED, {("entries-root", "run 2, lines 5-8")}),
    "texts erased without a word": (
        f"{CHANGE} salt = NULL, row_key = NULL, before = NULL, after = NULL {OF_LINE_5}",
        {("erased-unnamed", "run 2, line 5")},
    ),
}


@pytest.mark.parametrize(("script", "expected"), ROWS.values(), ids=ROWS)
def test_a_change_of_the_log_is_found(desk: Office, script: Sql, expected: set[tuple[str, str]]) -> None:
    run_all(desk, script)
    assert found(desk) == expected


def test_moved_bytes_leave_the_leaf_as_it_was(desk: Office) -> None:
    run_all(desk, MOVED)
    with open_for_reading(desk.setting().url, folder=desk.folder) as snapshot:
        row = next(reader.changes(snapshot, 2, first=5, last=5))[0]
    assert merkle.leaf(row.line()).hex() == row.leaf


def test_every_edited_row_is_named(desk: Office) -> None:
    desk.tamper(f"{CHANGE} after = replace(after, '-', '') WHERE run_id = 2 AND seq IN (1, 5, 11)")
    assert found(desk) == {("log-row-edited", f"run 2, line {line}") for line in (1, 5, 11)}


def test_no_problem_repeats_a_value_of_a_row(desk: Office) -> None:
    secret = "3301021900"
    desk.tamper(f'{CHANGE} before = \'{{"id_no":"{secret}"}}\' {OF_LINE_5}')
    verified = verify(desk.setting(), data=True)
    assert verified.problems
    assert secret not in repr(verified)


def test_problems_of_one_kind_are_listed_up_to_a_hundred(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = open_office(tmp_path_factory.mktemp("many") / "office", persons=150)
    office.correct("1")
    rows = office.tamper(f"{CHANGE} salt = '{'0' * 32}' WHERE run_id = 2")
    verified = verify(office.setting())
    assert len(verified.problems) == 100
    assert verified.notes == (f"{rows - 100} more problems of the kind log-row-edited are not listed",)


def test_a_log_table_that_is_gone_is_found(desk: Office) -> None:
    desk.run_script("ALTER TABLE hffix_change RENAME TO elsewhere")
    assert ("log-unreadable", "hffix_change") in found(desk)


# Everything at once.


def test_all_that_is_wrong_is_told_at_once(desk: Office) -> None:
    desk.tamper(f"{CHANGE} after = '{{}}' {OF_LINE_5}")
    desk.tamper(f"{RECORD} kind = 'close' WHERE number = 8")
    take_receipts(desk, "00000001")
    next((desk.folder / "backups" / "7").iterdir()).unlink()
    desk.run_script("DROP TRIGGER hffix_record_delete")
    assert found(desk) == {
        ("log-row-edited", "run 2, line 5"),
        ("columns-differ", "record 8"),
        ("receipt-gap", "records 1-1"),
        ("backup-missing", "run 7, backup of lines 1-4"),
        ("trigger-missing", "hffix_record_delete"),
    }
