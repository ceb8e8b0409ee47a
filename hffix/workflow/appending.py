"""Appending one record outside of a run: behind the lock of the chain's end, with the journal on both sides."""

from collections.abc import Callable

from hffix.changelog import chain
from hffix.changelog.chain import Holder
from hffix.changelog.reader import Head
from hffix.database import Session
from hffix.model.record import Record
from hffix.workflow.failpoints import failpoints
from hffix.workflow.past import read_chain
from hffix.workflow.setting import Setting
from hffix.workflow.witness import journal_of, record_time


def append_record(
    setting: Setting,
    session: Session,
    make: Callable[[int, str], Record],
    *,
    signed: tuple[str, ...] = (),
    beside: Callable[[], None] | None = None,
    holder: str | Holder | None = Holder.UNCHANGED,
) -> Head:
    """Append the record made of a number and a time, never before the one before it or what it rests on.

    What belongs to it in the change log is written `beside` it, in the same transaction.
    """
    session.begin()
    try:
        before = chain.lock_head(session)
        # Read under the lock: a run may go on meanwhile, and its records are not to come after this one in time.
        past = read_chain(session)
        time = record_time(session.now(), after=past.last_time, statements=signed)
        if beside is not None:
            beside()
        head = chain.append(session, after=before, record=make(before.number + 1, time), holder=holder)
        failpoints.reach("append.recorded")
        journal = journal_of(setting, past.found.lineage)
        journal.intend(head.number, head.head, before.head)
        failpoints.reach("append.journaled")
        chain.commit(session, head=head)
        failpoints.reach("append.committed")
        journal.confirm(head.number)
    finally:
        # After the commit there is nothing left to undo.
        session.rollback()
    return head
