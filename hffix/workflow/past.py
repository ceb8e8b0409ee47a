"""Reading the chain of a target: every record in its place, and what they say together."""

from collections.abc import Iterator

from hffix.changelog import reader
from hffix.database import Snapshot
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import NoChangeLog
from hffix.model.record import NO_HEAD, Record, head_after, read_record
from hffix.model.run import Past, read_past


def read_chain(snapshot: Snapshot) -> Past:
    """Read what the chain says; refuse one whose records do not follow from each other."""
    past = read_past(records(snapshot))
    last = reader.read_head(snapshot)
    count = len(heads_of(snapshot))
    if last.number != count:
        raise BrokenChain(f"the head says {last.number} records, the change log holds {count}")
    return past


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Read the records one by one, each checked against the head of the one before."""
    head, number = NO_HEAD, 0
    for stored in reader.record_bodies(snapshot):
        number += 1
        if stored.number != number:
            raise BrokenChain(f"record {number} is missing")
        head = head_after(head, stored.body)
        if stored.head != head:
            raise BrokenChain(f"the head of record {number} does not follow from its body")
        record = read_record(stored.body)
        if record.number != number:
            raise BrokenChain(f"record {number} says of itself that it is {record.number}")
        yield record
    if not number:
        raise NoChangeLog("the change log holds no record")


def heads_of(snapshot: Snapshot) -> dict[int, str]:
    """Give the stored head after each record."""
    return {stored.number: stored.head for stored in reader.record_bodies(snapshot)}
