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
    before = reader.read_head(snapshot)
    told = list(records(snapshot))
    newest = next(reader.record_bodies(snapshot, first=len(told)))
    # Somebody may revoke, and so append a record, while the chain is read.
    ends = {end.number: end.head for end in (before, reader.read_head(snapshot))}
    if ends.get(newest.number) != newest.head:
        raise BrokenChain(f"the change log holds {len(told)} records, and its end is said to be {before.number}")
    return read_past(told)


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
