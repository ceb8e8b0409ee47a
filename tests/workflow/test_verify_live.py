"""Verify compares the live rows with what was written last, and blames nobody for what came after."""

import pytest

from hffix.workflow import verify_live
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import Live, verify
from hffix.workflow.verify_held import Held
from tests.workflow.office import AUDITOR, LEADER, Office

CHANGED: dict[str, tuple[str, Live]] = {
    "nothing": ("SELECT 1", Live(holding=15, changed=0)),
    "a cell that was written": ("UPDATE person SET opened_on = 'x' WHERE id = 3", Live(holding=14, changed=1)),
    "a cell that was not written": ("UPDATE person SET name = 'x' WHERE id = 3", Live(holding=15, changed=0)),
    "a cell that only some rows wrote": ("UPDATE person SET id_no = 'x'", Live(holding=13, changed=2)),
    "a row taken away": ("DELETE FROM person WHERE id = 3", Live(holding=14, changed=1)),
    "rows of two tables": (
        "UPDATE person SET opened_on = 'x' WHERE id < 3; DELETE FROM loan",
        Live(holding=9, changed=6),
    ),
    "a text made a blob": (
        "UPDATE person SET opened_on = CAST(opened_on AS BLOB) WHERE id = 3",
        Live(holding=14, changed=1),
    ),
    "a key in another form": ("UPDATE loan SET loan_no = 'l1' WHERE loan_no = 'L1'", Live(holding=14, changed=1)),
}


@pytest.mark.parametrize(("script", "live"), CHANGED.values(), ids=CHANGED)
def test_what_was_changed_since_is_counted_and_is_no_problem(desk: Office, script: str, live: Live) -> None:
    desk.run_script(script)
    verified = verify(desk.setting(), data=True)
    assert (verified.ok, verified.live) == (True, live)


@pytest.mark.parametrize("script", [script for script, _ in CHANGED.values()], ids=CHANGED)
def test_what_is_said_at_once_is_what_is_said_row_by_row(
    desk: Office, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    desk.run_script(script)
    at_once = verify(desk.setting(), data=True)
    monkeypatch.setattr(Held, "look", lambda held, block: held.left.append((block.seq[0], block.seq[-1])))
    assert verify(desk.setting(), data=True) == at_once


def test_rows_of_a_log_that_is_not_whole_are_all_compared(desk: Office) -> None:
    desk.tamper("UPDATE hffix_change SET seq = 12 WHERE run_id = 2 AND seq = 11")
    verified = verify(desk.setting(), data=True)
    assert {one.code for one in verified.problems} == {"log-row-missing", "log-row-inserted"}
    assert verified.live == Live(holding=15, changed=0)


def test_what_was_changed_since_is_said_by_table(desk: Office) -> None:
    desk.run_script("UPDATE person SET opened_on = 'x' WHERE id < 3; DELETE FROM loan WHERE loan_no = 'L1'")
    notes = verify(desk.setting(), data=True).notes
    assert notes[-2:] == (
        "of loan 1 row was changed since, not by hffix",
        "of person 2 rows were changed since, not by hffix",
    )


def test_live_rows_are_left_alone_unless_asked_for(desk: Office) -> None:
    assert verify(desk.setting()).live is None


def test_a_later_run_over_the_same_cells_is_accounted_for(office: Office) -> None:
    office.correct("1")
    office.correct("4")
    # The second run wrote every day again, the last person's too; two persons' IDs are still the first run's to hold.
    assert verify(office.setting(), data=True).live == Live(holding=14, changed=0, superseded=9)


def test_of_a_row_that_was_written_again_only_the_last_change_is_compared(office: Office) -> None:
    office.correct("1")
    office.correct("4")
    office.ask("UPDATE person SET opened_on = 'x' WHERE id = 3")
    assert verify(office.setting(), data=True).live == Live(holding=13, changed=1, superseded=9)


def test_a_run_that_was_rolled_back_holds_what_was_there_before(office: Office) -> None:
    office.correct("1")
    change_set = rollback(office.setting(), 2).change_set
    office.approve(change_set)
    office.apply(change_set)
    assert verify(office.setting(), data=True).live == Live(holding=11, changed=0, superseded=11)
    assert verify(office.setting(), run=2, data=True).live == Live(holding=0, changed=0, superseded=11)


def test_a_delete_that_was_rolled_back_is_there_again(office: Office) -> None:
    office.correct("3", approvers=(LEADER, AUDITOR))
    assert verify(office.setting(), data=True).live == Live(holding=1, changed=0)
    change_set = rollback(office.setting(), 2).change_set
    office.approve(change_set, LEADER, AUDITOR)
    office.apply(change_set)
    assert verify(office.setting(), data=True).live == Live(holding=1, changed=0, superseded=1)


def test_a_deleted_row_that_somebody_put_back_was_changed_since(office: Office) -> None:
    office.correct("3", approvers=(LEADER, AUDITOR))
    office.ask("INSERT INTO loan VALUES ('L4', 1, '2024/4/5', 1)")
    assert verify(office.setting(), data=True).live == Live(holding=0, changed=1)


def test_one_run_is_compared_where_later_ones_did_not_write_again(office: Office) -> None:
    office.correct("1")
    office.correct("4")
    office.correct("2")
    counted = {run: verify(office.setting(), run=run, data=True).live for run in (2, 5, 8)}
    assert counted == {
        2: Live(holding=2, changed=0, superseded=9),
        5: Live(holding=12, changed=0),
        8: Live(holding=4, changed=0),
    }


def test_where_too_many_rows_would_be_remembered_the_log_is_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.correct("1")
    office.correct("4")
    office.correct("2")
    office.ask("UPDATE person SET opened_on = 'x' WHERE id = 3")
    monkeypatch.setattr(verify_live, "MOST_REMEMBERED", 3)
    assert verify(office.setting(), data=True).live == Live(holding=17, changed=1, superseded=9)


def test_a_table_that_is_gone_cannot_be_compared(desk: Office) -> None:
    desk.run_script("DROP TABLE loan")
    verified = verify(desk.setting(), data=True)
    assert (verified.ok, verified.live) == (True, Live(holding=11, changed=0))
    assert any("loan cannot be compared" in note for note in verified.notes)
