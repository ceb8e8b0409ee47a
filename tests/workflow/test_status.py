import pytest

from hffix.errors.evidence import BrokenChain
from hffix.model.policy import Purpose
from hffix.workflow.apply import Limits
from hffix.workflow.rollback import rollback
from hffix.workflow.status import MOST_LISTED, Status, overview, status
from tests.workflow.office import AUDITOR, AUTHOR, OPERATOR, Office


def told(found: Status) -> tuple[object, ...]:
    return found.state, found.run, found.decided, found.leaves, found.fresh, found.drifted


def test_a_change_set_goes_from_unapproved_to_done(office: Office) -> None:
    change_set = office.plan("1")
    assert told(status(office.setting(), change_set)) == ("unapproved", None, 0, 11, 11, 0)
    office.approve(change_set)
    assert told(status(office.setting(), change_set)) == ("approved", None, 0, 11, 11, 0)
    asked = iter([False, True])
    office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked)))
    assert told(status(office.setting(), change_set)) == ("open", 2, 4, 11, 7, 0)
    office.apply(change_set)
    assert told(status(office.setting(), change_set)) == ("done", 2, 11, 11, None, None)


def test_who_is_missing_and_what_does_not_count_is_told(office: Office) -> None:
    change_set = office.plan("3")
    office.approve(change_set, AUDITOR)
    found = status(office.setting(), change_set)
    assert (found.state, len(found.quorum_parts), found.ignored) == ("unapproved", 2, ())
    assert found.lacking == ("1 leader", "1 leader or auditor")
    policy = office.project.approvals / "policy.toml"
    policy.write_text(policy.read_text() + "\n")
    (ignored,) = status(office.setting(), change_set).ignored
    assert (ignored.file.startswith(AUDITOR), ignored.objection.code) == (True, "other-policy")


@pytest.mark.parametrize("purpose", ["apply+rollback", "apply"])
def test_an_inverse_is_covered_by_approvals_that_were_given_for_both(office: Office, purpose: Purpose) -> None:
    change_set = office.plan("1")
    office.approve(change_set, purpose=purpose)
    office.apply(change_set)
    back = rollback(office.setting(AUTHOR), 2).change_set
    found = status(office.setting(), back)
    covering = 2 if purpose == "apply+rollback" else None
    assert (found.state, found.lacking, found.covered_by) == ("unapproved", ("1 leader",), covering)
    assert status(office.setting(), change_set).covered_by is None
    assert {one.change_set.digest: one.covered_by for one in overview(office.setting())}[back.digest] == covering
    if covering:
        assert office.apply(back).problem is None
        assert told(status(office.setting(), back))[:2] == ("done", 5)
        assert status(office.setting(), back).covered_by is None


def test_an_inverse_that_was_withdrawn_is_covered_by_nothing(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set, purpose="apply+rollback")
    office.apply(change_set)
    back = rollback(office.setting(AUTHOR), 2).change_set
    office.revoke(back)
    found = status(office.setting(), back)
    assert (found.state, found.covered_by) == ("revoked", None)


def test_rows_that_drifted_are_counted(office: Office) -> None:
    change_set = office.plan("1")
    office.run_script("UPDATE person SET opened_on = 'x' WHERE id IN (2, 3); DELETE FROM person WHERE id = 4")
    found = status(office.setting(), change_set)
    assert (found.fresh, found.drifted) == (8, 3)
    assert found.drifted_rows == (("person", "2"), ("person", "3"), ("person", "4"))


def test_of_many_drifted_rows_only_the_first_are_named(office: Office) -> None:
    change_set = office.plan("1")
    office.run_script("DELETE FROM person")
    found = status(office.setting(), change_set)
    assert (found.drifted, len(found.drifted_rows)) == (11, MOST_LISTED)


def test_the_conflicts_of_a_closed_run_are_named_by_key_under_its_mask(office: Office) -> None:
    change_set = office.approved("2")
    office.run_script("UPDATE loan SET due_on = 'x' WHERE loan_no IN ('L2', 'L3')")
    office.apply(change_set)
    found = status(office.setting(), change_set)
    assert (found.state, found.conflict_rows) == ("done", (("loan", "L2"), ("loan", "L3")))
    toml = office.folder / "hffix.toml"
    toml.write_text(toml.read_text() + '"loan.loan_no" = "first"\n')
    assert status(office.setting(), change_set).conflict_rows == (("loan", "L▒▒▒▒"),) * 2


def test_what_was_revoked_says_so_also_where_the_target_is_away(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    office.revoke(change_set)
    assert status(office.setting(), change_set).state == "revoked"
    office.database.rename(office.folder / "away.db")
    found = status(office.setting(), change_set)
    assert (found.state, found.run, found.fresh, found.drifted) == ("revoked", None, None, None)


def test_a_change_set_without_changes_is_empty(office: Office) -> None:
    office.correct("1")
    assert status(office.setting(), office.plan("1")).state == "empty"


def test_a_run_whose_table_is_gone_is_still_an_open_run(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    office.apply(change_set, limits=Limits(seconds=0))
    office.run_script("DROP TABLE person")
    assert told(status(office.setting(), change_set)) == ("open", 2, 0, 11, None, None)


def test_a_broken_chain_is_not_passed_over(office: Office) -> None:
    change_set = office.correct("1").change_set
    office.tamper("DELETE FROM hffix_record WHERE number = 3")
    with pytest.raises(BrokenChain):
        status(office.setting(), change_set)


def test_the_overview_lists_every_change_set_of_the_target(office: Office) -> None:
    first, second = office.plan("1"), office.plan("2")
    office.approve(second)
    office.apply(second, by=OPERATOR)
    assert {found.change_set.digest: found.state for found in overview(office.setting())} == {
        first.digest: "unapproved",
        second.digest: "done",
    }


def test_a_damaged_change_set_does_not_hide_the_others(office: Office) -> None:
    first, second = office.plan("1"), office.plan("2")
    manifest = office.project.changesets / first.id / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"li.wei", b"li.mei"))
    assert [found.change_set.digest for found in overview(office.setting())] == [second.digest]
