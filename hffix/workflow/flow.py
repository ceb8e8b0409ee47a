"""Chunks: how the lines of a run are applied, chunk by chunk, beside each other or one by one, until it is to stop."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from hffix.changelog.reader import Control, read_control
from hffix.database import Session
from hffix.errors import HffixError
from hffix.errors.applying import Interrupted, Paused
from hffix.model.record import Chunk as ChunkRecord
from hffix.model.run import MOST_ROWS, next_rows
from hffix.workflow.again import again
from hffix.workflow.ahead import Ahead
from hffix.workflow.chunk import Chunk
from hffix.workflow.fitting import TooWide
from hffix.workflow.lanes import Lanes, lanes_of, may_go_beside
from hffix.workflow.session import Work
from hffix.workflow.setting import Step
from hffix.workflow.writing import Written, write_chunk

THROTTLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a run stops of itself, at a chunk's edge."""

    seconds: float | None = None
    until: str | None = None
    asked: Callable[[], bool] = field(default=lambda: False)


NO_LIMITS = Limits()
# Where two chunks are in memory, they are smaller, unless somebody asked for their size.
BESIDE_ROWS: Final = 3_600


def apply_chunks(work: Work, limits: Limits) -> None:
    """Apply what is left of a run, chunk by chunk, each in a transaction of its own; stop only between two of them."""
    ahead = Ahead(work.change_set, start=work.decided, waiting=work.session.apart, hashing=work.hashing)
    with ahead, lanes_of(work) as lanes:
        flow = _Flow(work=work, limits=limits, ahead=ahead, lanes=lanes, taken=work.decided)
        while work.decided < work.manifest.leaves:
            if work.unwitnessed is not None:
                raise work.unwitnessed
            flow.step()


@dataclass(slots=True, kw_only=True)
class _Flow:
    """How the chunks of a run go: beside each other where they may, and else alone; `taken` is the last line taken."""

    work: Work
    limits: Limits
    ahead: Ahead
    lanes: Lanes
    taken: int
    began: float = field(default_factory=time.monotonic)
    rows: int = 0
    most: int = MOST_ROWS
    cut: bool = False
    alone: deque[Chunk] = field(default_factory=deque)

    def step(self) -> None:
        """Begin the next chunk, or end the one that was begun first."""
        lanes = self.lanes
        if lanes.going and (self.alone or not lanes.free or self.taken == self.work.manifest.leaves):
            self._end()
            return
        try:
            control = _wait_at_the_edge(self.work, self.limits, began=self.began)
        except HffixError:
            if not lanes.going:
                raise
            # What is begun comes to its end before the run stops.
            self._end()
            return
        if self.alone:
            self._do_alone(self.alone.popleft())
            return
        chunk = self._take(control)
        if self._may_go_beside(chunk):
            lanes.begin(chunk)
        elif lanes.going:
            self.alone.append(chunk)
        else:
            self._do_alone(chunk)

    def _take(self, control: Control) -> Chunk:
        wanted = control.chunk_rows or self.rows or self.work.setting.project.chunk_rows
        if self.lanes.open and not control.chunk_rows:
            wanted = min(wanted, BESIDE_ROWS)
        chunk = self.ahead.take(min(wanted, self.most))
        self.taken = chunk.last
        return chunk

    def _may_go_beside(self, chunk: Chunk) -> bool:
        same_table = self.lanes.table in {None, chunk.lines.groups[0].table}
        # Rows that fit only in small chunks are too many for two of them.
        few = self.most < MOST_ROWS
        plain = may_go_beside(chunk, self.work.tables, besides=self.work.besides)
        return self.lanes.free and same_table and plain and not few

    def _end(self) -> None:
        before, started = self.work.decided, self.lanes.since
        self.alone.extendleft(reversed(self.lanes.end(partial(_end_chunk, self.work))))
        if self.work.decided > before:
            self._tell(self.work.decided - before, seconds=time.monotonic() - started)

    def _do_alone(self, chunk: Chunk) -> None:
        work, started = self.work, time.monotonic()
        moved = partial(work.refuse_moved, work.session)

        def apply_it() -> None:
            if self.lanes.undone:
                # Another session may have taken over and written these rows: then that is what is wrong.
                moved()
            _end_chunk(work, work.session, write_chunk(work, work.session, chunk, cut=self.cut))

        try:
            again(work.session, apply_it, renewed=moved)
        except TooWide as wide:
            self.ahead.go_back(chunk)
            self.alone.clear()
            self.taken, self.most, self.cut = work.decided, wide.lines, True
            return
        self.most, self.cut = min(self.most * 2, MOST_ROWS), False
        self._tell(len(chunk.lines), seconds=time.monotonic() - started)

    def _tell(self, rows: int, *, seconds: float) -> None:
        work = self.work
        self.rows = next_rows(rows, seconds=seconds)
        total = work.manifest.leaves
        work.setting.watch(Step(name="apply", done=work.decided, total=total, conflicts=work.conflicts))


def _end_chunk(work: Work, session: Session, written: Written) -> None:
    """Record what is written in an open transaction, behind the fence, and commit it."""
    try:
        _fence(work, session)
        work.commit_record(session, _record(work, session, written), name="chunk", holder=work.token)
    except BaseException:
        session.rollback()
        raise
    chunk, outcomes = written.chunk, written.outcomes
    work.decided = chunk.last
    for size, node in chunk.hashed().nodes:
        work.leaves.add_node(node, leaves=size)
    work.applied += outcomes["applied"]
    work.held += outcomes["held"]
    work.conflicts += outcomes["conflict"]


def _fence(work: Work, session: Session) -> None:
    """Lock the head of the chain: it must be mine, and nobody may have revoked what I write."""
    work.lock_head(session)
    work.refuse_revoked()


def _record(work: Work, session: Session, written: Written) -> ChunkRecord:
    chunk, outcomes = written.chunk, written.outcomes
    return ChunkRecord(
        number=work.head.number + 1,
        time=work.time(session),
        run=work.run,
        first=chunk.first,
        last=chunk.last,
        applied=outcomes["applied"],
        held=outcomes["held"],
        conflicts=outcomes["conflict"],
        entries=written.entries,
        backup=written.backup,
        schema=written.schema,
    )


def _wait_at_the_edge(work: Work, limits: Limits, *, began: float) -> Control:
    """Stop where somebody asked for it; wait while the throttle query says that the business needs the database."""
    throttle = work.setting.project.throttle
    while True:
        control = _read_control(work)
        _stop_if_asked(limits, paused=control.paused, began=began, work=work)
        if throttle is None or not work.session.single(throttle):
            return control
        time.sleep(THROTTLE_SECONDS)


def _read_control(work: Work) -> Control:
    """Read what somebody asked of the run; the session may have been idle, and its connection broken meanwhile."""
    read_it = partial(read_control, work.session, work.change_set.digest)
    return again(work.session, read_it, renewed=partial(work.refuse_moved, work.session))


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
