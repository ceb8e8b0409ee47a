"""The fence: whoever extends the chain must hold its head row, and find there what he read before."""

from enum import Enum, auto
from typing import Final

from sqlalchemy import insert, select, update

from hffix.changelog.reader import Head, head_of, record_bodies
from hffix.changelog.refusals import writing
from hffix.changelog.tables import LINEAGE, RECORD
from hffix.database import Session, Snapshot
from hffix.database.portable import locking
from hffix.database.returning import renew
from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import Busy, ChangeLogExists, CommitUnknown, ConnectionLost, Fenced
from hffix.model.record import NO_HEAD, Found, Record, head_after, read_record

# Each turn lasts as long as a session waits for a lock.
_TURNS: Final = 5
_LOCKED: Final = locking(select(LINEAGE), LINEAGE)


class Holder(Enum):
    """Who may extend the chain next, where a record does not say."""

    UNCHANGED = auto()


def found(session: Session, record: Found) -> Head:
    """Begin a lineage with its first record; refuse where there is one."""
    if session.connection.execute(select(LINEAGE.c.number)).all():
        raise ChangeLogExists("the change log has a lineage already")
    start = Head(number=0, head=NO_HEAD, holder=None)
    with writing(session, LINEAGE.name):
        session.connection.execute(insert(LINEAGE), {"number": start.number, "head": start.head, "holder": None})
    return append(session, after=start, record=record)


def lock_head(session: Session) -> Head:
    """Lock the head row until the transaction ends, and so wait for whoever holds it."""
    with writing(session, LINEAGE.name):
        rows = session.connection.execute(_LOCKED).all()
    return head_of([tuple(row) for row in rows])


def append(session: Session, *, after: Head, record: Record, holder: str | Holder | None = Holder.UNCHANGED) -> Head:
    """Extend the chain by a record; refuse where it no longer ends at `after`."""
    if record.number != after.number + 1:
        raise BrokenChain(f"record {record.number} does not follow record {after.number}")
    body = record.to_bytes()
    head = Head(
        number=record.number,
        head=head_after(after.head, body),
        holder=after.holder if isinstance(holder, Holder) else holder,
    )
    _move(session, after=after, to=head)
    values = {
        "number": head.number,
        "run_id": getattr(record, "run", None),
        "kind": record.__struct_config__.tag,
        "body": body.decode(),
        "head": head.head,
    }
    with writing(session, RECORD.name):
        session.connection.execute(insert(RECORD), values)
    return head


def commit(session: Session, *, head: Head) -> None:
    """Commit a transaction that extended the chain to `head`.

    Where the answer is lost, a new session locks the chain's end, and so waits for the old one to end, and reads
    whether the record is there: ConnectionLost where it is not, CommitUnknown where that cannot be read either.
    """
    try:
        session.commit()
    except CommitUnknown as unknown:
        try:
            stored = _read_anew(session, head.number)
        except HffixError:
            raise unknown from None
        if stored != head.head:
            raise ConnectionLost("the connection broke before the transaction was committed") from unknown


def _read_anew(session: Session, number: int) -> str | None:
    renew(session)
    for _ in range(_TURNS):
        try:
            return _read_behind_lock(session, number)
        except Busy:
            # The old session has not ended: what it was told last may still be on its way.
            continue
    return _read_behind_lock(session, number)


def _read_behind_lock(session: Session, number: int) -> str | None:
    session.begin()
    try:
        lock_head(session)
        return next((stored.head for stored in record_bodies(session, first=number)), None)
    finally:
        session.rollback()


def set_holder(session: Session, *, head: Head, holder: str | None) -> Head:
    """Say who may extend the chain next; refuse where it no longer ends at `head`."""
    held = Head(number=head.number, head=head.head, holder=holder)
    _move(session, after=head, to=held)
    return held


def records_since(snapshot: Snapshot, number: int) -> list[Record]:
    """Read the records after a number, each in its one form."""
    return [read_record(stored.body) for stored in record_bodies(snapshot, first=number + 1)]


def _move(session: Session, *, after: Head, to: Head) -> None:
    statement = update(LINEAGE).where(
        LINEAGE.c.number == after.number,
        LINEAGE.c.head == after.head,
        # Not every database can say IS NOT DISTINCT FROM.
        LINEAGE.c.holder.is_(None) if after.holder is None else LINEAGE.c.holder == after.holder,
    )
    with writing(session, LINEAGE.name):
        moved = session.connection.execute(statement.values(number=to.number, head=to.head, holder=to.holder))
    if moved.rowcount != 1:
        raise Fenced(f"the chain no longer ends at record {after.number}, or another session may extend it now")
