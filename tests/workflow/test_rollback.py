import json
from dataclasses import replace

import msgspec
import pytest

from hffix.errors import HffixError
from hffix.errors.applying import Conflict, NothingToRollBack, RunOpen
from hffix.errors.approvals import MayNotApprove, NotApproved, WrongPurpose
from hffix.errors.evidence import NoSuchRun
from hffix.errors.project import UsageError
from hffix.model.record import Open
from hffix.store.changesets import ChangeSet
from hffix.workflow.apply import Limits
from hffix.workflow.close import close
from hffix.workflow.rollback import CHANGED_SINCE, RolledBack, rollback
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, Office
from tests.workflow.pictures import Picture, lines_of, picture


@pytest.fixture
def before(office: Office) -> Picture:
    return picture(office.database)


def back(office: Office, run: int, *, table: str | None = None, row: str | None = None) -> RolledBack:
    return rollback(office.setting(), run, table=table, row=row)


def apply_back(office: Office, run: int) -> int:
    """Plan, approve and apply the inverse of a run; give its own run."""
    planned = back(office, run)
    high = planned.change_set.manifest.fix.risk == "high"
    office.approve(planned.change_set, *((LEADER, AUDITOR) if high else (LEADER,)))
    applied = office.apply(planned.change_set)
    assert (applied.state, applied.problem) == ("done", None)
    return applied.run


def test_a_run_is_taken_back_whole(office: Office, before: Picture) -> None:
    run = office.correct("1", chunk_rows=4).run
    planned = back(office, run)
    assert (planned.conflicts, planned.rows) == (0, 11)
    manifest = planned.change_set.manifest
    assert manifest.reverts is not None
    assert (manifest.reverts.number, manifest.reverts.head) == (run, office.stored_records()[run - 1].head)
    assert manifest.fix.title == "Open dates as YYYY-MM-DD."
    apply_back(office, run)
    assert picture(office.database) == before


def test_only_the_changed_cells_are_put_back(office: Office, before: Picture) -> None:
    run = office.correct("1").run
    office.run_script("UPDATE person SET name = 'renamed', note = x'77'")
    apply_back(office, run)
    found = picture(office.database)["person"]
    assert [row["opened_on"] for row in found] == [row["opened_on"] for row in before["person"]]
    assert {(row["name"], row["note"]) for row in found} == {(("text", b"renamed"), ("blob", b"w"))}


def test_a_cell_that_somebody_changed_later_is_never_overwritten(office: Office) -> None:
    run = office.correct("1").run
    office.run_script("UPDATE person SET opened_on = 'later' WHERE id = 5; DELETE FROM person WHERE id = 6")
    planned = back(office, run)
    # Person 5 has another changed cell, which still holds what was written.
    assert (planned.conflicts, planned.rows) == (2, 10)
    assert [(line.key, line.reason) for line in planned.change_set.unresolved()] == [
        ({"id": {"int": "5"}}, CHANGED_SINCE),
        ({"id": {"int": "6"}}, CHANGED_SINCE),
    ]
    office.approve(planned.change_set)
    assert office.apply(planned.change_set).state == "done"
    assert office.ask("SELECT opened_on, id_no FROM person WHERE id = 5") == [
        ("later", "３３０１０２１９０００００００００５")
    ]


def test_a_cell_that_changes_after_the_rollback_was_planned_is_a_conflict(office: Office) -> None:
    planned = back(office, office.correct("1").run)
    office.approve(planned.change_set)
    office.run_script("UPDATE person SET opened_on = 'later' WHERE id = 5")
    assert isinstance(office.apply(planned.change_set).problem, Conflict)
    assert office.ask("SELECT opened_on FROM person WHERE id IN (4, 5)") == [("1994-05-05",), ("later",)]


def test_one_table_or_one_row_is_taken_back_alone(office: Office, before: Picture) -> None:
    run = office.correct("1").run
    planned = back(office, run, table="person", row="3")
    assert [(line.table, line.key) for line in lines_of(planned.change_set)] == [("person", {"id": {"int": "3"}})]
    assert back(office, run, table="person").rows == 11
    office.approve(planned.change_set)
    office.apply(planned.change_set)
    assert picture(office.database)["person"][2] == before["person"][2]
    assert office.ask("SELECT count(*) FROM person WHERE opened_on LIKE '____-__-__'") == [(11,)]


@pytest.mark.parametrize(
    ("table", "row", "refusal"),
    [
        ("loan", None, NothingToRollBack),
        ("person", "12", NothingToRollBack),
        ("person", "99", NothingToRollBack),
        (None, "3", UsageError),
        ("loan", "L1", UsageError),
    ],
)
def test_what_the_run_did_not_write_is_not_taken_back(
    office: Office, table: str | None, row: str | None, refusal: type[HffixError]
) -> None:
    run = office.correct("1").run
    with pytest.raises(refusal):
        back(office, run, table=table, row=row)


def test_deleted_rows_come_back_whole(office: Office, before: Picture) -> None:
    run = office.correct("3", approvers=(LEADER, AUDITOR)).run
    planned = back(office, run)
    counts = planned.change_set.manifest.counts
    assert (counts.inserts, counts.scanned, planned.conflicts) == (1, 0, 0)
    inverse = apply_back(office, run)
    assert picture(office.database) == before
    # And what came back is deleted again.
    again = apply_back(office, inverse)
    assert office.ask("SELECT loan_no FROM loan ORDER BY 1") == [("L1",), ("L2",), ("L3",)]
    apply_back(office, again)
    assert picture(office.database) == before


def test_a_row_that_somebody_made_again_is_not_inserted_over(office: Office) -> None:
    run = office.correct("3", approvers=(LEADER, AUDITOR)).run
    office.run_script("INSERT INTO loan VALUES ('L4', 1, NULL, NULL)")
    planned = back(office, run)
    assert (planned.conflicts, planned.rows) == (1, 0)


def test_a_deleted_row_whose_table_has_another_column_now_is_left_to_people(office: Office) -> None:
    run = office.correct("3", approvers=(LEADER, AUDITOR)).run
    office.run_script("ALTER TABLE loan ADD COLUMN more TEXT")
    assert (back(office, run).conflicts, back(office, run).rows) == (1, 0)


def test_what_a_run_left_as_a_conflict_is_not_taken_back(office: Office) -> None:
    change_set = office.plan("2")
    office.approve(change_set)
    office.run_script("UPDATE loan SET due_on = 'x' WHERE loan_no = 'L2'")
    run = office.apply(change_set).run
    assert back(office, run).rows == 3


def test_the_rollback_of_a_rollback_is_the_correction_again(office: Office) -> None:
    run = office.correct("1").run
    corrected = picture(office.database)
    apply_back(office, apply_back(office, run))
    assert picture(office.database) == corrected


def test_an_open_run_is_closed_before_it_is_taken_back(office: Office, before: Picture) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    asked = iter([False, True])
    run = office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked))).run
    with pytest.raises(RunOpen):
        back(office, run)
    close(office.setting(OPERATOR), change_set)
    assert back(office, run).rows == 4
    apply_back(office, run)
    assert picture(office.database) == before


def test_there_is_nothing_to_take_back_twice_and_no_run_that_never_was(office: Office) -> None:
    run = office.correct("1").run
    apply_back(office, run)
    planned = sorted(office.project.changesets.iterdir())
    with pytest.raises(NothingToRollBack, match=f"run {run} was taken back by run {run + 3}"):
        back(office, run)
    assert sorted(office.project.changesets.iterdir()) == planned
    with pytest.raises(NoSuchRun):
        back(office, 99)


def corrected(office: Office, fix: str = "1") -> int:
    """Apply a fix whose approval covers its rollback."""
    change_set = office.plan(fix)
    office.approve(change_set, LEADER, purpose="apply+rollback")
    return office.apply(change_set).run


def test_an_approval_for_both_lets_the_exact_inverse_through(office: Office, before: Picture) -> None:
    run = corrected(office)
    planned = back(office, run)
    assert office.apply(planned.change_set).state == "done"
    assert picture(office.database) == before
    first, second = (record for record in office.records() if isinstance(record, Open))
    assert (second.inverse, second.statements) == (first.manifest, first.statements)


def test_an_approval_for_both_lets_part_of_the_inverse_through(office: Office) -> None:
    run = corrected(office)
    office.run_script("UPDATE person SET opened_on = 'later' WHERE id IN (5, 8)")
    assert office.apply(back(office, run).change_set).applied == 10


def test_an_approval_for_apply_alone_does_not_cover_the_rollback(office: Office) -> None:
    run = office.correct("1").run
    with pytest.raises(NotApproved):
        office.apply(back(office, run).change_set)


def test_the_rollback_of_a_rollback_needs_its_own_approval(office: Office) -> None:
    inverse = office.apply(back(office, corrected(office)).change_set).run
    with pytest.raises(NotApproved):
        office.apply(back(office, inverse).change_set)


def forged(office: Office, run: int, change: str) -> ChangeSet:
    """Plan a rollback of a change log in which somebody changed a before-image, and put the log right again."""
    ((before,),) = office.ask("SELECT before FROM hffix_change WHERE run_id = ? AND seq = 3", run)
    office.tamper("UPDATE hffix_change SET before = ? WHERE run_id = ? AND seq = 3", change, run)
    planned = back(office, run).change_set
    office.tamper("UPDATE hffix_change SET before = ? WHERE run_id = ? AND seq = 3", before, run)
    return planned


def test_anything_more_than_the_inverse_is_refused_whatever_its_manifest_says(office: Office) -> None:
    run = corrected(office)
    with pytest.raises(NotApproved):
        office.apply(forged(office, run, '{"opened_on":"2000-01-01"}'))


def test_a_revoked_original_no_longer_covers_its_rollback(office: Office) -> None:
    run = corrected(office)
    ((manifest,),) = office.ask("SELECT manifest FROM hffix_run")
    office.revoke(office.find(str(manifest)))
    with pytest.raises(NotApproved):
        office.apply(back(office, run).change_set)


def test_a_revocation_of_the_original_that_is_only_a_file_counts_too(office: Office) -> None:
    change_set = office.plan("1")
    (signed,) = office.approve(change_set, LEADER, purpose="apply+rollback")
    run = office.apply(change_set).run
    planned = back(office, run).change_set
    office.sign(msgspec.structs.replace(signed.statement, purpose="revoke", expires=None))
    with pytest.raises(NotApproved):
        office.apply(planned)


def test_a_rollback_is_approved_as_one_and_not_by_who_planned_it(office: Office) -> None:
    run = office.correct("1").run
    planned = back(office, run).change_set
    with pytest.raises(WrongPurpose):
        office.approve(planned, LEADER, purpose="apply")
    (signed,) = office.approve(planned, LEADER)
    assert json.loads(signed.path.read_bytes())["purpose"] == "rollback"
    own = rollback(replace(office.setting(), person=LEADER), run).change_set
    assert own.manifest.fix.authors == (LEADER,)
    with pytest.raises(MayNotApprove):
        office.approve(own, LEADER)


def test_a_fix_may_be_planned_again_after_its_rollback(office: Office) -> None:
    applied = office.correct("4")
    apply_back(office, applied.run)
    assert office.plan("4").manifest.leaves == applied.leaves
