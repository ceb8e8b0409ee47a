"""Init-target: give a target its change log, found its lineage, or carry it to another place."""

import secrets
from dataclasses import dataclass

from hffix.changelog import chain, install
from hffix.database import Session, open_for_writing, run_lock
from hffix.errors import HffixError
from hffix.errors.approvals import ApprovalError
from hffix.errors.targets import NoChangeLog
from hffix.model.record import NO_HEAD, Found, Move
from hffix.model.run import Past
from hffix.store import approvals
from hffix.workflow.appending import append_record
from hffix.workflow.elsewhere import Confirm, Elsewhere, PlaceSigning, sign_place, signer_of_place
from hffix.workflow.past import read_chain
from hffix.workflow.session import who_holds, who_operates
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.witness import check_witnesses, journal_of, refuse_lost_log, sign_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What was made or found, and what a person should know of it; `pending` says why a receipt was not signed."""

    lineage: str
    revision: str
    before: str | None
    founded: bool
    receipt: str | None
    notes: tuple[str, ...]
    pending: str | None = None
    declared: Elsewhere | None = None


def unasked(signing: PlaceSigning) -> None:
    """Ask nobody."""


def init_target(setting: Setting, *, elsewhere: Elsewhere | None = None, confirm: Confirm = unasked) -> Initialised:
    """Make or upgrade the change log; found the lineage where there is none, or say that it was moved or copied.

    `confirm` shows the place that is about to be signed, and raises where the person does not agree.
    """
    rules = setting.rules()
    with (
        open_for_writing(setting.url, folder=setting.folder) as session,
        run_lock(setting.url, folder=setting.folder, holder=lambda: who_holds(session)),
    ):
        session.durability()
        parent = _prepare(setting, session, rules, elsewhere, confirm)
        revision, before = install.upgrade(session)
        founded = _lineage(session) is None
        if founded:
            _found(setting, session, rules, parent=parent)
        past = read_chain(session)
        receipt, pending = _receipt(setting, session, past, rules, elsewhere=elsewhere)
        notes = session.notes if install.enforced(session) else (*session.notes, install.UNGUARDED)
    return Initialised(
        lineage=past.found.lineage,
        revision=revision,
        before=before,
        founded=founded,
        receipt=receipt,
        notes=notes,
        pending=pending,
        declared=elsewhere,
    )


def _prepare(
    setting: Setting, session: Session, rules: Rules, elsewhere: Elsewhere | None, confirm: Confirm
) -> str | None:
    """Refuse what the receipts contradict, and carry a lineage that stands elsewhere; give a copy's parent."""
    past = _lineage(session)
    if past is None:
        refuse_lost_log(setting)
        return None
    if elsewhere is None:
        return None
    statement = sign_place(setting, rules, past=past, session=session, purpose=elsewhere, confirm=confirm)
    if elsewhere == "move":
        place = session.place()
        approvals.keep_history(setting.project, rules.pair)
        append_record(
            setting, session, lambda number, time: Move(number=number, time=time, place=place, statement=statement)
        )
        return None
    session.begin()
    try:
        install.remove(session)
        session.commit()
    finally:
        session.rollback()
    return past.found.lineage


def _lineage(session: Session) -> Past | None:
    if not install.exists(session):
        return None
    try:
        return read_chain(session)
    except NoChangeLog:
        return None


def _found(setting: Setting, session: Session, rules: Rules, *, parent: str | None) -> None:
    record = Found(
        number=1,
        time=session.now(),
        lineage=secrets.token_hex(16),
        place=session.place(),
        parent=parent,
        policy=rules.pair.policy_digest,
        signers=rules.pair.signers_digest,
    )
    session.begin()
    try:
        head = chain.found(session, record)
        journal = journal_of(setting, record.lineage)
        journal.intend(head.number, head.head, NO_HEAD)
        chain.commit(session, head=head)
        journal.confirm(head.number)
    finally:
        session.rollback()
    approvals.keep_history(setting.project, rules.pair)


def _receipt(
    setting: Setting, session: Session, past: Past, rules: Rules, *, elsewhere: Elsewhere | None
) -> tuple[str | None, str | None]:
    """Sign what was appended, where somebody with a key is at hand; else say why it stays pending."""
    now = session.now()
    try:
        # Whoever could sign the new place may witness it: an operator need not have been there.
        key, _ = (signer_of_place if elsewhere else who_operates)(setting, rules, now=now)
    except ApprovalError as nobody:
        return None, nobody.message
    try:
        witnessed = check_witnesses(setting, session, past)
    except HffixError as contradicted:
        if elsewhere is None:
            raise
        return None, contradicted.message
    signed = sign_receipt(setting, session, past, witnessed=witnessed, rules=rules, key=key, now=now)
    return (signed.name if signed else None), None
