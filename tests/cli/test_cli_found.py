"""What looking back finds: rows that were tampered with, conflicts, drifted rows, damaged change sets."""

import shutil
import sqlite3

import pytest

from hffix.cli.render_status import overview_answer
from hffix.reports.messages import Messages
from tests.cli.conftest import Desk, by


def unguarded(desk: Desk) -> sqlite3.Connection:
    """Open the database with its triggers gone."""
    database = desk.database()
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")
    return database


def test_trace_of_a_tampered_row_says_so_and_ends_with_6(desk: Desk) -> None:
    desk.applied()
    unguarded(desk).execute(
        "UPDATE hffix_change SET after = replace(after, '2011', '2012') WHERE row_key LIKE '%\"500\"%'"
    )
    shown, told = desk("trace", "person", "500"), desk("trace", "person", "500", "--json")
    fault = "the change log's row does not give its leaf: run hffix verify"
    assert (shown.status, shown.first[0], shown.out.splitlines()[1].strip()) == (6, "!", fault)
    assert (told.told["faults"], told.told["error"]["code"]) == ([fault], "HFX-705")


@pytest.fixture
def conflict(desk: Desk) -> str:
    """A change set whose run left person 500 as it was found."""
    script = desk.folder / "fixes" / "0001_dates.py"
    script.write_text(script.read_text().replace('risk="low"', 'risk="low", on_conflict="skip"'))
    change_set = desk.approved()
    desk.database().execute("UPDATE person SET opened_on = 'later' WHERE no = 500")
    desk.done("apply", change_set, *by("wang.qiang"))
    return change_set


def test_trace_of_a_conflict_says_that_nothing_was_written_and_what_was_found(desk: Desk, conflict: str) -> None:
    shown = desk.done("trace", "person", "500")
    assert shown.first == "✓ person 500: 1 conflict, never written."
    assert "  opened_on   found: later" in shown.out.splitlines()
    assert "left as found by wang.qiang" in shown.out
    assert "applied it" not in shown.out
    (change,) = desk.done("trace", "person", "500", "--json").told["changes"]
    assert change["observed"] == [{"column": "opened_on", "value": "later"}]
    toml = desk.folder / "hffix.toml"
    toml.write_text(toml.read_text().replace("[columns]", '[columns]\n"person.opened_on" = "all"'))
    assert "later" not in desk.done("trace", "person", "500").out
    assert change["change_set"] == conflict


def test_the_conflicts_of_a_run_are_found_from_the_list_of_runs(desk: Desk, conflict: str) -> None:
    assert desk.done("runs").last == f"Next: hffix status {conflict}"
    told = desk.done("status", conflict, "--json").told
    assert (told["drifted_rows"], told["conflict_rows"]) == ([], [{"table": "person", "key": "500"}])
    assert "person 500" in desk.done("status", conflict).out


def test_rows_that_drifted_are_named(desk: Desk) -> None:
    change_set = desk.planned()
    desk.database().execute("UPDATE person SET opened_on = 'later' WHERE no IN (500, 501)")
    rows = [{"table": "person", "key": "500"}, {"table": "person", "key": "501"}]
    assert desk.done("status", change_set, "--json").told["drifted_rows"] == rows
    assert {"person 500", "person 501"} <= {line[-10:] for line in desk.done("status", change_set).out.splitlines()}


def test_records_that_follow_each_other_are_one_line(desk: Desk) -> None:
    desk.applied()
    shutil.rmtree(desk.folder / "approvals" / "receipts")
    shutil.rmtree(desk.folder / "backups" / "heads")
    shown, told = desk("verify"), desk("verify", "--json").told
    lines = [line for line in shown.out.splitlines() if "unowned-record" in line]
    numbers = [one["where"] for one in told["problems"] if one["code"] == "unowned-record"]
    assert numbers == [f"record {number}" for number in range(1, len(numbers) + 1)]
    assert lines == [
        f"  unowned-record records 1\N{EN DASH}{len(numbers)}: no receipt and no journal of this machine owns it"
    ]


def test_damaged_change_sets_are_named_beside_the_others() -> None:
    answer = overview_answer((), damaged=("0123456789ab",), say=Messages("en"), width=100)
    assert answer.page.splitlines()[:2] == ["! 0 change sets", "1 damaged change set: 0123456789ab"]
    assert answer.data == {"results": [], "damaged": ["0123456789ab"]}
