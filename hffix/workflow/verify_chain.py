"""Verifying the chain: every record against its head, its columns, its time and the protocol, whatever is broken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from hffix.changelog import reader
from hffix.changelog.reader import StoredRecord
from hffix.changelog.tables import LINEAGE, RECORD
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import NoChangeLog
from hffix.model import moment
from hffix.model.record import NO_HEAD, Erase, Found, Move, Record, Revoke, head_after, read_record
from hffix.model.run import Past, read_past
from hffix.workflow.verify_findings import Findings

# Each record that breaks the protocol is left out and the rest is read again: not for ever.
MOST_ILLEGAL: Final = 100
_BEGINNING: Final = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What could be read of a chain: the stored heads by number, and what the legal records say."""

    heads: Mapping[int, str]
    past: Past | None
    words: tuple[Found | Revoke | Erase | Move, ...]
    whole: bool

    @property
    def revocations(self) -> tuple[Revoke, ...]:
        """The records that withdraw change sets."""
        return tuple(record for record in self.words if isinstance(record, Revoke))

    @property
    def newest(self) -> int:
        """The number of the newest record."""
        return max(self.heads, default=0)


def read_through(snapshot: Snapshot, findings: Findings) -> Chain:
    """Read the whole chain and tell what is wrong with it; refuse only where there is no change log."""
    if not (snapshot.has_table(RECORD.name) or snapshot.has_table(LINEAGE.name)):
        raise NoChangeLog("the target has no change log")
    before = findings.count
    heads: dict[int, str] = {}
    records: list[Record] = []
    for stored, record in _checked(snapshot, findings):
        heads[stored.number] = stored.head
        if record is not None:
            records.append(record)
    _check_end(snapshot, heads, findings)
    timed = _timed(records, findings)
    past = _past(timed, findings)
    words = tuple(record for record in timed if isinstance(record, Found | Revoke | Erase | Move))
    return Chain(heads=heads, past=past, words=words, whole=findings.count == before)


def _checked(snapshot: Snapshot, findings: Findings) -> Iterator[tuple[StoredRecord, Record | None]]:
    number, head = 0, NO_HEAD
    for stored in _stored(snapshot, findings):
        if stored.number > number + 1:
            gap = f"record {number + 1}" if stored.number == number + 2 else f"records {number + 1}-{stored.number - 1}"
            findings.problem("record-missing", gap, "the chain does not hold it")
        # After a gap nothing can be said of one head; a head that was told once is not told again of the next record.
        elif stored.head != head_after(head, stored.body):
            where = f"record {stored.number}"
            findings.problem("record-head", where, "its head does not follow from its body and the head before")
        number, head = stored.number, stored.head if _is_head(stored.head) else head
        yield stored, _read(stored, findings)


def _stored(snapshot: Snapshot, findings: Findings) -> Iterator[StoredRecord]:
    try:
        yield from reader.record_bodies(snapshot)
    except BrokenChain as fault:
        findings.problem("record-unreadable", "hffix_record", fault.message)
    except AttributeError:
        findings.problem("record-unreadable", "hffix_record", "a record's body is not a text")


def _is_head(head: object) -> bool:
    try:
        return isinstance(head, str) and len(bytes.fromhex(head)) == len(NO_HEAD) // 2
    except ValueError:
        return False


def _read(stored: StoredRecord, findings: Findings) -> Record | None:
    where = f"record {stored.number}"
    try:
        record = read_record(stored.body)
    except HffixError as fault:
        findings.problem("record-body", where, f"its body is not one that hffix writes: {fault.message}")
        return None
    columns = {
        "number": (stored.number, record.number),
        "run_id": (stored.run_id, getattr(record, "run", None)),
        "kind": (stored.kind, record.__struct_config__.tag),
    }
    wrong = [name for name, (column, said) in columns.items() if column != said]
    if wrong:
        findings.problem("columns-differ", where, f"its columns say something else than its body: {', '.join(wrong)}")
    return record


def _check_end(snapshot: Snapshot, heads: Mapping[int, str], findings: Findings) -> None:
    """Hold the row that says where the chain ends against the last record."""
    try:
        last = reader.read_head(snapshot)
    except BrokenChain as fault:
        findings.problem("lineage-row", "hffix_lineage", fault.message)
        return
    except NoChangeLog:
        if not heads:
            raise
        findings.problem("lineage-row", "hffix_lineage", "the row that says where the chain ends is gone")
        return
    newest = max(heads, default=0)
    if last.number > newest:
        where = f"record {newest + 1}" if last.number == newest + 1 else f"records {newest + 1}-{last.number}"
        findings.problem("record-missing", where, "the chain's end says that it was there")
    elif last.number < newest or last.head != heads.get(newest):
        findings.problem("lineage-row", "hffix_lineage", f"it does not name record {newest} and its head as the end")


def _timed(records: Sequence[Record], findings: Findings) -> list[Record]:
    """Tell what runs back in time, and read on as if it had not: what else it says is judged all the same."""
    timed: list[Record] = []
    last = _BEGINNING
    for record in records:
        good = moment.is_moment(record.time)
        if not good or record.time < last:
            fault = "its time is before that of the record before it" if good else "its time is no time"
            findings.problem("record-time", f"record {record.number}", fault)
            timed.append(msgspec.structs.replace(record, time=last))
        else:
            timed.append(record)
            last = record.time
    return timed


def _past(records: list[Record], findings: Findings) -> Past | None:
    """Read what the records say, leaving out those that break the protocol."""
    for _ in range(MOST_ILLEGAL):
        read: list[int] = []
        try:
            return read_past(_counted(records, read))
        except BrokenChain as fault:
            place = len(read) - 1
            findings.problem("protocol", _where(records, place), fault.message)
            if place < 0 or records[0].number != 1:
                return None
            del records[place]
    return None


def _counted(records: Sequence[Record], read: list[int]) -> Iterator[Record]:
    for record in records:
        read.append(record.number)
        yield record


def _where(records: Sequence[Record], place: int) -> str:
    return f"record {records[place].number}" if place >= 0 else "hffix_record"
