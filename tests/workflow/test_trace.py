import pytest

from hffix.errors.evidence import BrokenChain, NoSuchRow
from hffix.errors.fixes import UnknownColumn
from hffix.workflow.rollback import rollback
from hffix.workflow.trace import NO_CHUNK, NO_LEAF, NO_RUN, NO_WORD, trace
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, Office


def test_a_cells_life_is_told_value_by_value_with_the_word_and_the_hand(office: Office) -> None:
    change_set = office.plan("1")
    (signed,) = office.approve(change_set)
    office.apply(change_set, chunk_rows=4)
    second = office.correct("4")
    traced = trace(office.setting(), "person", "7")
    assert (traced.table, traced.row, traced.live) == ("person", "7", "as written")
    first, then = traced.changes
    assert first.cells == (("opened_on", "1997/8/8", "1997-08-08"),)
    assert then.cells == (("opened_on", "1997-08-08", "19970808"),)
    assert (first.run, first.seq, first.kind, first.outcome) == (2, 7, "update", "applied")
    assert (first.change_set, first.fix, first.ticket, first.author) == (
        change_set.id, "0001_opened", "DQ-1", "li.wei",
    )  # fmt: skip
    assert first.signers == ((LEADER, "张敏", signed.statement.signed, None),)
    assert (first.operator, first.origin, then.run) == (OPERATOR, None, second.run)
    assert first.time == office.records()[3].time


def test_one_column_is_traced_alone(office: Office) -> None:
    office.correct("1")
    traced = trace(office.setting(), "person", "5", column="id_no")
    assert [[name for name, _, _ in change.cells] for change in traced.changes] == [["id_no"]]
    with pytest.raises(NoSuchRow):
        trace(office.setting(), "person", "4", column="id_no")
    with pytest.raises(UnknownColumn):
        trace(office.setting(), "person", "4", column="nothing")


def test_up_to_a_moment_later_changes_are_left_out_but_the_live_value_is_what_it_is(office: Office) -> None:
    office.correct("1")
    office.correct("4")
    opened = office.records()[1].time
    assert trace(office.setting(), "person", "7", as_of="2999-01-01T00:00:00Z").live == "as written"
    with pytest.raises(NoSuchRow, match="came after 2000-01-01T00:00:00Z") as refused:
        trace(office.setting(), "person", "7", as_of="2000-01-01T00:00:00Z")
    assert "--as-of" in refused.value.advice
    # Both runs may fall into one second; then both are told.
    told = trace(office.setting(), "person", "7", as_of=opened)
    assert told.live == "as written"
    assert 1 <= len(told.changes) <= 2


def test_a_value_that_changed_since_is_told_as_not_by_hffix(office: Office) -> None:
    office.correct("1")
    office.run_script("UPDATE person SET opened_on = 'x' WHERE id = 7; DELETE FROM person WHERE id = 8")
    live = [trace(office.setting(), "person", row).live for row in ("6", "7", "8")]
    assert live == ["as written", "changed since, not by hffix", "gone, not by hffix"]


def test_a_deleted_row_and_its_return_are_told(office: Office) -> None:
    run = office.correct("3", approvers=(LEADER, AUDITOR)).run
    assert trace(office.setting(), "loan", "L4").live == "gone, as written"
    planned = rollback(office.setting(), run).change_set
    office.approve(planned, LEADER, AUDITOR)
    office.apply(planned)
    traced = trace(office.setting(), "loan", "loan_no=L4")
    assert [(change.kind, change.fix) for change in traced.changes] == [
        ("delete", "0003_orphans"), ("insert", "0003_orphans"),
    ]  # fmt: skip
    assert {name: after for name, _, after in traced.changes[1].cells}["due_on"] == "2024/4/5"
    assert traced.live == "as written"


def test_a_line_that_was_left_as_a_conflict_is_told_as_never_written(office: Office) -> None:
    change_set = office.plan("2")
    office.approve(change_set)
    office.run_script("UPDATE loan SET due_on = 'x' WHERE loan_no = 'L2'")
    office.apply(change_set)
    traced = trace(office.setting(), "loan", "L2")
    assert ([change.outcome for change in traced.changes], traced.live) == (["conflict"], "never written")
    assert traced.changes[0].observed == (("due_on", "x"),)


def test_a_row_whose_only_change_stands_under_no_run_is_no_row_that_was_never_touched(office: Office) -> None:
    office.correct("1")
    office.tamper("UPDATE hffix_change SET run_id = 3 WHERE seq = 7")
    with pytest.raises(BrokenChain, match="under a run that never was"):
        trace(office.setting(), "person", "7")


TAMPERED: dict[str, tuple[str, str]] = {
    "a value": ("UPDATE hffix_change SET after = replace(after, '-', '') WHERE seq = 7", NO_LEAF),
    "an outcome": ("UPDATE hffix_change SET outcome = 'conflict' WHERE seq = 7", NO_CHUNK),
    "a run": ("UPDATE hffix_change SET run_id = 3 WHERE seq = 7 AND run_id = 5", NO_RUN),
}


@pytest.mark.parametrize(("script", "fault"), TAMPERED.values(), ids=TAMPERED)
def test_a_logged_row_that_was_changed_is_told_as_such(office: Office, script: str, fault: str) -> None:
    office.correct("1")
    office.correct("4")
    assert trace(office.setting(), "person", "7").faults == ()
    assert office.tamper(script)
    assert trace(office.setting(), "person", "7").faults == (fault,)


def test_an_approval_that_is_gone_is_missed(office: Office) -> None:
    change_set = office.plan("1")
    (signed,) = office.approve(change_set)
    office.apply(change_set)
    signed.path.unlink()
    traced = trace(office.setting(), "person", "7")
    assert (traced.faults, traced.changes[0].signers) == ((NO_WORD,), ())


def test_a_row_that_was_never_touched_is_no_row_of_the_log(office: Office) -> None:
    office.correct("1")
    for row in ("12", "99"):
        with pytest.raises(NoSuchRow):
            trace(office.setting(), "person", row)


def test_a_logged_row_that_lies_in_no_chunk_is_not_told_as_if_it_did(office: Office) -> None:
    office.correct("1")
    office.tamper("UPDATE hffix_change SET seq = 99 WHERE seq = 7")
    with pytest.raises(BrokenChain, match="line 99"):
        trace(office.setting(), "person", "7")
