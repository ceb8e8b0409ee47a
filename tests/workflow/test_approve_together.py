"""One statement over several change sets: each is shown and judged by itself, and where one may not none is signed."""

import json

import pytest

from hffix.errors.approvals import MayNotApprove, NotApproved, NothingToApprove, NotTogether
from hffix.errors.project import NotAnswered
from hffix.workflow.approve import Signing, approve_together
from hffix.workflow.rollback import rollback
from tests.workflow.conftest import found
from tests.workflow.office import AUDITOR, LEADER, Office


def signed_files(office: Office) -> list[str]:
    return sorted(path.name for path in office.project.approvals.glob("*/*.apply.*.json"))


def test_one_statement_names_every_change_set_and_each_is_shown(office: Office) -> None:
    change_sets = [office.plan("1"), office.plan("2")]
    seen: list[Signing] = []
    signed = approve_together(office.setting(LEADER), change_sets, comment="both", confirm=seen.append)
    assert [one.change_set.digest for one in seen] == [one.digest for one in change_sets]
    told = json.loads(signed[0].path.read_bytes())
    assert told["subjects"] == sorted(one.digest for one in change_sets)
    assert {one.path for one in signed} == {signed[0].path}
    assert signed[0].path.parent.name == told["subjects"][0][:12]
    assert [bool(one.judgement and one.judgement.quorum) for one in signed] == [True, True]


def test_every_change_set_of_it_is_applied_on_its_word_and_verified(office: Office) -> None:
    change_sets = [office.plan("1"), office.plan("2")]
    approve_together(office.setting(LEADER), change_sets, confirm=lambda _: None)
    assert [office.apply(one).state for one in change_sets] == ["done", "done"]
    assert found(office) == set()


def test_to_withdraw_one_leaves_the_others(office: Office) -> None:
    kept, withdrawn = office.plan("1"), office.plan("2")
    approve_together(office.setting(LEADER), [kept, withdrawn], confirm=lambda _: None)
    office.revoke(withdrawn)
    assert office.apply(kept).state == "done"
    assert found(office) == set()


def test_each_is_judged_by_its_own_risk(office: Office) -> None:
    low, high = office.plan("1"), office.plan("3")
    signed = approve_together(office.setting(LEADER), [low, high], confirm=lambda _: None)
    assert [bool(one.judgement and one.judgement.quorum) for one in signed] == [True, False]
    with pytest.raises(NotApproved):
        office.apply(high)


def test_where_one_may_not_be_approved_nothing_is_signed(office: Office) -> None:
    low, high = office.plan("1"), office.plan("3")
    with pytest.raises(MayNotApprove):
        approve_together(office.setting(AUDITOR), [high, low], confirm=lambda _: None)
    office.correct("2")
    before = signed_files(office)
    with pytest.raises(NothingToApprove):
        approve_together(office.setting(LEADER), [low, office.plan("2")], confirm=lambda _: None)
    assert signed_files(office) == before


def test_who_agrees_to_one_and_not_to_the_next_signs_nothing(office: Office) -> None:
    low, other = office.plan("1"), office.plan("2")

    def agree_to_the_first(signing: Signing) -> None:
        if signing.change_set.digest != low.digest:
            raise NotAnswered("no")

    with pytest.raises(NotAnswered):
        approve_together(office.setting(LEADER), [low, other], confirm=agree_to_the_first)
    assert signed_files(office) == []


def test_what_is_for_another_purpose_is_not_signed_together(office: Office) -> None:
    office.correct("1")
    back, forth = rollback(office.setting(), 2).change_set, office.plan("2")
    with pytest.raises(NotTogether):
        approve_together(office.setting(LEADER), [back, forth], confirm=lambda _: None)
