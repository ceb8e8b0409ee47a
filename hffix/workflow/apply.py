"""Apply: exactly the approved rows, chunk by chunk: lock, compare, back up, write, read back, log, fence, commit.

Only this module asks a database to write the rows of user tables.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from hffix.changelog import writer
from hffix.changelog.reader import Control, read_control
from hffix.database import Session, open_for_writing, run_lock
from hffix.errors import HffixError
from hffix.errors.applying import (
    AlreadyApplied,
    BackupTooSlow,
    Conflict,
    Interrupted,
    Paused,
    RowCountDiffers,
    stopped_within,
)
from hffix.errors.approvals import Revoked
from hffix.model import merkle
from hffix.model.besides import blamed
from hffix.model.record import BackupFacts
from hffix.model.record import Chunk as ChunkRecord
from hffix.model.run import MOST_ROWS, State, next_rows
from hffix.model.schema import Table
from hffix.model.value import decode_values
from hffix.store import backups
from hffix.store.changesets import ChangeSet
from hffix.workflow.again import again
from hffix.workflow.ahead import Ahead
from hffix.workflow.besides import refusing_besides
from hffix.workflow.block import Alike, Block
from hffix.workflow.chunk import APPLIED, Chunk, Verdict, backup_lines, conflict_of, log_of, read_back, refuse_reached
from hffix.workflow.closing import close_run
from hffix.workflow.deciding import decide, of_its_own, refuse_unbalanced
from hffix.workflow.failpoints import failpoints
from hffix.workflow.fitting import TooWide, refuse_too_wide
from hffix.workflow.found import Found, Tables, lock_rows
from hffix.workflow.leave import leave_pending_receipt, leave_receipt
from hffix.workflow.questions import ask_again
from hffix.workflow.schemas import schema_now
from hffix.workflow.session import Work, open_work, who_holds
from hffix.workflow.setting import Setting, Step

THROTTLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a run stops of itself, at a chunk's edge."""

    seconds: float | None = None
    until: str | None = None
    asked: Callable[[], bool] = field(default=lambda: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Where a run stands when the command ends, and what ended it, if it was not the last line."""

    change_set: ChangeSet
    run: int
    state: State
    applied: int
    held: int
    conflicts: int
    decided: int
    leaves: int
    head: str
    receipt: str | None
    checked: tuple[str, ...] = ()
    problem: HffixError | None = None


def apply(
    setting: Setting,
    change_set: ChangeSet,
    *,
    limits: Limits = Limits(),
    expect: str | None = None,
    adopt: str | None = None,
) -> Applied:
    """Apply a change set, or go on with its run; called again after the end it says so and writes nothing."""
    with (
        open_for_writing(setting.url, folder=setting.folder) as session,
        run_lock(setting.url, folder=setting.folder, holder=lambda: who_holds(session)),
    ):
        try:
            work = open_work(setting, session, change_set, expect=expect, adopt=adopt)
        except AlreadyApplied as spent:
            return _spent(setting, session, change_set, spent)
        except Revoked:
            # A revocation that came as a file has just been recorded.
            leave_pending_receipt(setting, session)
            raise
        problem: HffixError | None = None
        try:
            _apply_chunks(work, limits)
            problem = close_run(work, state="done")
        except HffixError as stopped:
            problem = stopped_within(stopped) if work.decided else stopped
        receipt, pending = leave_receipt(work)
        return _applied(work, receipt=receipt, problem=problem or pending or work.unwitnessed)


def _apply_chunks(work: Work, limits: Limits) -> None:
    began = time.monotonic()
    rows, most, cut = work.setting.project.chunk_rows, MOST_ROWS, False
    ready = partial(writer.inserting_changes, work.session, work.run)
    with Ahead(work.change_set, start=work.decided, waiting=work.session.apart, ready=ready) as chunks:
        while work.decided < work.manifest.leaves:
            if work.unwitnessed is not None:
                raise work.unwitnessed
            control = _wait_at_the_edge(work, limits, began=began)
            chunk = chunks.take(min(control.chunk_rows or rows, most))
            started = time.monotonic()
            try:
                again(work.session, partial(_apply_chunk, work, chunk, cut=cut), renewed=work.refuse_moved)
            except TooWide as wide:
                chunks.go_back(chunk)
                most, cut = wide.lines, True
                continue
            rows = next_rows(len(chunk.lines), seconds=time.monotonic() - started)
            most, cut = min(most * 2, MOST_ROWS), False
            del chunk  # before the next one but one is made ready: a chunk is most of what is in memory
            done, leaves = work.decided, work.manifest.leaves
            work.setting.watch(Step(name="apply", done=done, total=leaves, conflicts=work.conflicts))


def _apply_chunk(work: Work, chunk: Chunk, *, cut: bool) -> None:
    """Decide the lines of one transaction: all of this, or nothing of it; one that was cut to fit fits."""
    work.session.begin()
    try:
        failpoints.reach("chunk.begun")
        if not cut:
            refuse_too_wide(work.session, work.tables, chunk.lines)
        found = lock_rows(work.session, work.tables, chunk.lines)
        failpoints.reach("chunk.locked")
        verdicts = _compare(work, chunk, found)
        failpoints.reach("chunk.compared")
        lines, before = _to_write(found, verdicts)
        refuse_unbalanced(lines, work.manifest.keeps)
        refuse_reached(work.session, work.tables, lines, before)
        backup = _back_up(work, chunk, lines, before)
        failpoints.reach("chunk.backed-up")
        with refusing_besides(work.session, work.tables, lines, besides=work.besides):
            write_rows(work.session, work.tables, lines)
            work.session.settle_constraints()
            failpoints.reach("chunk.written")
            observed = iter(read_back(work.session, work.tables, lines, before, effects=work.besides.columns))
        verdicts = [next(observed) if verdict.outcome == "applied" else verdict for verdict in verdicts]
        del found, before, lines  # the rows are most of what a chunk keeps in memory
        failpoints.reach("chunk.read-back")
        entries = _log(work, chunk, verdicts)
        failpoints.reach("chunk.logged")
        _fence(work)
        work.commit_record(_record(work, chunk, verdicts, entries, backup), name="chunk", holder=work.token)
    except BaseException:
        work.session.rollback()
        raise
    work.decided = chunk.last
    for size, node in chunk.nodes:
        work.leaves.add_node(node, leaves=size)
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    work.applied += outcomes["applied"]
    work.held += outcomes["held"]
    work.conflicts += outcomes["conflict"]


def _compare(work: Work, chunk: Chunk, found: Found) -> list[Verdict]:
    """Ask the cases' questions again and hold rows and answers against the plan; what does not stand may stop here."""
    answers = ask_again(work.session.lock_answers, work.tables, work.manifest.scope, chunk.lines)
    verdicts = decide(chunk.lines, found, answers)
    if work.manifest.fix.on_conflict == "stop":
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
    written = backup_lines(lines, before, salts=salts)
    hashing = sha256
    root = merkle.root([hashing(b"\x00" + line).digest() for line in written]).hex()
    if written:
        backups.write_part(work.setting.project.backups, run=work.run, first=chunk.first, lines=written, root=root)
    if time.monotonic() - started > work.setting.project.backup_seconds:
        raise BackupTooSlow(f"the backup part took longer than {work.setting.project.backup_seconds:g} seconds")
    return BackupFacts(root=root, rows=len(written))


def write_rows(session: Session, tables: Tables, block: Block) -> None:
    """Write lines by key, in their order; the database must match each of them exactly once."""
    for group in block.runs():
        written = _write(session, tables[group.table], group)
        if written != len(group.lines):
            told = f"{group.kind} of {len(group.lines):,} rows of {group.table}: the database matched {written:,}"
            raise RowCountDiffers(f"{told}{blamed(tables, [group.table])}")


def _write(session: Session, table: Table, group: Alike) -> int:
    if group.kind == "delete":
        return session.delete(table, keys=group.keys(table))
    columns = group.changed if group.kind == "update" else table.stored
    rows = list(zip(*(decode_values(group.after(column)) for column in columns), strict=True))
    if group.kind == "insert":
        return session.insert(table, columns=columns, rows=rows)
    return session.update(table, columns=columns, rows=list(zip(group.keys(table), rows, strict=True)))


def _log(work: Work, chunk: Chunk, verdicts: Sequence[Verdict]) -> str:
    """Insert one change-log row a line; give the root of their entries."""
    if chunk.insert is not None and all(verdict == APPLIED for verdict in verdicts):
        chunk.insert()
        return chunk.entries_root
    log, entries = log_of(chunk, verdicts)
    writer.insert_changes(work.session, work.run, log)
    return entries


def _fence(work: Work) -> None:
    """Lock the head of the chain: it must be mine, and nobody may have revoked what I write."""
    work.lock_head()
    work.refuse_revoked()


def _record(work: Work, chunk: Chunk, verdicts: Sequence[Verdict], entries: str, backup: BackupFacts) -> ChunkRecord:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    return ChunkRecord(
        number=work.head.number + 1,
        time=work.time(),
        run=work.run,
        first=chunk.first,
        last=chunk.last,
        applied=outcomes["applied"],
        held=outcomes["held"],
        conflicts=outcomes["conflict"],
        entries=entries,
        backup=backup,
        schema=schema_now(work.session, work.tables, work.manifest.schema),
    )


def _wait_at_the_edge(work: Work, limits: Limits, *, began: float) -> Control:
    """Stop where somebody asked for it; wait while the throttle query says that the business needs the database."""
    throttle = work.setting.project.throttle
    while True:
        control = read_control(work.session, work.change_set.digest)
        _stop_if_asked(limits, paused=control.paused, began=began, work=work)
        if throttle is None or not work.session.single(throttle):
            return control
        time.sleep(THROTTLE_SECONDS)


def _stop_if_asked(limits: Limits, *, paused: bool, began: float, work: Work) -> None:
    left = f"{work.manifest.leaves - work.decided:,} of {work.manifest.leaves:,} lines are not begun"
    if limits.asked():
        raise Interrupted(f"run {work.run} stopped at a chunk's edge; {left}")
    if paused:
        raise Paused(f"run {work.run} is paused; {left}", hint="Go on with: hffix resume CHANGESET, then hffix apply")
    if limits.seconds is not None and time.monotonic() - began >= limits.seconds:
        raise Paused(f"run {work.run} used its time; {left}")
    if limits.until is not None and work.session.now() >= limits.until:
        raise Paused(f"run {work.run} came to its hour; {left}")


def _spent(setting: Setting, session: Session, change_set: ChangeSet, spent: AlreadyApplied) -> Applied:
    past, receipt, head = leave_pending_receipt(setting, session)
    run = past.run_of(change_set.digest)
    if run is None or run.closed is None:
        raise spent
    return Applied(
        change_set=change_set,
        run=run.id,
        state=run.closed.state,
        applied=run.applied,
        held=run.held,
        conflicts=run.conflicts,
        decided=run.decided,
        leaves=run.opened.leaves,
        head=head,
        receipt=receipt,
        problem=spent,
    )


def _applied(work: Work, *, receipt: str | None, problem: HffixError | None) -> Applied:
    states: dict[type[HffixError], State] = {Paused: "paused", Interrupted: "paused"}
    closed = work.decided == work.manifest.leaves
    return Applied(
        change_set=work.change_set,
        run=work.run,
        state="done" if closed else states.get(type(problem), "stopped") if problem else "done",
        applied=work.applied,
        held=work.held,
        conflicts=work.conflicts,
        decided=work.decided,
        leaves=work.manifest.leaves,
        head=work.head.head,
        receipt=receipt,
        checked=work.checked,
        problem=problem,
    )
