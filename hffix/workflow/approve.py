"""Approve and revoke: one person's signed word about a change set, shown again from the very bytes that are signed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hffix.database import Session, open_for_writing
from hffix.errors import HffixError
from hffix.errors.applying import AlreadyApplied
from hffix.errors.approvals import MayNotApprove, NothingToApprove, NotTogether, UnknownSigner, WrongPurpose
from hffix.model import moment
from hffix.model.canonical import digest
from hffix.model.policy import Purpose
from hffix.model.record import Revoke
from hffix.model.statement import FORMAT, PARTS, Statement
from hffix.signing import sshsig
from hffix.signing.keys import SigningKey
from hffix.store import approvals
from hffix.store.changesets import ChangeSet
from hffix.workflow.appending import append_record
from hffix.workflow.judge import Judgement, barred_from, claims_of, judge, purpose_of
from hffix.workflow.past import read_chain
from hffix.workflow.receipted import close_of
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.witness import check_witnesses, refuse_other_place, sign_receipt

MOST_COMMENT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What somebody is about to sign, and as whom."""

    change_set: ChangeSet
    statement: Statement
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStatement:
    """A statement that was written, and where the approvals stand with it."""

    change_set: ChangeSet
    path: Path
    statement: Statement
    judgement: Judgement | None
    recorded: bool | None = None


Confirm = Callable[[Signing], None]


def approve(
    setting: Setting,
    change_set: ChangeSet,
    *,
    purpose: Purpose | None = None,
    comment: str | None = None,
    confirm: Confirm,
) -> SignedStatement:
    """Sign a change set; `confirm` shows what is signed, and raises where the person does not agree."""
    (signed,) = approve_together(setting, (change_set,), purpose=purpose, comment=comment, confirm=confirm)
    return signed


def approve_together(
    setting: Setting,
    change_sets: Sequence[ChangeSet],
    *,
    purpose: Purpose | None = None,
    comment: str | None = None,
    confirm: Confirm,
) -> tuple[SignedStatement, ...]:
    """Sign one statement over several change sets of one database; each is shown, and must be agreed to, by itself."""
    rules, now = setting.rules(), _now()
    meant = {_meant(change_set, purpose) for change_set in change_sets}
    lineages = {change_set.manifest.target.lineage for change_set in change_sets}
    if len(meant) > 1 or len(lineages) > 1:
        raise NotTogether("one statement is for one purpose and one database, and these are for several")
    for change_set in change_sets:
        _refuse_spent(setting, change_set)
    key, person = who_signs(setting, rules, now=now)
    (wanted,) = meant
    for change_set in change_sets:
        _refuse_barred(change_set, rules, person, purpose=wanted)
    expires = moment.later(now, days=rules.policy.valid_days)
    statement = _statement(change_sets, rules, key, person, purpose=wanted, comment=comment, now=now, expires=expires)
    path = _sign(setting, change_sets, rules, statement, key, confirm)
    return tuple(
        SignedStatement(
            change_set=change_set,
            path=path,
            statement=statement,
            judgement=_judged(setting, change_set, rules, now=now),
        )
        for change_set in change_sets
    )


def _meant(change_set: ChangeSet, purpose: Purpose | None) -> Purpose:
    """Say what a change set is approved for; refuse one without changes, and a purpose that does not fit it."""
    if not change_set.manifest.leaves:
        raise NothingToApprove(f"change set {change_set.id} has no changes")
    wanted = purpose_of(change_set.manifest)
    meant: Purpose = purpose or ("rollback" if wanted == "rollback" else "apply")
    if meant not in ({"rollback"} if wanted == "rollback" else {"apply", "apply+rollback"}):
        raise WrongPurpose(f"change set {change_set.id} is approved for {wanted}, not for {meant}")
    return meant


def _judged(setting: Setting, change_set: ChangeSet, rules: Rules, *, now: str) -> Judgement:
    return judge(
        change_set.manifest,
        digest=change_set.digest,
        lineage=change_set.manifest.target.lineage,
        statements=approvals.statements(setting.project, change_set.digest),
        rules=rules,
        now=now,
    )


def revoke(setting: Setting, change_set: ChangeSet, *, comment: str | None = None, confirm: Confirm) -> SignedStatement:
    """Withdraw a change set for good; where the target can be reached, its chain says so at once."""
    # To withdraw is the safe direction: it needs no policy that could be met.
    rules, now = Rules.read(approvals.current_pair(setting.project)), _now()
    key, person = who_signs(setting, rules, now=now)
    if not rules.policy.may_approve(person):
        raise MayNotApprove(f"{person} may approve nothing, so may withdraw nothing")
    subjects = (change_set,)
    statement = _statement(subjects, rules, key, person, purpose="revoke", comment=comment, now=now, expires=None)
    path = _sign(setting, subjects, rules, statement, key, confirm)
    recorded = _record_revocation(setting, change_set, rules, key, digest=digest(path.read_bytes()), signed=now)
    return SignedStatement(change_set=change_set, path=path, statement=statement, judgement=None, recorded=recorded)


def _record_revocation(
    setting: Setting, change_set: ChangeSet, rules: Rules, key: SigningKey, *, digest: str, signed: str
) -> bool:
    """Append the revoke record; a running apply reads it at its next chunk."""
    try:
        with open_for_writing(setting.url, folder=setting.folder) as session:
            past = read_chain(session)
            if past.found.lineage != change_set.manifest.target.lineage:
                return False
            refuse_other_place(past.place, session.place())
            append_record(
                setting,
                session,
                lambda number, time: Revoke(number=number, time=time, manifests=(change_set.digest,), statement=digest),
                signed=(signed,),
            )
            _leave_receipt(setting, session, rules, key)
    except HffixError:
        return False
    return True


def _leave_receipt(setting: Setting, session: Session, rules: Rules, key: SigningKey) -> None:
    """Sign the record, so that it is known elsewhere too; where records before it are unknown here it stays pending."""
    with suppress(HffixError):
        past = read_chain(session)
        witnessed = check_witnesses(setting, session, past)
        sign_receipt(setting, session, past, witnessed=witnessed, rules=rules, key=key, now=session.now())


def _now() -> str:
    return moment.write(datetime.now(UTC))


def who_signs(setting: Setting, rules: Rules, *, now: str) -> tuple[SigningKey, str]:
    """Find the key and the person whose it is; refuse a key that is nobody's, or another's than `--as` says."""
    key = setting.key(rules.signers)
    person = rules.signers.person_of(key.public, at=now)
    if person is None or key.public.fingerprint in rules.revoked:
        raise UnknownSigner(f"the key {key.public.fingerprint} is nobody's in approvals/allowed_signers, or revoked")
    if setting.person not in {None, person}:
        raise UnknownSigner(f"the key {key.public.fingerprint} is {person}'s, not {setting.person}'s")
    return key, person


def _refuse_spent(setting: Setting, change_set: ChangeSet) -> None:
    """Refuse what a receipt shows to be used; what the receipts do not tell, apply reads from the chain."""
    closed = None
    with suppress(HffixError):
        closed = close_of(setting.project, change_set.manifest.target.lineage, change_set.digest)
    if closed is not None:
        raise AlreadyApplied(f"change set {change_set.id} was used by run {closed.run}, closed {closed.time}")


def _refuse_barred(change_set: ChangeSet, rules: Rules, person: str, *, purpose: str) -> None:
    for barred, part in barred_from(change_set.manifest, (), policy=rules.policy):
        if barred == person:
            raise MayNotApprove(f"{person} is {PARTS[part]}, and may not approve it")
    required = rules.policy.requirements_for(claims_of(change_set.manifest, purpose=purpose))
    member = rules.policy.person(person)
    if member is None or not any(requirement.takes(member) for requirement in required):
        roles = sorted({role for requirement in required for role in requirement.roles or ()})
        raise MayNotApprove(
            f"{person} has none of the roles that approve this: {', '.join(roles) or 'any known person'}"
        )


def _statement(
    change_sets: Sequence[ChangeSet],
    rules: Rules,
    key: SigningKey,
    person: str,
    *,
    purpose: Purpose,
    comment: str | None,
    now: str,
    expires: str | None,
) -> Statement:
    return Statement(
        comment=comment[:MOST_COMMENT] if comment else None,
        expires=expires,
        format=FORMAT,
        key=key.public.fingerprint,
        lineage=change_sets[0].manifest.target.lineage,
        person=person,
        policy=rules.pair.policy_digest,
        purpose=purpose,
        signed=now,
        signers=rules.pair.signers_digest,
        subjects=tuple(sorted({change_set.digest for change_set in change_sets})),
    )


def _sign(
    setting: Setting,
    change_sets: Sequence[ChangeSet],
    rules: Rules,
    statement: Statement,
    key: SigningKey,
    confirm: Confirm,
) -> Path:
    member = rules.policy.person(statement.person)
    for change_set in change_sets:
        confirm(Signing(change_set=change_set, statement=statement, name=member.name if member else None))
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    return approvals.write_statement(
        setting.project, subject=statement.subjects[0], name=statement.file_name, data=data, signature=signature
    )
