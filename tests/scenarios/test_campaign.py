"""A quarter of corrections on one database, with everything that goes wrong in one."""

from pathlib import Path

import pytest

from hffix.errors.applying import Conflict, Interrupted
from hffix.errors.approvals import NotApproved, Revoked
from hffix.workflow.apply import Limits
from hffix.workflow.backup import verify_parts
from hffix.workflow.close import close
from hffix.workflow.rollback import rollback
from hffix.workflow.runs import runs
from hffix.workflow.trace import trace
from hffix.workflow.verify import verify
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, SECOND_OPERATOR, acting_at, open_office
from tests.workflow.pictures import picture


def test_a_campaign_leaves_a_database_whose_every_change_is_proved(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office", persons=60)
    before = picture(office.database)
    opened = office.plan("1", trial=True)
    office.approve(opened, LEADER, purpose="apply+rollback")

    # The business changes a row; the operator stops, looks, and leaves the rest of that change set.
    office.run_script("UPDATE person SET opened_on = '2020-01-01' WHERE id = 50")
    assert isinstance(office.apply(opened, chunk_rows=20).problem, Conflict)
    first = close(office.setting(SECOND_OPERATOR), opened)
    assert (first.state, first.applied) == ("closed", 40)

    # What is left is planned again, interrupted, and ended by somebody else.
    rest = office.plan("1")
    office.approve(rest)
    asked = iter([False, True])
    limits = Limits(asked=lambda: next(asked))
    assert isinstance(office.apply(rest, chunk_rows=10, limits=limits).problem, Interrupted)
    assert office.apply(rest, by=SECOND_OPERATOR).state == "done"

    # A risky one needs two people, and the second withdraws it.
    orphans = office.plan("3")
    office.approve(orphans, AUDITOR)
    with pytest.raises(NotApproved):
        office.apply(orphans)
    office.revoke(orphans, by=AUDITOR)
    with pytest.raises(Revoked):
        office.apply(orphans)

    # Loans change while they are corrected, which their fix allows.
    due = office.plan("2")
    office.approve(due)
    office.run_script("UPDATE loan SET due_on = '2030-01-01' WHERE loan_no = 'L2'")
    assert (office.apply(due).applied, runs(office.setting())[-1].conflicts) == (3, 1)

    # The first change set is taken back on the word that covered both.
    inverse = rollback(office.setting(), first.run)
    assert (inverse.rows, inverse.conflicts) == (40, 0)
    assert office.apply(inverse.change_set).state == "done"

    found = picture(office.database)
    changed = [row["id"][1] for row, old in zip(found["person"], before["person"], strict=True) if row != old]
    # The day of person 48 does not exist, and the ID was never wrong.
    assert changed == [*range(44, 48), *range(49, 61)]
    assert [run.state for run in runs(office.setting())] == ["closed", "done", "done", "done"]
    assert sum(part.rows for part in verify_parts(office.setting())) == 40 + rest.manifest.leaves + 3 + 40
    lives = [(row, trace(office.setting(), "person", row).live) for row in ("1", "45", "59")]
    assert lives == [(row, "as written") for row, _ in lives]
    assert verify(office.setting(), data=True).problems == ()


def test_a_run_revoked_on_its_way_is_closed_rolled_back_and_proved(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office")
    before = picture(office.database)
    change_set = office.plan("1")
    office.approve(change_set)
    with acting_at("chunk.confirmed", lambda: office.revoke(change_set), time=2):
        stopped = office.apply(change_set, chunk_rows=4)
    assert (type(stopped.problem), stopped.decided) == (Revoked, 8)
    close(office.setting(OPERATOR), change_set)
    inverse = rollback(office.setting(), stopped.run).change_set
    office.approve(inverse)
    assert office.apply(inverse).applied == 8
    assert picture(office.database) == before
    assert verify(office.setting(), data=True).problems == ()
