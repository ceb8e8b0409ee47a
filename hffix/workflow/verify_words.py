"""Verifying the word behind the other records: a revocation, an erasure, a move, a copy."""

from collections.abc import Sequence
from dataclasses import dataclass

from hffix.errors import HffixError
from hffix.errors.approvals import BadStatement
from hffix.model import canonical
from hffix.model.policy import Claims, Purpose, Requirement
from hffix.model.quorum import weigh
from hffix.model.record import Erase, Found, Move, Revoke
from hffix.model.statement import Matter, Statement
from hffix.signing import sshsig
from hffix.signing.signers import Signers
from hffix.store.approvals import Signed
from hffix.workflow.judge import read_statement
from hffix.workflow.receipted import found_of
from hffix.workflow.setting import Rules
from hffix.workflow.verify_findings import Findings
from hffix.workflow.verify_rights import NOT_REACHED, WENT_BACK, Judging, is_reached, rules_of, went_back_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the statements behind a record had to say, and by which rules."""

    purpose: Purpose
    lineage: str
    subjects: frozenset[str]
    statements: tuple[Signed, ...]
    rules: Rules

    @property
    def required(self) -> tuple[Requirement, ...]:
        """The requirements that all have to be met."""
        if self.purpose == "erase":
            return self.rules.policy.highest_for("erase")
        claims = Claims(purpose=self.purpose, risk="high", rows=0, tables=(), columns=())
        return self.rules.policy.requirements_for(claims)


def check_words(judging: Judging, *, signers: Sequence[Signers], findings: Findings) -> None:
    """Check that what was revoked, erased, moved or copied rests on statements that stand."""
    for record in judging.chain.words:
        where = f"record {record.number}"
        try:
            if isinstance(record, Revoke):
                _check_revocation(judging, record, signers)
            elif not isinstance(record, Found) or record.parent is not None:
                asked = _asked(judging, record)
                _check_quorum(asked, now=record.time)
                _check_pair(judging, record, asked.rules, findings)
        except HffixError as fault:
            findings.problem("statement", where, fault.message)


def _check_pair(judging: Judging, record: Found | Erase | Move, rules: Rules, findings: Findings) -> None:
    """Tell of a record whose policy and signers were not those of the lineage; a copy's are of its parent."""
    where, beginning = f"record {record.number}", judging.past.found
    if isinstance(record, Found):
        parent = found_of(judging.setting.project, record.parent or "")
        if parent is None:
            findings.note(f"no receipt tells by which policy lineage {record.parent} began, of which this is a copy")
            return
        beginning = parent
    if not is_reached(judging, rules, now=record.time, beginning=beginning):
        findings.problem("policy-not-reached", where, NOT_REACHED)
    elif not isinstance(record, Found) and went_back_at(judging, rules, record):
        findings.problem("policy-went-back", where, WENT_BACK)


def _check_revocation(judging: Judging, record: Revoke, signers: Sequence[Signers]) -> None:
    """Refuse a revocation that nobody signed."""
    signed = _named(judging, record.statement)
    statement = Statement.from_bytes(signed.data)
    key = sshsig.verify(signed.data, signed.signature)
    if statement.purpose != "revoke" or not set(record.manifests) <= set(statement.subjects):
        raise BadStatement("its statement revokes something else")
    if statement.person not in {known.person_of(key, at=record.time) for known in signers}:
        raise BadStatement(f"its statement is not signed by a key of {statement.person}")


def _asked(judging: Judging, record: Found | Erase | Move) -> _Asked:
    lineage = judging.past.found.lineage
    if isinstance(record, Erase):
        return _Asked(
            purpose="erase",
            lineage=lineage,
            subjects=frozenset(record.leaves),
            statements=tuple(_named(judging, digest) for digest in record.statements),
            rules=rules_of(judging.setting, policy=record.policy, signers=record.signers, revoked=None),
        )
    pair: Found | Statement = record if isinstance(record, Found) else _statement(judging, record)
    return _Asked(
        purpose="copy" if isinstance(record, Found) else "move",
        lineage=(record.parent or "") if isinstance(record, Found) else lineage,
        subjects=frozenset({canonical.digest(canonical.encode(record.place))}),
        statements=tuple(judging.words.values()),
        rules=rules_of(judging.setting, policy=pair.policy, signers=pair.signers, revoked=None),
    )


def _check_quorum(asked: _Asked, *, now: str) -> None:
    """Refuse where the people whose statements stand are not enough."""
    people = {person for signed in asked.statements if (person := _person(signed, asked, now=now))}
    met = weigh(asked.rules.policy, required=asked.required, approvals=people)
    if not met:
        raise BadStatement(f"its statements do not meet the policy: {'; '.join(map(str, met.lacking))}")


def _person(signed: Signed, asked: _Asked, *, now: str) -> str | None:
    """Name who signed a statement that covers every subject, where it counts."""
    matter = Matter(
        subject=min(asked.subjects, default=""),
        lineage=asked.lineage,
        purposes=(asked.purpose,),
        policy=asked.rules.policy,
        policy_digest=asked.rules.pair.policy_digest,
        signers_digest=asked.rules.pair.signers_digest,
        revoked=frozenset(),
        barred=(),
        now=now,
    )
    counted, reason = read_statement(signed, rules=asked.rules, matter=matter)
    if counted is None or reason is not None or not asked.subjects <= set(counted.statement.subjects):
        return None
    return counted.statement.person


def _statement(judging: Judging, record: Move) -> Statement:
    return Statement.from_bytes(_named(judging, record.statement).data)


def _named(judging: Judging, digest: str) -> Signed:
    if digest not in judging.words:
        raise BadStatement(f"statement {digest[:12]} is not in approvals/")
    return judging.words[digest]
