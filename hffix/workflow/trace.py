"""Trace: a row's life in the change log, cell by cell: the value, the script, the word, the hand."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot, open_for_reading
from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain, NoSuchRow
from hffix.errors.fixes import UnknownColumn
from hffix.model import canonical
from hffix.model.change import Cells
from hffix.model.manifest import Manifest
from hffix.model.run import Run
from hffix.model.schema import Table
from hffix.model.statement import Statement
from hffix.model.value import Canonical, decode_value
from hffix.store import approvals
from hffix.store.changesets import known_manifest
from hffix.workflow.chunk import canonical_rows
from hffix.workflow.past import read_chain
from hffix.workflow.rows import key_cells, key_text
from hffix.workflow.setting import Rules, Setting

Word = tuple[str, str | None, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedChange:
    """One change of a row: its cells as (column, before, after), and whose it is."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A row's changes, the oldest first, and whether the live values are those that were written last."""

    table: str
    row: str
    changes: tuple[TracedChange, ...]
    live: str


def trace(setting: Setting, table: str, row: str, *, column: str | None = None, as_of: str | None = None) -> Traced:
    """Tell what hffix did to one row, or one of its cells, up to a moment."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        described = snapshot.table(table)
        if column is not None and described.column(column) is None:
            raise UnknownColumn(f"{column} is no column of {table}", hint="Correct the name.")
        past = read_chain(snapshot)
        logged = reader.changes_of_key(snapshot, table, key_text(snapshot, described, row))
        words = _words(setting)
        found = [_traced(setting, past.runs[run], entry, words, column) for run, entry in logged if run in past.runs]
        told = tuple(change for change in found if change.cells)
        changes = tuple(change for change in told if as_of is None or change.time <= as_of)
        if not changes:
            raise NoSuchRow(f"no change of that row of {table} is in the change log")
        live = _live(snapshot, described, row, told)
    return Traced(table=table, row=row, changes=changes, live=live)


def _traced(setting: Setting, run: Run, entry: LogRow, words: Mapping[str, Word], column: str | None) -> TracedChange:
    manifest: Manifest | None = known_manifest(setting.project, run.opened.manifest)
    chunk = next((chunk for chunk in run.chunks if chunk.first <= entry.seq <= chunk.last), None)
    if chunk is None:
        raise BrokenChain(f"line {entry.seq} of run {run.id} lies in no chunk")
    hand = [session for session in run.sessions if session.number < chunk.number][-1]
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
    )


def _cells(entry: LogRow, column: str | None) -> tuple[tuple[str, Canonical, Canonical], ...]:
    before: Cells = orjson.loads(entry.before or "null") or {}
    after: Cells = orjson.loads(entry.after or "null") or {}
    changed = after if entry.kind == "update" else before | after
    return tuple((name, before.get(name), after.get(name)) for name in changed if column in {None, name})


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
