"""Reading the change log: in pages by key, so that memory stays flat and no query stays open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, Table, bindparam, func, select

from hffix.changelog.refusals import reading
from hffix.changelog.rows import LogColumns, LogRow
from hffix.changelog.tables import CHANGE, CONTROL, EVENT, LINEAGE, RECORD, RUN
from hffix.database import Snapshot
from hffix.database.portable import OWN, after
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import NoChangeLog
from hffix.model.canonical import LARGEST

BLOCK_ROWS: Final = 5_000
PAGE_ROWS: Final = 500
_LOGGED: Final = [column for column in CHANGE.columns if column is not CHANGE.c.run_id]

_HEAD: Final = select(LINEAGE)
_RECORDS: Final = select(RECORD).where(RECORD.c.number >= bindparam("first")).order_by(RECORD.c.number).limit(PAGE_ROWS)
_OF_RUN: Final = (
    CHANGE.c.run_id == bindparam("run"),
    CHANGE.c.seq >= bindparam("first"),
    CHANGE.c.seq <= bindparam("last"),
)
_CHANGES: Final = select(*_LOGGED).where(*_OF_RUN).order_by(CHANGE.c.seq).limit(BLOCK_ROWS)
_LEAVES: Final = select(CHANGE.c.seq, CHANGE.c.leaf).where(*_OF_RUN).order_by(CHANGE.c.seq).limit(BLOCK_ROWS)
_COUNTS: Final = select(CHANGE.c.run_id, func.count()).group_by(CHANGE.c.run_id).order_by(CHANGE.c.run_id)
_OF_KEY: Final = (
    select(CHANGE.c.run_id, *_LOGGED)
    .where(CHANGE.c.table_name == bindparam("table"), CHANGE.c.row_key == bindparam("key"))
    .order_by(CHANGE.c.run_id, CHANGE.c.seq)
)
_ASKS: Final = (
    select(CHANGE.c.seq, CHANGE.c.table_name, CHANGE.c.row_key, CHANGE.c.case_id, CHANGE.c.leaf)
    .where(*_OF_RUN, CHANGE.c.kind == "ask", CHANGE.c.row_key.is_not(None))
    .order_by(CHANGE.c.seq)
    .limit(BLOCK_ROWS)
)
_ERASED: Final = (
    select(CHANGE.c.run_id, CHANGE.c.seq, CHANGE.c.table_name, CHANGE.c.leaf)
    .where(CHANGE.c.salt.is_(None))
    .order_by(CHANGE.c.run_id, CHANGE.c.seq)
)
_OF_LEAVES: Final = select(CHANGE.c.run_id, CHANGE.c.seq, CHANGE.c.table_name, CHANGE.c.leaf).where(
    CHANGE.c.leaf.in_(bindparam("leaves", expanding=True)), CHANGE.c.salt.is_not(None)
)
_CONTROL: Final = select(*[column for column in CONTROL.columns if column is not CONTROL.c.manifest]).where(
    CONTROL.c.manifest == bindparam("manifest")
)
_EVENTS: Final = select(EVENT).where(EVENT.c.id > bindparam("after")).order_by(EVENT.c.id).limit(PAGE_ROWS)
_RUNS: Final = select(func.count()).select_from(RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The chain's newest record, its head, and the session that may extend it."""

    number: int
    head: str
    holder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it is stored: its body's bytes, and the columns beside it that verify compares."""

    number: int
    run_id: int | None
    kind: str
    body: bytes
    head: str


class LoggedAsk(NamedTuple):
    """A question of a case as it stands in the log: what it asks by, and for which case."""

    seq: int
    table_name: str
    row_key: str
    case_id: str | None
    leaf: str


class NamedRow(NamedTuple):
    """What stays of a row of the log when its texts are gone."""

    run_id: int
    seq: int
    table_name: str
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What people asked of a change set's run: to pause, or to take chunks of so many rows."""

    paused: bool = False
    chunk_rows: int | None = None
    by: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call of a writing command, done or refused."""

    id: int
    time: str
    person: str | None
    host: str
    command: str
    subject: str | None
    outcome: str


def read_head(snapshot: Snapshot) -> Head:
    """Read where the chain ends; refuse a target whose change log is missing or not yet founded."""
    if not snapshot.has_table(LINEAGE.name):
        raise NoChangeLog("the target has no change log")
    return head_of(_fetch(snapshot, LINEAGE, _HEAD, {}))


def head_of(rows: list[tuple[Any, ...]]) -> Head:
    """Make a head of the one row of the lineage."""
    if not rows:
        raise NoChangeLog("the target's change log has no lineage yet")
    if len(rows) > 1:
        raise BrokenChain(f"the table {LINEAGE.name} has more than one row")
    number, head, holder = rows[0]
    return Head(number=number, head=head, holder=holder)


def record_bodies(snapshot: Snapshot, *, first: int = 1) -> Iterator[StoredRecord]:
    """Read the chain's records from a number on, in their order."""
    while page := _fetch(snapshot, RECORD, _RECORDS, {"first": first}):
        for number, run, kind, body, head in page:
            yield StoredRecord(number=number, run_id=run, kind=kind, body=body.encode(), head=head)
        first = page[-1][0] + 1


def changes(snapshot: Snapshot, run: int, *, first: int = 1, last: int | None = None) -> Iterator[list[LogRow]]:
    """Read a run's rows in the order of the change set's lines, in blocks."""
    for block in _blocks(snapshot, run, first=first, last=last):
        yield list(map(LogRow._make, block))


def columns(snapshot: Snapshot, run: int, *, first: int = 1, last: int | None = None) -> Iterator[LogColumns]:
    """Read what `changes` reads, column by column: what looks at every row of a large run has no time for each."""
    for block in _blocks(snapshot, run, first=first, last=last):
        yield LogColumns._make(zip(*block, strict=True))


def _blocks(snapshot: Snapshot, run: int, *, first: int, last: int | None) -> Iterator[list[tuple[Any, ...]]]:
    last = LARGEST if last is None else last
    while block := _fetch(snapshot, CHANGE, _CHANGES, {"run": run, "first": first, "last": last}):
        yield block
        if len(block) < BLOCK_ROWS or block[-1][0] == last:
            return
        first = block[-1][0] + 1


def leaves(snapshot: Snapshot, run: int) -> Iterator[list[str]]:
    """Read only the leaves of a run's rows, in their order, in blocks."""
    first = 1
    while block := _fetch(snapshot, CHANGE, _LEAVES, {"run": run, "first": first, "last": LARGEST}):
        yield [leaf for _, leaf in block]
        first = block[-1][0] + 1


def change_counts(snapshot: Snapshot) -> dict[int, int]:
    """Count the rows under each run's number, also those that no chunk accounts for."""
    return dict(_fetch(snapshot, CHANGE, _COUNTS, {}))


def changes_of_key(snapshot: Snapshot, table: str, row_key_text: str) -> list[tuple[int, LogRow]]:
    """Read one row's changes, oldest run first; the key is given as its canonical text."""
    # No index serves this: it would cost every logged row more than a rare search through the log is worth.
    if snapshot.dialect in OWN:
        found = _fetch(snapshot, CHANGE, _OF_KEY, {"table": table, "key": row_key_text})
        return [(run, LogRow._make(row)) for run, *row in found]
    # Another database may call texts equal that differ, or not compare long ones at all.
    return [
        (run, row)
        for run in change_counts(snapshot)
        for block in changes(snapshot, run)
        for row in block
        if (row.table_name, row.row_key) == (table, row_key_text)
    ]


def asks(snapshot: Snapshot, run: int) -> Iterator[LoggedAsk]:
    """Read the questions of a run's cases, but for those that were erased."""
    first = 1
    while block := _fetch(snapshot, CHANGE, _ASKS, {"run": run, "first": first, "last": LARGEST}):
        yield from map(LoggedAsk._make, block)
        first = block[-1][0] + 1


def erased_rows(snapshot: Snapshot) -> list[NamedRow]:
    """Read which rows were erased, oldest run first."""
    return list(map(NamedRow._make, _fetch(snapshot, CHANGE, _ERASED, {})))


def rows_of_leaves(snapshot: Snapshot, wanted: Iterable[str]) -> Iterator[NamedRow]:
    """Find the rows that have one of these leaves, and were not erased."""
    leaves = sorted(wanted)
    for start in range(0, len(leaves), PAGE_ROWS):
        some = {"leaves": leaves[start : start + PAGE_ROWS]}
        yield from map(NamedRow._make, _fetch(snapshot, CHANGE, _OF_LEAVES, some))


def read_control(snapshot: Snapshot, manifest: str) -> Control:
    """Read what was asked of a change set's run; nothing, where nobody asked."""
    rows = _fetch(snapshot, CONTROL, _CONTROL, {"manifest": manifest})
    if not rows:
        return Control()
    paused, chunk_rows, by, at = rows[0]
    return Control(paused=bool(paused), chunk_rows=chunk_rows, by=by, at=at)


def events(snapshot: Snapshot) -> Iterator[Event]:
    """Read the calls of writing commands, oldest first."""
    last = 0
    while page := _fetch(snapshot, EVENT, _EVENTS, {"after": last}):
        for row in page:
            yield Event(**dict(zip(EVENT.columns.keys(), row, strict=True)))
        last = page[-1][0]


def stored_rows(snapshot: Snapshot, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """Read a table of the change log by its key, as it stands and judged by nothing, in blocks."""
    key = list(table.primary_key.columns)
    wanted = select(table).order_by(*(key or table.columns)).limit(PAGE_ROWS)
    page = _fetch(snapshot, table, wanted, {}) if snapshot.has_table(table.name) else []
    while page:
        yield page
        if len(page) < PAGE_ROWS or not key:
            return
        last = [page[-1][table.columns.keys().index(column.name)] for column in key]
        page = _fetch(snapshot, table, wanted.where(after(key, last)), {})


def run_count(snapshot: Snapshot) -> int:
    """Count the runs that were ever opened, by the cache of them."""
    return int(_fetch(snapshot, RUN, _RUNS, {})[0][0])


def _fetch(snapshot: Snapshot, table: Table, query: Select[Any], values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Take the rows from the driver's own cursor: SQLAlchemy's row objects would double the time."""
    with reading(snapshot, table.name):
        result = snapshot.connection.execute(query, values)
        rows = list(result.cursor.fetchall()) if result.cursor else []
        result.close()
    return rows
