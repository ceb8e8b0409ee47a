import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hffix.errors.applying import AlreadyApplied
from hffix.errors.approvals import MayNotApprove, MayNotOperate, NotApproved, Revoked, UnknownSigner
from hffix.model import moment
from hffix.model.record import Chunk, Open, Resume, Revoke
from hffix.model.statement import Statement
from hffix.store.approvals import signature_path
from hffix.store.changesets import ChangeSet
from hffix.workflow.appending import append_record
from hffix.workflow.apply import Limits
from tests.workflow.office import (
    AUDITOR,
    AUTHOR,
    FIXES,
    LEADER,
    OPERATOR,
    POLICY,
    SECOND_OPERATOR,
    Office,
    acting_at,
    open_office,
)


def statement_of(office: Office, change_set: ChangeSet) -> Statement:
    """Let the leader approve, take the statement away again, and give what it said."""
    (signed,) = office.approve(change_set)
    signed.path.unlink()
    signature_path(signed.path).unlink()
    return signed.statement


def interrupted(office: Office, change_set: ChangeSet, *, by: str = OPERATOR) -> None:
    asked = iter([False, True])
    assert office.apply(change_set, by=by, chunk_rows=4, limits=Limits(asked=lambda: next(asked))).decided == 4


def test_what_nobody_approved_is_refused_and_says_who_could(office: Office) -> None:
    change_set = office.plan("1")
    with pytest.raises(NotApproved, match="zhang") as refused:
        office.apply(change_set)
    assert refused.value.status == 4
    assert office.ask("SELECT count(*) FROM hffix_record") == [(1,)]


def test_a_high_risk_needs_two_people_and_one_of_them_a_leader(office: Office) -> None:
    change_set = office.plan("3")
    office.approve(change_set, AUDITOR)
    with pytest.raises(NotApproved):
        office.apply(change_set)
    office.approve(change_set, LEADER)
    assert office.apply(change_set).state == "done"


Change = Callable[[Statement], Statement]


def changed(**fields: object) -> Change:
    return lambda statement: msgspec.structs.replace(statement, **fields)


def moved(*, days: int) -> Change:
    return lambda statement: msgspec.structs.replace(
        statement, signed=moment.later(statement.signed, days=days), expires=None
    )


NOT_COUNTED = {
    "older than the policy allows": (moved(days=-31), "more than the policy's 30 days ago"),
    "signed in the future": (moved(days=1), "still to come"),
    "expired": (changed(expires="2020-01-01T00:00:00Z"), "expired"),
    "of another policy": (changed(policy="0" * 64), "the policy changed"),
    "of other signers": (changed(signers="0" * 64), "allowed_signers changed"),
    "for another database": (changed(lineage="0" * 32), "another database"),
    "for another purpose": (changed(purpose="rollback"), "its purpose is rollback"),
}


@pytest.mark.parametrize(("change", "reason"), NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_a_statement_that_does_not_count_is_named_with_its_reason(office: Office, change: Change, reason: str) -> None:
    change_set = office.plan("1")
    path = office.sign(change(statement_of(office, change_set)))
    with pytest.raises(NotApproved, match=f"{path.name} does not count: .*{reason}"):
        office.apply(change_set)


def test_a_statement_within_the_policys_days_counts(office: Office) -> None:
    change_set = office.plan("1")
    office.sign(moved(days=-29)(statement_of(office, change_set)))
    assert office.apply(change_set).state == "done"


# A policy by which everybody could approve, so that only their part in the change set keeps them from it.
EVERYBODY = (
    POLICY.replace('roles = ["leader"]\n', "", 1)
    .replace('"operator"]', '"operator", "leader"]')
    .replace('"author"]', '"author", "leader", "operator"]')
)


@pytest.fixture
def lenient(tmp_path: Path) -> Office:
    return open_office(tmp_path / "lenient", policy=EVERYBODY)


@pytest.mark.parametrize(("person", "part"), [(AUTHOR, "an author of the fix"), (OPERATOR, "an operator of the run")])
def test_nobody_approves_what_he_wrote_or_applies(lenient: Office, person: str, part: str) -> None:
    change_set = lenient.plan("1")
    said = msgspec.structs.replace(
        statement_of(lenient, change_set),
        person=person,
        key=lenient.setting(person).key(lenient.setting().rules().signers).public.fingerprint,
    )
    lenient.sign(said)
    with pytest.raises(NotApproved, match=f"{person} is {part}"):
        lenient.apply(change_set)


HELPED = FIXES["0001_opened"].replace("from hffix", "import days\nfrom hffix")
MAIL = "zhang.min@fund.example"
WITH_MAIL = POLICY.replace('roles = ["leader"] }', f'roles = ["leader"], emails = ["{MAIL}"] }}')


def committed(office: Office, *, by: str) -> None:
    """Let a helper of the fix come into git by somebody's commit."""
    who = {f"GIT_{part}_{field}": by for part in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    office.write_fix("days", "DAYS = 1\n")
    office.write_fix("0001_opened", HELPED)
    for words in (["init", "-q"], ["add", "fixes"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", "-C", office.folder, *words], env={**os.environ, **who}, check=True)


@pytest.mark.parametrize("policy", [WITH_MAIL, POLICY], ids=["known when it is planned", "known when it is judged"])
def test_whose_commits_are_in_a_file_of_the_fix_does_not_approve_it(tmp_path: Path, policy: str) -> None:
    office = open_office(tmp_path / "office", policy=policy)
    committed(office, by=MAIL)
    change_set = office.plan("1")
    assert change_set.manifest.fix.authors == (AUTHOR, LEADER if policy == WITH_MAIL else MAIL)
    office.write_pair(policy=WITH_MAIL)
    with pytest.raises(MayNotApprove, match=r"zhang\.min is an author of the fix"):
        office.approve(change_set)


def test_an_operator_of_an_earlier_session_does_not_count_as_approver_of_a_later_one(lenient: Office) -> None:
    change_set = lenient.plan("1")
    (leaders,) = lenient.approve(change_set)
    interrupted(lenient, change_set, by=OPERATOR)
    leaders.path.unlink()
    lenient.approve(change_set, OPERATOR)
    with pytest.raises(NotApproved, match=f"{OPERATOR} is an operator of the run"):
        lenient.apply(change_set, by=SECOND_OPERATOR)


def test_who_is_no_operator_does_not_apply(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    with pytest.raises(MayNotOperate):
        office.apply(change_set, by=AUDITOR)


def test_a_revoked_key_neither_approves_nor_applies(office: Office) -> None:
    change_set = office.plan("1")
    (signed,) = office.approve(change_set)
    revoked = office.folder / "approvals" / "revoked_keys"
    revoked.write_text(signed.statement.key + "\n")
    with pytest.raises(NotApproved, match="is revoked"):
        office.apply(change_set)
    operator = office.setting(OPERATOR).key(office.setting().rules().signers)
    revoked.write_text(operator.public.fingerprint + "\n")
    with pytest.raises(UnknownSigner):
        office.apply(change_set)


def test_a_revoked_change_set_is_not_opened(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    assert office.revoke(change_set).recorded is True
    with pytest.raises(Revoked) as refused:
        office.apply(change_set)
    assert refused.value.status == 4
    assert [type(record).__name__ for record in office.records()] == ["Found", "Revoke"]


def test_a_revocation_stops_a_running_apply_at_its_next_chunk(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    with acting_at("chunk.confirmed", lambda: office.revoke(change_set)):
        applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, Revoked)
    assert (applied.state, applied.decided) == ("stopped", 4)
    assert [type(record) for record in office.records()[2:]] == [Chunk, Revoke]
    with pytest.raises(Revoked):
        office.apply(change_set)


def test_a_revocation_of_another_change_set_does_not_stop_a_run(office: Office) -> None:
    change_set, other = office.plan("1"), office.plan("2")
    office.approve(change_set)
    with acting_at("chunk.confirmed", lambda: office.revoke(other)):
        assert office.apply(change_set, chunk_rows=4).state == "done"
    assert [type(record).__name__ for record in office.records()] == [
        "Found", "Open", "Chunk", "Revoke", "Chunk", "Chunk", "Close",
    ]  # fmt: skip


def test_no_record_is_older_than_a_revocation_that_came_before_it(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)

    def revoke_ahead() -> None:
        with office.session() as session:
            append_record(
                office.setting(),
                session,
                lambda number, time: Revoke(number=number, time=time, manifests=("0" * 64,), statement="0" * 64),
                signed=(moment.later(session.now(), seconds=200),),
            )

    with acting_at("chunk.confirmed", revoke_ahead):
        assert office.apply(change_set, chunk_rows=4).state == "done"
    times = [record.time for record in office.records()]
    assert times == sorted(times)
    assert isinstance(office.apply(change_set).problem, AlreadyApplied)


def test_a_revocation_between_the_checks_and_the_open_record_is_seen(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    with acting_at("open.checked", lambda: office.revoke(change_set)), pytest.raises(Revoked):
        office.apply(change_set)
    assert [type(record).__name__ for record in office.records()] == ["Found", "Revoke"]


def test_a_revocation_that_came_as_a_file_is_recorded_at_the_next_open_and_holds_without_it(office: Office) -> None:
    change_set = office.plan("1")
    said = statement_of(office, change_set)
    office.approve(change_set)
    path = office.sign(msgspec.structs.replace(said, purpose="revoke", expires=None))
    with pytest.raises(Revoked):
        office.apply(change_set)
    path.unlink()
    with pytest.raises(Revoked):
        office.apply(change_set)
    assert [type(record).__name__ for record in office.records()] == ["Found", "Revoke"]
    newest = max(office.project.receipts.rglob("*.json"))
    assert json.loads(newest.read_bytes())["own"] == [[2, 2]]


def test_a_revocation_dated_far_ahead_refuses_but_does_not_bend_the_chains_time(office: Office) -> None:
    change_set, other = office.plan("1"), office.plan("2")
    office.approve(other)
    said = statement_of(office, change_set)
    office.sign(msgspec.structs.replace(said, purpose="revoke", expires=None, signed="2999-01-01T00:00:00Z"))
    with pytest.raises(Revoked):
        office.apply(change_set)
    assert office.apply(other).state == "done"


def test_a_revocation_by_somebody_who_approves_nothing_stops_nobody(office: Office) -> None:
    change_set = office.plan("1")
    said = statement_of(office, change_set)
    office.approve(change_set)
    fingerprint = office.setting(AUTHOR).key(office.setting().rules().signers).public.fingerprint
    office.sign(msgspec.structs.replace(said, purpose="revoke", expires=None, person=AUTHOR, key=fingerprint))
    assert office.apply(change_set).state == "done"


def test_a_run_is_judged_by_the_policy_that_it_was_opened_under(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    interrupted(office, change_set)
    policy = office.folder / "approvals" / "policy.toml"
    policy.write_text(POLICY.replace("valid_days = 30", "valid_days = 29"))
    assert office.apply(change_set).state == "done"
    opened = next(record for record in office.records() if isinstance(record, Open))
    resumed = next(record for record in office.records() if isinstance(record, Resume))
    assert opened.statements == resumed.statements


def test_a_statement_that_is_no_json_is_ignored_by_name(office: Office) -> None:
    change_set = office.plan("1")
    (signed,) = office.approve(change_set)
    signed.path.write_bytes(signed.path.read_bytes() + b"\n")
    with pytest.raises(NotApproved, match=signed.path.name):
        office.apply(change_set)
