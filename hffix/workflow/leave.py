"""Leaving: at every exit that appended a record, a receipt is signed and written outside of the database."""

from functools import partial

from hffix.changelog import reader
from hffix.database import Session
from hffix.errors import HffixError
from hffix.errors.applying import ReceiptPending
from hffix.errors.approvals import ApprovalError
from hffix.errors.project import StorageFailed
from hffix.errors.targets import Busy, CannotReach, ConnectionLost
from hffix.model.receipt import Receipt
from hffix.model.run import Past
from hffix.workflow.again import again
from hffix.workflow.past import read_chain
from hffix.workflow.session import Work
from hffix.workflow.setting import Setting
from hffix.workflow.witness import check_witnesses, sign_receipt


def leave_receipt(work: Work) -> tuple[str | None, HffixError | None]:
    """Sign the head for a session of a run; give the receipt's name, or what kept it from being written.

    What was committed stands without it; whoever calls the command again leaves the receipt that is pending.
    """

    def sign_it() -> Receipt | None:
        return sign_receipt(
            work.setting,
            work.session,
            read_chain(work.session),
            witnessed=work.witnessed,
            rules=work.rules,
            key=work.key,
            now=work.session.now(),
        )

    try:
        receipt = again(work.session, sign_it, renewed=partial(work.refuse_moved, work.session, mine=False))
    except (CannotReach, ConnectionLost, Busy, StorageFailed) as fault:
        return None, ReceiptPending(f"the receipt could not be written: {fault.message}")
    return receipt.name if receipt else None, None


def leave_pending_receipt(setting: Setting, session: Session) -> tuple[Past, str | None, str]:
    """Write the receipt that an earlier exit could not, where somebody with a key is at hand."""
    past = read_chain(session)
    witnessed = check_witnesses(setting, session, past)
    head = reader.read_head(session).head
    rules = setting.rules()
    try:
        key = setting.key(rules.signers)
    except ApprovalError:
        return past, None, head
    now = session.now()
    if rules.signers.person_of(key.public, at=now) is None:
        return past, None, head
    receipt = sign_receipt(setting, session, past, witnessed=witnessed, rules=rules, key=key, now=now)
    return past, receipt.name if receipt else None, head
