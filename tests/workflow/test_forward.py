"""A lineage returns neither to a policy and signers that it left, nor to a key that it revoked."""

from pathlib import Path

import pytest

from hffix.errors.approvals import KeyUnrevoked, PolicyNotReached, PolicyWentBack, UnknownSigner
from hffix.workflow import session
from hffix.workflow.apply import Limits
from tests.workflow.conftest import found
from tests.workflow.office import AUDITOR, LEADER, POLICY, Office, key_of, signers

SECOND = POLICY.replace("valid_days = 30", "valid_days = 20")
THIRD = POLICY.replace("valid_days = 30", "valid_days = 10")
ENOUGH = (LEADER, AUDITOR)


def without_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work as a program that does not ask whether the policy goes forward."""
    monkeypatch.setattr(session, "refuse_backward", lambda *_, **__: None)


def change(office: Office, policy: str) -> None:
    office.write_pair(policy=policy)
    office.sign_pair(*ENOUGH)


def revoked_keys(office: Office) -> Path:
    return office.project.approvals / "revoked_keys"


def test_the_policy_that_a_later_one_replaced_opens_no_run(office: Office) -> None:
    change(office, SECOND)
    office.correct("1")
    office.write_pair(policy=POLICY)
    change_set = office.approved("2")
    with pytest.raises(PolicyWentBack, match="older than those of the newest record") as refused:
        office.apply(change_set)
    assert (refused.value.code, refused.value.status) == ("HFX-416", 4)
    assert office.kinds()[-1] == "close"


def test_one_that_was_signed_on_the_way_and_never_used_opens_none_either(office: Office) -> None:
    change(office, SECOND)
    change(office, THIRD)
    office.correct("1")
    office.write_pair(policy=SECOND)
    change_set = office.approved("2")
    with pytest.raises(PolicyWentBack):
        office.apply(change_set)


def test_one_that_enough_people_signed_a_successor_of_opens_none(office: Office) -> None:
    change(office, SECOND)
    office.write_pair(policy=POLICY)
    change_set = office.approved("1")
    with pytest.raises(PolicyWentBack, match="were signed to come after them"):
        office.apply(change_set)


def test_the_earlier_rules_come_back_by_a_word_that_differs_and_signatures(office: Office) -> None:
    change(office, SECOND)
    office.correct("1")
    office.write_pair(policy=POLICY + "# As it was until last year.\n")
    change_set = office.approved("2")
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)
    office.sign_pair(*ENOUGH)
    assert office.apply(change_set).state == "done"
    assert found(office) == set()


def test_a_run_that_was_opened_before_goes_on_under_its_own_policy(office: Office) -> None:
    begun, other = office.approved("1"), office.plan("2")
    asked = iter([False, True])
    office.apply(begun, chunk_rows=4, limits=Limits(asked=lambda: next(asked)))
    change(office, SECOND)
    office.approve(other)
    assert office.apply(other).state == "done"
    assert office.apply(begun).state == "done"
    assert found(office) == set()


@pytest.mark.parametrize("used", [True, False], ids=["one that was used", "one that was only signed"])
def test_a_run_that_a_program_without_the_check_opened_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch, used: bool
) -> None:
    change(office, SECOND)
    if not used:
        change(office, THIRD)
    office.correct("1")
    office.write_pair(policy=POLICY if used else SECOND)
    with monkeypatch.context() as patched:
        without_check(patched)
        assert office.correct("2").state == "done"
    assert found(office) == {("policy-went-back", "record 5")}


def test_a_key_that_is_replaced_signs_no_more_and_what_it_signed_stands(office: Office) -> None:
    office.correct("1")
    others = [line for line in signers().splitlines() if LEADER not in line]
    retired = f'{LEADER} namespaces="hffix",valid-before="20200101" {key_of(LEADER)[1]}'
    renewed = f'{LEADER} namespaces="hffix" {key_of("zhang.min.2")[1]}'
    office.write_pair(signers="\n".join([*others, retired, renewed]) + "\n")
    # The change is judged by the signers before it: the leader signs it with the key that he gives up.
    office.sign_pair(*ENOUGH)
    change_set = office.plan("2")
    with pytest.raises(UnknownSigner):
        office.approve(change_set)
    (office.folder / "keys" / LEADER).write_bytes(key_of("zhang.min.2")[0])
    office.approve(change_set)
    assert office.apply(change_set).state == "done"
    assert found(office) == set()


def test_a_key_that_was_revoked_stays_revoked(office: Office) -> None:
    revoked_keys(office).write_text(key_of("somebody.who.left")[1] + "\n")
    office.correct("1")
    change_set = office.approved("2")
    revoked_keys(office).unlink()
    with pytest.raises(KeyUnrevoked, match="no longer names SHA256:") as refused:
        office.apply(change_set)
    assert (refused.value.code, office.kinds()[-1]) == ("HFX-417", "close")
    revoked_keys(office).write_text(f"# left in May\n{key_of('somebody.who.left')[1]}\n{key_of('another')[1]}\n")
    assert office.apply(change_set).state == "done"
    assert found(office) == set()


def test_nor_does_a_run_go_on_where_it_is_no_longer_revoked(office: Office) -> None:
    revoked_keys(office).write_text(key_of("somebody.who.left")[1] + "\n")
    change_set = office.approved("1")
    asked = iter([False, True])
    office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked)))
    revoked_keys(office).write_text("")
    with pytest.raises(KeyUnrevoked):
        office.apply(change_set)


def test_a_run_that_forgot_a_revoked_key_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    revoked_keys(office).write_text(key_of("somebody.who.left")[1] + "\n")
    office.correct("1")
    revoked_keys(office).unlink()
    with monkeypatch.context() as patched:
        without_check(patched)
        office.correct("2")
    assert found(office) == {("key-unrevoked", "record 5")}
