"""A policy and signers stand where signed statements lead to them from the first ones, and nowhere else."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hffix.errors.applying import AlreadyApplied
from hffix.errors.approvals import MayNotApprove, NothingToApprove, PolicyNotReached, UnknownSigner
from hffix.errors.project import NotAnswered
from hffix.model import canonical, moment
from hffix.model.statement import Statement
from hffix.store.approvals import signature_path
from hffix.workflow import elsewhere, session
from hffix.workflow.apply import Limits
from hffix.workflow.approve_pair import PairSigning, approve_pair
from hffix.workflow.elsewhere import Elsewhere
from hffix.workflow.init_target import init_target
from hffix.workflow.pairs import pair_digest
from hffix.workflow.verify import verify
from tests.workflow.conftest import found
from tests.workflow.office import AUDITOR, AUTHOR, LEADER, OPERATOR, POLICY, Office, open_office, signers

ROUTINE = POLICY.replace("valid_days = 30", "valid_days = 20")
SECOND = POLICY.replace("valid_days = 30", "valid_days = 10")
# The highest requirement asks for a leader, and for two people of whom the second may be an auditor.
ENOUGH = (LEADER, AUDITOR)


def forge(office: Office) -> str:
    """Let the operator add a leader whose key is his own."""
    person, private = "zhu.di", Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    key = office.folder / "keys" / person
    key.touch(mode=0o600)
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    text = POLICY.replace("[people]\n", f'[people]\n"{person}" = {{ roles = ["leader"] }}\n')
    office.write_pair(policy=text, signers=signers() + f'{person} namespaces="hffix" {public}\n')
    return person


def without_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work as a program that does not ask how the policy came to be."""
    monkeypatch.setattr(session, "way_to", lambda *_, **__: ())


def resigned(office: Office, path: Path, **fields: object) -> None:
    """Take a statement away and sign it again with other fields."""
    statement = Statement.from_bytes(path.read_bytes())
    path.unlink()
    signature_path(path).unlink()
    office.sign(msgspec.structs.replace(statement, **fields))


def test_a_pair_is_named_by_the_digest_of_its_two_digests() -> None:
    policy, known = "a" * 64, "b" * 64
    assert pair_digest(policy, known) == canonical.digest(f'{{"policy":"{policy}","signers":"{known}"}}'.encode())


def test_a_swapped_policy_is_refused_at_open_and_says_who_could_approve_it(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    change_set = office.approved("1")
    with pytest.raises(
        PolicyNotReached, match=r"0 of 2 approvals by leader or auditor; .*chen\.jie, zhang\.min"
    ) as told:
        office.apply(change_set)
    assert (told.value.status, told.value.code, office.kinds()) == (4, "HFX-412", ["found"])


def test_swapped_signers_are_refused_at_open(office: Office) -> None:
    office.write_pair(signers=signers() + "# a comment\n")
    change_set = office.approved("1")
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


def test_a_forged_leader_cannot_let_anything_be_applied(office: Office) -> None:
    forged = forge(office)
    change_set = office.plan("1")
    office.approve(change_set, forged)
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)
    with pytest.raises(UnknownSigner):
        office.sign_pair(forged)


def test_a_forged_leader_cannot_sign_himself_in_by_a_statement_of_his_own(office: Office) -> None:
    first = office.setting().rules().pair
    forged = forge(office)
    rules = office.setting().rules()
    subject = pair_digest(rules.pair.policy_digest, rules.pair.signers_digest)
    key = office.setting(forged).key(rules.signers).public.fingerprint
    (signed,) = office.approve(office.plan("1"), forged)
    for judge in (first, rules.pair):
        office.sign(
            msgspec.structs.replace(
                signed.statement,
                purpose="policy", lineage=None, key=key, subjects=(subject,), expires=None,
                policy=judge.policy_digest, signers=judge.signers_digest,
                signed=moment.later(signed.statement.signed, days=-1 if judge is first else 0),
            )
        )  # fmt: skip
    with pytest.raises(PolicyNotReached):
        office.apply(signed.change_set)


@pytest.mark.parametrize("purpose", ["move", "copy"])
def test_a_forged_leader_neither_moves_nor_copies_a_lineage(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, purpose: Elsewhere
) -> None:
    office.correct("1")
    away = office.copy_to(tmp_path / "away")
    forged = forge(away)
    (away.project.approvals / "policy.toml").write_text(
        (away.project.approvals / "policy.toml").read_text().replace("approvals = 2", "approvals = 1")
    )
    with pytest.raises(PolicyNotReached):
        init_target(away.setting(forged), elsewhere=purpose)
    assert away.kinds() == ["found", "open", "chunk", "close"]
    with monkeypatch.context() as patched:
        patched.setattr(elsewhere, "way_to", lambda *_, **__: ())
        patched.setattr(elsewhere, "refuse_backward", lambda *_, **__: None)
        init_target(away.setting(forged), elsewhere=purpose)
    record = "record 5" if purpose == "move" else "record 1"
    assert ("policy-not-reached", record) in found(away)


def test_a_change_that_enough_people_signed_lets_later_runs_open_and_verify(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    first, last = office.sign_pair(*ENOUGH)
    assert (bool(first.quorum), bool(last.quorum)) == (False, True)
    assert (last.statement.lineage, last.statement.expires, last.path.parent.name) == (
        None, None, last.statement.subjects[0][:12],
    )  # fmt: skip
    assert office.correct("1").state == "done"
    verified = verify(office.setting())
    assert (verified.ok, verified.notes) == (True, ())


def test_a_change_that_too_few_signed_says_who_is_missing(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    office.sign_pair(LEADER)
    change_set = office.approved("1")
    with pytest.raises(PolicyNotReached, match=r"1 of 2 approvals by leader or auditor; chen\.jie could sign"):
        office.apply(change_set)


def test_one_person_who_signs_twice_is_one_person(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    (signed,) = office.sign_pair(LEADER)
    office.sign(msgspec.structs.replace(signed.statement, signed=moment.later(signed.statement.signed, days=-1)))
    change_set = office.approved("1")
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


def test_a_second_change_is_judged_by_the_first_one(office: Office) -> None:
    lonely = ROUTINE.replace("approvals = 2", "approvals = 1")
    office.write_pair(policy=lonely)
    office.sign_pair(*ENOUGH)
    office.correct("1")
    office.write_pair(policy=SECOND)
    (signed,) = office.sign_pair(LEADER)
    assert signed.statement.policy == canonical.digest(lonely.encode())
    assert office.correct("2").state == "done"
    assert found(office) == set()


def test_a_step_that_is_missing_ends_the_way(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    taken = office.sign_pair(*ENOUGH)
    office.write_pair(policy=SECOND)
    office.sign_pair(*ENOUGH)
    for signed in taken[:1]:
        signed.path.unlink()
    change_set = office.approved("1")
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


@pytest.mark.parametrize("person", [OPERATOR, AUTHOR])
def test_who_may_not_approve_the_highest_risk_signs_no_policy(office: Office, person: str) -> None:
    office.write_pair(policy=ROUTINE)
    with pytest.raises(MayNotApprove):
        office.sign_pair(person)


UNSIGNED: dict[str, dict[str, object]] = {
    "of another pair": {"subjects": ("0" * 64,)},
    "judged by another policy": {"policy": "0" * 64},
    "judged by other signers": {"signers": "0" * 64},
    "in another's name": {"person": AUTHOR},
    "naming another key": {"key": "SHA256:" + "A" * 43},
    "from the future": {"signed": "2999-01-01T00:00:00Z"},
    "for another purpose": {"purpose": "apply", "lineage": "0" * 32},
}


@pytest.mark.parametrize("fields", UNSIGNED.values(), ids=UNSIGNED.keys())
def test_a_statement_about_something_else_does_not_count(office: Office, fields: dict[str, object]) -> None:
    change_set = office.plan("1")
    office.write_pair(policy=ROUTINE)
    office.approve(change_set)
    *_, last = office.sign_pair(*ENOUGH)
    resigned(office, last.path, **fields)
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


def test_a_change_stays_signed_however_old_the_statements_are(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    for signed in office.sign_pair(*ENOUGH):
        resigned(office, signed.path, signed="2001-01-01T00:00:00Z")
    assert office.correct("1").state == "done"


def test_a_revoked_key_does_not_change_the_policy(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    *_, last = office.sign_pair(*ENOUGH)
    (office.project.approvals / "revoked_keys").write_text(last.statement.key + "\n")
    change_set = office.approved("1")
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


def test_a_key_that_is_revoked_after_the_run_does_not_unsay_its_policy(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    *_, last = office.sign_pair(*ENOUGH)
    office.correct("1")
    (office.project.approvals / "revoked_keys").write_text(last.statement.key + "\n")
    assert found(office) == set()


def test_a_run_goes_on_under_the_policy_of_its_open_record(office: Office) -> None:
    change_set = office.approved("1")
    asked = iter([False, True])
    office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked)))
    office.write_pair(policy=ROUTINE)
    assert office.apply(change_set).state == "done"


def test_what_stands_already_is_not_signed_again(office: Office) -> None:
    with pytest.raises(NothingToApprove, match="stand already"):
        office.sign_pair(LEADER)
    office.write_pair(policy=ROUTINE)
    office.sign_pair(*ENOUGH)
    with pytest.raises(NothingToApprove, match="stand already"):
        office.sign_pair(LEADER)


def test_a_target_without_change_log_needs_no_statement(tmp_path: Path) -> None:
    with pytest.raises(NothingToApprove, match="no change log yet"):
        open_office(tmp_path / "new", founded=False).sign_pair(LEADER)


def test_a_laptop_without_the_database_signs_by_the_receipts(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    away = office.database.rename(office.folder / "away.db")
    office.sign_pair(*ENOUGH)
    away.rename(office.database)
    assert office.correct("1").state == "done"


def test_who_does_not_agree_signs_nothing(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    shown: list[PairSigning] = []

    def refuse(signing: PairSigning) -> None:
        shown.append(signing)
        raise NotAnswered("no")

    with pytest.raises(NotAnswered):
        approve_pair(office.setting(LEADER), confirm=refuse)
    ((before, after),) = [(one.before.policy, one.after.policy) for one in shown]
    assert (before.decode(), after.decode()) == (POLICY, ROUTINE)
    assert list(office.project.approvals.glob("*/*.policy.*")) == []


def test_a_run_that_a_program_without_the_check_opened_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = forge(office)
    with monkeypatch.context() as patched:
        without_check(patched)
        change_set = office.plan("1")
        office.approve(change_set, forged)
        assert office.apply(change_set).state == "done"
    assert found(office) == {("policy-not-reached", "record 2")}


def test_a_run_whose_policy_statement_was_lost_is_found(office: Office) -> None:
    office.write_pair(policy=ROUTINE)
    first, _ = office.sign_pair(*ENOUGH)
    office.correct("1")
    first.path.unlink()
    assert found(office) == {("policy-not-reached", "record 2")}


def test_a_run_before_its_policy_was_signed_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.write_pair(policy=ROUTINE)
    with monkeypatch.context() as patched:
        without_check(patched)
        office.correct("1")
    for signed in office.sign_pair(*ENOUGH):
        resigned(office, signed.path, signed=moment.later(signed.statement.signed, days=1))
    assert found(office) == {("policy-not-reached", "record 2")}


def test_an_unreached_run_is_not_resumed_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.write_pair(policy=ROUTINE)
    change_set = office.approved("1")
    asked = iter([False, True])
    with monkeypatch.context() as patched:
        without_check(patched)
        office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked)))
    with pytest.raises(PolicyNotReached):
        office.apply(change_set)


def test_a_spent_change_set_is_not_approved_again(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    office.apply(change_set)
    with pytest.raises(AlreadyApplied, match="was used by run 2"):
        office.approve(change_set, LEADER)
