"""Writing a chunk: lock, compare, back up, write, read back, log; all of a transaction but the record that ends it.

Only this module asks a database to write the rows of user tables.
"""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hffix.changelog import writer
from hffix.database import Session
from hffix.errors.applying import BackupTooSlow, Conflict, RowCountDiffers
from hffix.model.besides import blamed
from hffix.model.record import BackupFacts
from hffix.model.run import Outcome
from hffix.model.schema import Table
from hffix.model.value import decode_values
from hffix.store import backups
from hffix.workflow.besides import refusing_besides
from hffix.workflow.block import Alike, Block
from hffix.workflow.chunk import APPLIED, Chunk, Verdict, backup_text, conflict_of, log_of, read_back, refuse_reached
from hffix.workflow.deciding import decide, of_its_own, refuse_unbalanced
from hffix.workflow.failpoints import failpoints
from hffix.workflow.fitting import refuse_too_wide
from hffix.workflow.found import Found, Tables, lock_rows
from hffix.workflow.questions import ask_again
from hffix.workflow.schemas import schema_now
from hffix.workflow.session import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A chunk that is written in an open transaction, and what its record is to say of it."""

    chunk: Chunk
    outcomes: Counter[Outcome]
    entries: str
    backup: BackupFacts
    schema: str


def write_chunk(work: Work, session: Session, chunk: Chunk, *, cut: bool = False) -> Written:
    """Begin a transaction and write the rows of a chunk, and its log; one that was cut to fit fits.

    The transaction stays open for the chunk's record; where anything fails, it is rolled back. Of the work nothing is
    changed, so two chunks may be written beside each other, on a session each.
    """
    session.begin()
    try:
        failpoints.reach("chunk.begun")
        if not cut:
            refuse_too_wide(session, work.tables, chunk.lines)
        found = lock_rows(session, work.tables, chunk.lines)
        failpoints.reach("chunk.locked")
        verdicts = _compare(work, session, chunk, found)
        failpoints.reach("chunk.compared")
        lines, before = _to_write(found, verdicts)
        refuse_unbalanced(lines, work.manifest.keeps)
        refuse_reached(session, work.tables, lines, before)
        backup = _back_up(work, chunk, lines, before)
        failpoints.reach("chunk.backed-up")
        with refusing_besides(session, work.tables, lines, besides=work.besides):
            write_rows(session, work.tables, lines)
            session.settle_constraints()
            failpoints.reach("chunk.written")
            observed = iter(read_back(session, work.tables, lines, before, effects=work.besides.columns))
        verdicts = [next(observed) if verdict.outcome == "applied" else verdict for verdict in verdicts]
        del found, before, lines  # the rows are most of what a chunk keeps in memory
        failpoints.reach("chunk.read-back")
        entries = _log(work, session, chunk, verdicts)
        failpoints.reach("chunk.logged")
        # The locks of its rows keep a table from being altered until the transaction ends.
        schema = schema_now(session, work.tables, work.manifest.schema)
    except BaseException:
        session.rollback()
        raise
    outcomes = Counter([verdict.outcome for verdict in verdicts])
    return Written(chunk=chunk, outcomes=outcomes, entries=entries, backup=backup, schema=schema)


def _compare(work: Work, session: Session, chunk: Chunk, found: Found) -> list[Verdict]:
    """Ask the cases' questions again and hold rows and answers against the plan; what does not stand may stop here."""
    answers = ask_again(session.lock_answers, work.tables, work.manifest.scope, chunk.lines)
    verdicts = decide(chunk.lines, found, answers)
    if work.manifest.fix.on_conflict == "stop" and any(map(of_its_own, verdicts)):
        for line, verdict in zip(chunk.lines, verdicts, strict=True):
            if of_its_own(verdict):
                others = sum(map(of_its_own, verdicts)) - 1
                more = f" (and {others:,} more in this chunk)" if others else ""
                told = conflict_of(line, verdict, mask_of=work.setting.project.mask_of)
                raise Conflict(
                    f"run {work.run}: the chunk of lines {chunk.first:,}–{chunk.last:,} was not written: {told}{more}"
                )
    return verdicts


def _to_write(found: Found, verdicts: Sequence[Verdict]) -> tuple[Block, Found]:
    """Leave out the questions, and the conflicts: their rows stay as they were found."""
    kept = [place for place, verdict in enumerate(verdicts) if verdict.outcome == "applied"]
    rows = found.chosen(kept)
    return rows.block, rows


def _back_up(work: Work, chunk: Chunk, lines: Block, before: Found) -> BackupFacts:
    """Put the full rows on disk before the first of them is written."""
    started = time.monotonic()
    drawn = secrets.token_hex(16 * len(lines))
    salts = (drawn[place : place + 32] for place in range(0, len(drawn), 32))
    text = backup_text(lines, before, salts=salts)
    root = work.hashing.root_of_text(text)
    if text.lines:
        backups.write_part(work.setting.project.backups, run=work.run, first=chunk.first, text=text, root=root)
    if time.monotonic() - started > work.setting.project.backup_seconds:
        raise BackupTooSlow(f"the backup part took longer than {work.setting.project.backup_seconds:g} seconds")
    return BackupFacts(root=root().hex(), rows=text.lines)


def write_rows(session: Session, tables: Tables, block: Block) -> None:
    """Write lines by key, in their order; the database must match each of them exactly once."""
    for group in block.runs():
        written = _write(session, tables[group.table], group)
        if written != len(group):
            told = f"{group.kind} of {len(group):,} rows of {group.table}: the database matched {written:,}"
            raise RowCountDiffers(f"{told}{blamed(tables, [group.table])}")


def _write(session: Session, table: Table, group: Alike) -> int:
    if group.kind == "delete":
        return session.delete(table, keys=group.keys(table))
    columns = group.changed if group.kind == "update" else table.stored
    rows = list(zip(*(decode_values(group.after(column)) for column in columns), strict=True))
    if group.kind == "insert":
        return session.insert(table, columns=columns, rows=rows)
    return session.update(table, columns=columns, rows=list(zip(group.keys(table), rows, strict=True)))


def _log(work: Work, session: Session, chunk: Chunk, verdicts: Sequence[Verdict]) -> str:
    """Insert one change-log row a line; give the root of their entries."""
    if all(verdict is APPLIED for verdict in verdicts):
        writer.insert_changes(session, work.run, chunk.log)
        return chunk.hashed().entries_root
    log, entries = log_of(chunk, verdicts)
    writer.insert_changes(session, work.run, log)
    return entries
