"""Trace: a row's life in the change log, cell by cell: the value, the script, the word, the hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot, open_for_reading
from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain, NoSuchRow
from hffix.errors.fixes import UnknownColumn
from hffix.model import canonical
from hffix.model.change import Cells, canonical_rows
from hffix.model.record import Chunk, Erase, Open, Resume
from hffix.model.run import Past, Run
from hffix.model.schema import Table
from hffix.model.statement import Statement
from hffix.model.value import Canonical, decode_value
from hffix.store import approvals
from hffix.store.changesets import known_manifest
from hffix.workflow.past import read_chain, records
from hffix.workflow.rows import key_cells, key_text
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.verify_log import chunk_holds, row_holds

Word = tuple[str, str | None, str, str | None]

NO_RUN: Final = "the change log's row stands under a run that never was: run hffix verify"
NO_LEAF: Final = "the change log's row does not give its leaf: run hffix verify"
NO_CHUNK: Final = "the change log's rows are not those that their chunk's record was made of: run hffix verify"
UNKNOWN: Final = "not known"
NO_WORD: Final = "an approval named by the record is not at hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedChange:
    """One change of a row: its cells as (column, before, after), and whose it is.

    `only_by_case` says of a conflict that the row itself was as planned: another line of its case was not.
    """

    run: int
    seq: int
    time: str
    kind: str
    outcome: str
    cells: tuple[tuple[str, Canonical, Canonical], ...]
    change_set: str
    fix: str | None
    title: str | None
    commit: str | None
    ticket: str | None
    author: str | None
    signers: tuple[Word, ...]
    operator: str
    origin: str | None
    observed: tuple[tuple[str, Canonical], ...] | None = None
    case: str | None = None
    only_by_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedErasure:
    """Rows of the table that were erased from the log: by which record, how many, and on whose word.

    Their keys are gone with the rest, so nobody can tell any more whether the row that is asked for was one of them.
    """

    record: int
    time: str
    lines: tuple[tuple[int, int], ...]
    signers: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A row's changes, the oldest first, whether the live values are those written last, and what is off in the log.

    `erased` tells of changes to the same table that the log no longer holds.
    """

    table: str
    row: str
    changes: tuple[TracedChange, ...]
    live: str
    faults: tuple[str, ...] = ()
    erased: tuple[TracedErasure, ...] = ()


def trace(setting: Setting, table: str, row: str, *, column: str | None = None, as_of: str | None = None) -> Traced:
    """Tell what hffix did to one row, or one of its cells, up to a moment."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        described = snapshot.table(table)
        if column is not None and described.column(column) is None:
            raise UnknownColumn(f"{column} is no column of {table}", hint="Correct the name.")
        past = read_chain(snapshot)
        told_of = reader.changes_of_key(snapshot, table, key_text(snapshot, described, row))
        # A question may ask by the very columns of the key; it is no change of the row.
        logged = [(run, entry) for run, entry in told_of if entry.kind != "ask"]
        words = _words(setting)
        found = [_traced(setting, past.runs[run], entry, words, column) for run, entry in logged if run in past.runs]
        told = tuple(change for change in found if change.cells)
        changes = tuple(change for change in told if as_of is None or change.time <= as_of)
        erased = tuple(_erased(snapshot, described.name, words))
        if logged and not found:
            raise BrokenChain(NO_RUN)
        if not changes and not erased:
            raise _none(table, column, logged=bool(logged), as_of=as_of if told else None)
        live = _live(snapshot, described, row, told) if told else UNKNOWN
        faults = dict.fromkeys(
            fault for run, entry in logged for fault in _faults(snapshot, past, run, entry, words=words)
        )
    return Traced(table=table, row=row, changes=changes, live=live, faults=tuple(faults), erased=erased)


def _erased(snapshot: Snapshot, table: str, words: Mapping[str, Word]) -> Iterator[TracedErasure]:
    """Tell of the rows of a table that were erased, record by record."""
    gone = [row for row in reader.erased_rows(snapshot) if row.table_name == table]
    for record in records(snapshot) if gone else ():
        if isinstance(record, Erase):
            leaves = frozenset(record.leaves)
            lines = tuple((row.run_id, row.seq) for row in gone if row.leaf in leaves)
            signers = tuple(words[digest] for digest in record.statements if digest in words)
            if lines:
                yield TracedErasure(record=record.number, time=record.time, lines=lines, signers=signers)


def _none(table: str, column: str | None, *, logged: bool, as_of: str | None) -> NoSuchRow:
    """Say why there is nothing to tell."""
    if as_of is not None:
        hint = "Leave --as-of away, or name a later day or moment."
        return NoSuchRow(f"every change of that row of {table} came after {as_of}", hint=hint)
    if logged and column is not None:
        return NoSuchRow(
            f"no change of {column} of that row of {table} is in the change log", hint="Leave --column away."
        )
    return NoSuchRow(f"no change of that row of {table} is in the change log")


def _faults(snapshot: Snapshot, past: Past, run: int, entry: LogRow, *, words: Mapping[str, Word]) -> Iterator[str]:
    """Say what of the evidence for one change does not hold; where it stands, and the rest, verify tells."""
    if run not in past.runs:
        yield NO_RUN
        return
    told = past.runs[run]
    chunk = _chunk_of(told, entry)
    if not row_holds(entry):
        yield NO_LEAF
    elif not chunk_holds(snapshot, run, chunk, erased=past.erased):
        yield NO_CHUNK
    if any(digest not in words for digest in _session_of(told, chunk).statements):
        yield NO_WORD


def _chunk_of(run: Run, entry: LogRow) -> Chunk:
    chunk = next((chunk for chunk in run.chunks if chunk.first <= entry.seq <= chunk.last), None)
    if chunk is None:
        raise BrokenChain(f"line {entry.seq} of run {run.id} lies in no chunk")
    return chunk


def _session_of(run: Run, chunk: Chunk) -> Open | Resume:
    return [session for session in run.sessions if session.number < chunk.number][-1]


def _traced(setting: Setting, run: Run, entry: LogRow, words: Mapping[str, Word], column: str | None) -> TracedChange:
    manifest = known_manifest(setting.project, run.opened.manifest)
    chunk = _chunk_of(run, entry)
    hand = _session_of(run, chunk)
    return TracedChange(
        run=run.id,
        seq=entry.seq,
        time=chunk.time,
        kind=entry.kind,
        outcome=entry.outcome,
        cells=_cells(entry, column),
        change_set=run.opened.manifest[:12],
        fix=manifest.fix.id if manifest else None,
        title=manifest.fix.title if manifest else None,
        commit=manifest.fix.commit if manifest else None,
        ticket=manifest.fix.ticket if manifest else None,
        author=manifest.fix.author if manifest else None,
        signers=tuple(words[digest] for digest in hand.statements if digest in words),
        operator=hand.operator,
        origin=orjson.loads(entry.origin) if entry.origin else None,
        observed=_observed(entry, column),
        case=orjson.loads(entry.case_id) if entry.case_id else None,
        only_by_case=entry.outcome == "conflict" and entry.case_id is not None and entry.observed_leaf is None,
    )


def _cells(entry: LogRow, column: str | None) -> tuple[tuple[str, Canonical, Canonical], ...]:
    before: Cells = orjson.loads(entry.before or "null") or {}
    after: Cells = orjson.loads(entry.after or "null") or {}
    changed = after if entry.kind == "update" else before | after
    return tuple((name, before.get(name), after.get(name)) for name in changed if column in {None, name})


def _observed(entry: LogRow, column: str | None) -> tuple[tuple[str, Canonical], ...] | None:
    """Give what was found beside the line; None where nothing was, or no row."""
    found: list[Cells | None] = orjson.loads(entry.observed or "[null, null]")
    cells = found[1]
    return None if cells is None else tuple((name, cells[name]) for name in cells if column in {None, name})


def _words(setting: Setting) -> dict[str, Word]:
    """Read every statement's person, real name, time and comment, by the digest that records hold."""
    try:
        rules: Rules | None = setting.rules()
    except HffixError:
        rules = None
    found: dict[str, Word] = {}
    for signed in approvals.all_statements(setting.project):
        try:
            statement = Statement.from_bytes(signed.data)
        except HffixError:
            continue
        member = rules.policy.person(statement.person) if rules else None
        name = member.name if member else None
        found[canonical.digest(signed.data)] = (statement.person, name, statement.signed, statement.comment)
    return found


def _live(snapshot: Snapshot, table: Table, row: str, changes: tuple[TracedChange, ...]) -> str:
    cells = key_cells(snapshot, table, row)
    key = tuple(decode_value(cells[name]) for name in table.key)
    found = snapshot.rows(table, keys=[key]).get(key)
    applied = [change for change in changes if change.outcome == "applied"]
    if not applied:
        return "never written"
    if found is None:
        return "gone, as written" if applied[-1].kind == "delete" else "gone, not by hffix"
    live = canonical_rows(table.names, [found])[0]
    newest: dict[str, Canonical] = {}
    for change in applied:
        newest |= {name: after for name, _, after in change.cells}
    return "as written" if newest.items() <= live.items() else "changed since, not by hffix"
