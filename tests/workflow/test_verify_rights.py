"""Verify judges the word behind every record as it stood then: manifest, statements, policy, people."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hffix.changelog import chain
from hffix.errors.approvals import NotApproved
from hffix.model import canonical, moment
from hffix.model.policy import Purpose
from hffix.model.record import Erase, Record
from hffix.model.statement import FORMAT, Statement
from hffix.signing import sshsig
from hffix.signing.private import load_private_key
from hffix.store.approvals import write_statement
from hffix.store.journal import Journal
from hffix.workflow.init_target import init_target
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.workflow.conftest import codes, found, journal, opened, rechain
from tests.workflow.office import AUDITOR, AUTHOR, LEADER, OPERATOR, POLICY, SECOND_OPERATOR, Office, open_office


def approvals(office: Office) -> Path:
    return office.folder / "approvals" / opened(office).manifest[:12]


def statement(office: Office) -> Path:
    return next(approvals(office).glob("zhang.min.apply.*.json"))


def test_a_manifest_that_is_gone_is_found(desk: Office) -> None:
    (approvals(desk) / "manifest.json").unlink()
    assert found(desk) == {("manifest", "run 2")}


def test_a_manifest_that_was_changed_is_found(desk: Office) -> None:
    path = approvals(desk) / "manifest.json"
    changed = json.loads(path.read_bytes()) | {"planner": "nobody"}
    path.write_bytes(canonical.encode(changed))
    assert found(desk) == {("manifest", "run 2")}


@pytest.mark.parametrize("ending", ["", ".sig"], ids=["statement", "signature"])
def test_a_statement_that_is_gone_is_found(desk: Office, ending: str) -> None:
    path = statement(desk)
    path.with_name(path.name + ending).unlink()
    assert found(desk) == {("statement-missing", "record 2"), ("quorum", "record 2")}


def test_a_statement_that_was_changed_is_not_the_one_that_was_counted(desk: Office) -> None:
    path = statement(desk)
    path.write_bytes(canonical.encode(json.loads(path.read_bytes()) | {"comment": "changed"}))
    assert found(desk) == {("statement-missing", "record 2"), ("quorum", "record 2")}


def test_a_signature_by_somebody_else_does_not_count(desk: Office) -> None:
    change_set = desk.find(opened(desk).manifest)
    path = statement(desk)
    taken = path.with_name(path.name + ".sig")
    others = desk.folder / "approvals" / desk.records()[6].manifest[:12]  # type: ignore[union-attr]
    taken.write_bytes(next(others.glob("zhang.min.apply.*.sig")).read_bytes())
    assert change_set.digest
    assert found(desk) == {("statement", f"record 2, {path.name}"), ("quorum", "record 2")}


def test_a_policy_that_is_gone_from_the_history_is_found(desk: Office) -> None:
    (desk.folder / "approvals" / "history" / opened(desk).policy).unlink()
    assert found(desk) == {("policy", "record 2"), ("policy", "record 7")}


def test_a_history_that_was_changed_is_found(desk: Office) -> None:
    (desk.folder / "approvals" / "history" / opened(desk).policy).write_text(POLICY.replace("= 1", "= 2"))
    assert found(desk) == {("policy", "record 2"), ("policy", "record 7")}


def test_a_policy_of_today_does_not_judge_the_runs_of_yesterday(desk: Office) -> None:
    (desk.folder / "approvals" / "policy.toml").write_text(POLICY.replace("zhang.min", "chen.jie.2"))
    assert found(desk) == set()


def test_a_key_that_was_revoked_since_does_not_unsay_what_it_signed(desk: Office) -> None:
    key = (desk.folder / "approvals" / "allowed_signers").read_text().split("\n")[0].split(maxsplit=2)[2]
    (desk.folder / "approvals" / "revoked_keys").write_text(key + "\n")
    assert found(desk) == set()


def test_a_revocation_after_the_run_is_worth_a_note(office: Office) -> None:
    office.correct("1")
    office.revoke(office.find(opened(office).manifest))
    verified = verify(office.setting())
    assert verified.ok
    assert "the change set of run 2 was revoked afterwards, by record 5" in verified.notes


def test_a_revocation_that_nobody_signed_is_found(office: Office) -> None:
    office.correct("1")
    signed = office.revoke(office.find(opened(office).manifest))
    signed.path.unlink()
    assert found(office) == {("statement", "record 5")}


# Rollbacks.


def test_a_rollback_with_its_own_approval_is_whole(office: Office) -> None:
    office.correct("1")
    change_set = rollback(office.setting(), 2).change_set
    office.approve(change_set)
    assert office.apply(change_set).problem is None
    assert found(office) == set()


def test_a_rollback_on_the_word_of_the_run_that_it_takes_back_is_whole(office: Office) -> None:
    forth = office.plan("1")
    office.approve(forth, purpose="apply+rollback")
    office.apply(forth)
    assert office.apply(rollback(office.setting(), 2).change_set).problem is None
    assert office.records()[4].inverse == forth.digest  # type: ignore[union-attr]
    assert found(office) == set()


# Forged records: what a chain built anew would have to say to be believed.


def forge(office: Office, number: int, **fields: canonical.Json) -> set[tuple[str, str]]:
    """Build the chain anew with another record in it; give what else verify finds than that."""
    with office.unguarded() as outsider:
        rechain(outsider, lambda body: body | fields if body["number"] == number else body)
    aside = {"receipt-differs", "journal-lost", "chain-head"}
    return {(code, where) for code, where in found(office) if code not in aside}


def sign(office: Office, person: str, purpose: Purpose, *subjects: str, **fields: str) -> str:
    """Let a person sign whatever is asked, also what hffix would refuse; give the digest of the statement."""
    key = load_private_key(office.folder / "keys" / person, ask=None)
    pair = office.setting().rules().pair
    usual = {
        "lineage": office.records()[0].lineage,  # type: ignore[union-attr]
        "policy": pair.policy_digest,
        "signed": moment.later(opened(office).time, days=-1),
    }
    statement = Statement(
        comment=None,
        expires=None,
        format=FORMAT,
        key=key.public.fingerprint,
        person=person,
        purpose=purpose,
        signers=pair.signers_digest,
        subjects=tuple(sorted(subjects)),
        **(usual | fields),
    )
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    write_statement(
        office.project, subject=statement.subjects[0], name=statement.file_name, data=data, signature=signature
    )
    return canonical.digest(data)


def test_a_run_without_a_statement_does_not_meet_the_policy(desk: Office) -> None:
    assert forge(desk, 2, statements=[]) == {("quorum", "record 2")}


WITHOUT_THE_RIGHT: dict[str, tuple[str, Purpose, Mapping[str, str]]] = {
    "of the author": (AUTHOR, "apply", {}),
    "of the operator": (OPERATOR, "apply", {}),
    "of somebody whom the policy does not ask": (SECOND_OPERATOR, "apply", {}),
    "for another purpose": (LEADER, "rollback", {}),
    "for another database": (LEADER, "apply", {"lineage": "0" * 32}),
    "by another policy": (LEADER, "apply", {"policy": "0" * 64}),
    "too long before": (LEADER, "apply", {"signed": "2020-01-01T00:00:00Z"}),
    "long after": (LEADER, "apply", {"signed": "2999-01-01T00:00:00Z"}),
}


@pytest.mark.parametrize(("person", "purpose", "fields"), WITHOUT_THE_RIGHT.values(), ids=WITHOUT_THE_RIGHT)
def test_a_statement_does_not_count(tmp_path: Path, person: str, purpose: Purpose, fields: Mapping[str, str]) -> None:
    # Author and operator may approve, as far as their roles go: only not this.
    policy = POLICY.replace('["author"]', '["author", "leader"]').replace('["operator"]', '["operator", "leader"]', 1)
    office = open_office(tmp_path / "office", policy=policy)
    office.correct("1")
    digest = sign(office, person, purpose, opened(office).manifest, **fields)
    assert {code for code, _ in forge(office, 2, statements=[digest])} == {"statement", "quorum"}


def test_a_statement_that_expired_before_the_run_does_not_count(desk: Office) -> None:
    late = moment.later(opened(desk).time, days=31)
    with desk.unguarded() as outsider:
        rechain(outsider, lambda body: body | {"time": late} if body["number"] != 1 else body)
    assert {code for code, _ in found(desk)} >= {"statement", "quorum"}


def test_an_operator_without_the_role_is_found(desk: Office) -> None:
    assert forge(desk, 2, operator=AUDITOR) == {("operator", "record 2")}


def test_an_operator_who_approved_is_found(desk: Office) -> None:
    assert {code for code, _ in forge(desk, 2, operator=LEADER)} == {"operator", "statement", "quorum"}


def test_a_run_under_the_manifest_of_another_is_found(desk: Office) -> None:
    second = desk.records()[6].manifest  # type: ignore[union-attr]
    assert ("approved-root", "run 2") in forge(desk, 2, manifest=second)


def test_a_rollback_that_takes_back_something_else_has_no_right_to_the_other_run_s_word(office: Office) -> None:
    forth = office.plan("1")
    office.approve(forth, purpose="apply+rollback")
    office.apply(forth)
    office.apply(rollback(office.setting(), 2).change_set)
    office.tamper("UPDATE hffix_change SET before = '{}', leaf = leaf WHERE run_id = 2 AND seq = 3")
    assert ("not-inverse", "run 5, line 3") in found(office)


# Erasures, moves, copies.


def append(office: Office, make: Callable[[int, str], Record]) -> None:
    """Append a record as a verb would: fence, journal, commit."""
    with office.session() as session:
        session.begin()
        before = chain.lock_head(session)
        head = chain.append(session, after=before, record=make(before.number + 1, session.now()))
        book = Journal(journal(office))
        book.intend(head.number, head.head, before.head)
        session.commit()
        book.confirm(head.number)


def erase(office: Office, *people: str) -> None:
    """Erase line 5 of run 2 on the word of some people."""
    leaf = str(office.ask("SELECT leaf FROM hffix_change WHERE run_id = 2 AND seq = 5")[0][0])
    said = tuple(sorted(sign(office, person, "erase", leaf) for person in people))
    found_record = opened(office)
    append(
        office,
        lambda number, time: Erase(
            number=number, time=time, leaves=(leaf,), statements=said, policy=found_record.policy,
            signers=found_record.signers,
        ),
    )  # fmt: skip
    emptied = ("salt", "row_key", "before", "after", "origin", "observed")
    office.ask(f"UPDATE hffix_change SET {', '.join(f'{c} = NULL' for c in emptied)} WHERE run_id = 2 AND seq = 5")


def test_a_row_that_was_erased_on_enough_people_s_word_is_whole(desk: Office) -> None:
    erase(desk, LEADER, AUDITOR)
    assert found(desk) == set()


def test_an_erasure_that_too_few_signed_is_found(desk: Office) -> None:
    erase(desk, AUDITOR)
    assert found(desk) == {("statement", "record 10")}


def moved(office: Office) -> None:
    with pytest.raises(NotApproved):
        init_target(office.setting(LEADER), elsewhere="move")
    init_target(office.setting(AUDITOR), elsewhere="move")


def test_a_database_that_was_moved_on_enough_people_s_word_is_whole(desk: Office) -> None:
    moved(desk)
    verified = verify(desk.setting())
    assert verified.ok
    assert verified.notes == ()


def test_a_move_whose_statements_are_gone_is_found(desk: Office) -> None:
    moved(desk)
    for path in (desk.folder / "approvals").glob("*/*.move.*"):
        path.unlink()
    assert codes(desk) == {"statement"}
