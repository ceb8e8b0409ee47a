import json

import pytest

from hffix.errors.approvals import BadPolicy, MayNotApprove, NothingToApprove, UnknownSigner, WrongPurpose
from hffix.errors.project import NotAnswered
from hffix.model import moment
from hffix.signing import sshsig
from hffix.testing.people import new_key
from hffix.workflow.approve import Signing, approve, revoke
from tests.workflow.office import AUDITOR, AUTHOR, LEADER, OPERATOR, POLICY, Office, open_office, signers


def test_the_statement_says_everything_that_is_signed(office: Office) -> None:
    change_set = office.plan("1")
    seen: list[Signing] = []
    signed = approve(office.setting(LEADER), change_set, comment="as agreed", confirm=seen.append)
    rules = office.setting().rules()
    told = json.loads(signed.path.read_bytes())
    assert told == {
        "comment": "as agreed",
        "expires": moment.later(told["signed"], days=30),
        "format": "hffix-statement/1",
        "key": office.setting(LEADER).key(rules.signers).public.fingerprint,
        "lineage": change_set.manifest.target.lineage,
        "person": LEADER,
        "policy": rules.pair.policy_digest,
        "purpose": "apply",
        "signed": told["signed"],
        "signers": rules.pair.signers_digest,
        "subjects": [change_set.digest],
    }
    assert [(one.statement.to_bytes(), one.name) for one in seen] == [(signed.path.read_bytes(), "张敏")]
    key = sshsig.verify(signed.path.read_bytes(), signed.path.with_name(signed.path.name + ".sig").read_bytes())
    assert key.fingerprint == told["key"]


def test_who_does_not_agree_signs_nothing(office: Office) -> None:
    def refuse(_: Signing) -> None:
        raise NotAnswered("no")

    change_set = office.plan("1")
    for verb in (approve, revoke):
        with pytest.raises(NotAnswered):
            verb(office.setting(LEADER), change_set, confirm=refuse)
    assert list(office.project.approvals.rglob("*.sig")) == list(office.project.receipts.rglob("*.sig"))
    assert office.ask("SELECT count(*) FROM hffix_record") == [(1,)]


def test_it_says_where_the_approvals_stand(office: Office) -> None:
    change_set = office.plan("3")
    (first,) = office.approve(change_set, AUDITOR)
    assert first.judgement is not None
    assert not first.judgement.quorum
    (second,) = office.approve(change_set, LEADER)
    assert second.judgement is not None
    assert second.judgement.quorum


@pytest.mark.parametrize("person", [AUTHOR, OPERATOR, AUDITOR])
def test_who_may_not_approve_is_refused_before_anything_is_signed(office: Office, person: str) -> None:
    with pytest.raises(MayNotApprove):
        office.approve(office.plan("1"), person)


def test_the_purpose_fits_the_change_set(office: Office) -> None:
    with pytest.raises(WrongPurpose):
        office.approve(office.plan("1"), LEADER, purpose="rollback")


def test_a_change_set_without_changes_is_not_approved(office: Office) -> None:
    office.correct("1")
    with pytest.raises(NothingToApprove):
        office.approve(office.plan("1"))


def test_a_key_that_is_nobodys_signs_nothing(office: Office) -> None:
    (office.folder / "keys" / LEADER).write_bytes(new_key()[0])
    with pytest.raises(UnknownSigner):
        office.approve(office.plan("1"))


def test_a_policy_that_nobody_with_a_key_could_meet_is_refused_with_its_line(office: Office) -> None:
    office.write_pair(signers=signers([AUDITOR, OPERATOR, AUTHOR]))
    with pytest.raises(BadPolicy) as refused:
        office.approve(office.plan("1"), AUDITOR)
    assert refused.value.message == (
        "approvals/policy.toml, line 9: require[0] asks for 1 approval, but only 0 people could give one, "
        "by the keys of allowed_signers; "
        "line 13: require[1] asks for 2 approvals, but only 1 person could give one, by the keys of allowed_signers"
    )


def test_nor_one_whose_only_approver_is_the_only_one_who_could_apply(office: Office) -> None:
    nobody = POLICY.replace('"operator"', '"driver"')
    office.write_pair(policy=nobody, signers=signers([LEADER]))
    with pytest.raises(BadPolicy, match=r"line 9: .* whoever applies does not count: only zhang\.min could apply"):
        office.setting().rules()
    office.write_pair(policy=nobody, signers=signers([LEADER, AUDITOR, AUTHOR]))
    assert office.setting().rules().policy.operators == ()


def test_to_withdraw_needs_no_policy_that_could_be_met(office: Office) -> None:
    change_set = office.plan("1")
    office.write_pair(signers=signers([AUDITOR]))
    assert office.revoke(change_set, by=AUDITOR).recorded is True


def test_a_revocation_is_recorded_with_a_receipt_of_its_signer(office: Office) -> None:
    signed = office.revoke(office.plan("1"), by=AUDITOR)
    assert signed.recorded is True
    newest = json.loads(max(office.project.receipts.rglob("*.json")).read_bytes())
    assert (newest["person"], newest["own"], newest["records"][-1]["kind"]) == (AUDITOR, [[2, 2]], "revoke")
    # So another machine, which has no journal of this one, goes on.
    for path in (office.project.backups / "heads").iterdir():
        path.unlink()
    assert office.correct("2").state == "done"


def test_only_who_may_approve_revokes(office: Office) -> None:
    with pytest.raises(MayNotApprove):
        office.revoke(office.plan("1"), by=OPERATOR)


def test_a_revocation_where_the_target_is_out_of_reach_says_that_it_is_not_recorded(office: Office) -> None:
    change_set = office.plan("1")
    office.database.rename(office.folder / "away.db")
    signed = office.revoke(change_set)
    assert (signed.recorded, signed.path.is_file()) == (False, True)


def test_a_revocation_is_not_recorded_in_a_copy_or_in_another_database(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("copied")
    change_set = office.plan("1")
    copy = office.copy_to(folder / "copy")
    assert copy.revoke(copy.find(change_set.id)).recorded is False
    other = open_office(folder / "other")
    assert other.revoke(change_set).recorded is False
    assert [one.ask("SELECT count(*) FROM hffix_record") for one in (copy, other)] == [[(1,)], [(1,)]]
