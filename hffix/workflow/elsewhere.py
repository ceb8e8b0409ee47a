"""Elsewhere: a database at another place is a move or a copy, and people sign which."""

from typing import Literal

from hffix.database import Session
from hffix.errors.approvals import NotApproved, UnknownSigner
from hffix.model import canonical
from hffix.model.policy import Claims
from hffix.model.quorum import quorum
from hffix.model.statement import FORMAT, Matter, Statement
from hffix.signing import sshsig
from hffix.store import approvals
from hffix.workflow.judge import read_statement
from hffix.workflow.setting import Rules, Setting

Elsewhere = Literal["move", "copy"]


def sign_place(setting: Setting, rules: Rules, *, lineage: str, session: Session, purpose: Elsewhere) -> str:
    """Sign the new place and count everybody who did; give the statement's digest, or say who is missing."""
    now, place = session.now(), session.place()
    key = setting.key(rules.signers)
    person = rules.signers.person_of(key.public, at=now)
    if person is None:
        raise UnknownSigner(f"the key {key.public.fingerprint} is nobody's in approvals/allowed_signers")
    subject = canonical.digest(canonical.encode(place))
    statement = Statement(
        comment=None,
        expires=None,
        format=FORMAT,
        key=key.public.fingerprint,
        lineage=lineage,
        person=person,
        policy=rules.pair.policy_digest,
        purpose=purpose,
        signed=now,
        signers=rules.pair.signers_digest,
        subjects=(subject,),
    )
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    approvals.write_statement(
        setting.project, subject=subject, name=statement.file_name, data=data, signature=signature
    )
    matter = Matter(
        subject=subject,
        lineage=lineage,
        purposes=(purpose,),
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=(),
        now=now,
    )
    judged = [read_statement(one, rules=rules, matter=matter) for one in approvals.all_statements(setting.project)]
    people = {one.statement.person for one, reason in judged if one is not None and reason is None}
    claims = Claims(purpose=purpose, risk="high", rows=0, tables=(), columns=())
    met = quorum(rules.policy, claims=claims, approvals=people)
    if not met:
        raise NotApproved(f"the new place is not approved: {'; '.join(map(str, met.lacking))}")
    return canonical.digest(data)
