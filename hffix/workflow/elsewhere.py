"""Elsewhere: a database at another place is a move or a copy, and people sign which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hffix.database import Session
from hffix.errors.approvals import MayNotApprove, NotApproved, UnknownSigner
from hffix.model import canonical
from hffix.model.policy import Claims
from hffix.model.quorum import quorum
from hffix.model.run import Past
from hffix.model.statement import FORMAT, Matter, Statement
from hffix.signing import sshsig
from hffix.signing.keys import SigningKey
from hffix.store import approvals
from hffix.workflow.forward import refuse_backward
from hffix.workflow.judge import read_statement
from hffix.workflow.pairs import way_to
from hffix.workflow.setting import Rules, Setting

Elsewhere = Literal["move", "copy"]

ASK_MOVED: Final = "Each person named signs it too, on the same target, with: hffix init-target --moved --sign-with KEY"
ASK_COPIED: Final = "Each person named signs it too, on the same target, with: hffix init-target --copy --sign-with KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSigning:
    """What somebody is about to sign of a database's place, and as whom."""

    statement: Statement
    name: str | None
    before: Mapping[str, str]
    place: Mapping[str, str]


Confirm = Callable[[PlaceSigning], None]


class PlaceNotApproved(NotApproved):
    """The policy asks for more people than have signed the new place so far."""

    untouched = "Nothing was written to the database; what was signed is kept in approvals/."


def sign_place(
    setting: Setting, rules: Rules, *, past: Past, session: Session, purpose: Elsewhere, confirm: Confirm
) -> str:
    """Sign the new place and count everybody who did; give the statement's digest, or say who is missing."""
    now, place = session.now(), session.place()
    # Whoever could move or copy a lineage under a policy of his own would have brought that policy in.
    way_to(setting.project, rules, past=past, now=now)
    refuse_backward(setting.project, rules, past=past, opens=True, now=now)
    key, person = signer_of_place(setting, rules, now=now)
    claims = Claims(purpose=purpose, risk="high", rows=0, tables=(), columns=())
    _refuse_uncountable(rules, claims, person)
    subject = canonical.digest(canonical.encode(place))
    statement = _statement(rules, key, person, lineage=past.found.lineage, purpose=purpose, subject=subject, now=now)
    member = rules.policy.person(person)
    confirm(PlaceSigning(statement=statement, name=member.name if member else None, before=past.place, place=place))
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    approvals.write_statement(
        setting.project, subject=subject, name=statement.file_name, data=data, signature=signature
    )
    people = people_for(setting, rules, statement, now=now)
    met = quorum(rules.policy, claims=claims, approvals=people, keyed=rules.keyed(at=now))
    if not met:
        hint = ASK_MOVED if purpose == "move" else ASK_COPIED
        raise PlaceNotApproved(f"the new place is not approved: {'; '.join(map(str, met.lacking))}", hint=hint)
    return canonical.digest(data)


def signer_of_place(setting: Setting, rules: Rules, *, now: str) -> tuple[SigningKey, str]:
    """Find the key and the person who signs with it."""
    key = setting.key(rules.signers)
    person = rules.signers.person_of(key.public, at=now)
    if person is None or key.public.fingerprint in rules.revoked:
        raise UnknownSigner(f"the key {key.public.fingerprint} is nobody's in approvals/allowed_signers, or revoked")
    if setting.person not in {None, person}:
        raise UnknownSigner(f"the key {key.public.fingerprint} is {person}'s, not {setting.person}'s")
    return key, person


def _refuse_uncountable(rules: Rules, claims: Claims, person: str) -> None:
    required = rules.policy.requirements_for(claims)
    member = rules.policy.person(person)
    if member is None or not any(requirement.takes(member) for requirement in required):
        roles = sorted({role for requirement in required for role in requirement.roles or ()})
        raise MayNotApprove(
            f"{person} has none of the roles that approve this: {', '.join(roles) or 'any known person'}"
        )


def _statement(
    rules: Rules, key: SigningKey, person: str, *, lineage: str, purpose: Elsewhere, subject: str, now: str
) -> Statement:
    return Statement(
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


def people_for(setting: Setting, rules: Rules, statement: Statement, *, now: str) -> set[str]:
    """Name everybody whose statement about this place counts."""
    matter = Matter(
        subject=statement.subjects[0],
        lineage=statement.lineage,
        purposes=(statement.purpose,),
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=(),
        now=now,
    )
    judged = [read_statement(one, rules=rules, matter=matter) for one in approvals.all_statements(setting.project)]
    return {one.statement.person for one, reason in judged if one is not None and reason is None}
