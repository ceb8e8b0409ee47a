"""Lanes: chunks written beside each other, on a session each, and committed one after the other in their order.

While a server works on one transaction, another is given its statements; nothing is committed before the chunk before
it, so the chain grows as it does where one session writes alone. What fails beside another chunk proves nothing: it is
undone, with all that was begun after it, and then done alone, which says what is wrong, or that nothing is.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from hffix.database import Session, open_for_writing
from hffix.errors.targets import CannotReach, ConnectionLost
from hffix.model.besides import Besides, may_write_more
from hffix.model.schema import Table
from hffix.workflow.again import passing_of
from hffix.workflow.chunk import Chunk
from hffix.workflow.session import Work
from hffix.workflow.writing import Written, write_chunk

LANES: Final = 2
# After so many that had to be undone, whatever stands in their way is there to stay.
_MOST_UNDONE: Final = 3


@dataclass(frozen=True, slots=True)
class Begun:
    """A chunk that is being written on a session."""

    chunk: Chunk
    session: Session
    written: Future[Written]
    at: float


class Lanes:
    """The sessions that write beside each other, and the chunks that they have begun, in their order."""

    def __init__(self, sessions: Sequence[Session], *, write: Callable[[Session, Chunk], Written]) -> None:
        self._free = deque(sessions)
        self._write = write
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(sessions)), thread_name_prefix="hffix-lane")
        self._begun: deque[Begun] = deque()
        self.undone = 0
        """How many chunks were undone so far."""

    @property
    def open(self) -> bool:
        """Whether chunks may be written beside each other at all."""
        return self.undone < _MOST_UNDONE and bool(self._free or self._begun)

    @property
    def free(self) -> bool:
        """Whether another chunk may be begun."""
        return self.open and bool(self._free)

    @property
    def going(self) -> bool:
        """Whether a chunk was begun that is not ended."""
        return bool(self._begun)

    @property
    def table(self) -> str | None:
        """The one table that is written, if any is."""
        return self._begun[0].chunk.lines.groups[0].table if self._begun else None

    @property
    def since(self) -> float:
        """When the chunk was begun that is to be ended next."""
        return self._begun[0].at

    def begin(self, chunk: Chunk) -> None:
        """Begin to write a chunk on a session that is free."""
        session = self._free.popleft()
        written = self._pool.submit(self._write, session, chunk)
        self._begun.append(Begun(chunk, session, written, time.monotonic()))

    def end(self, commit: Callable[[Session, Written], None]) -> Sequence[Chunk]:
        """Commit the chunk that was begun first, or give the chunks that were undone, and are to be done alone.

        What `commit` refuses for good goes on to the caller; `close` undoes the others then.
        """
        first = self._begun[0]
        fault = first.written.exception()
        if isinstance(fault, Exception):
            return self._undo(fault)
        try:
            commit(first.session, first.written.result())
        except Exception as refused:
            if passing_of(first.session, refused) is None:
                raise
            return self._undo(refused)
        self._free.append(self._begun.popleft().session)
        return ()

    def _undo(self, fault: Exception) -> Sequence[Chunk]:
        # Where a new connection would lead is looked at for one session only: that which writes alone.
        lost = isinstance(passing_of(self._begun[0].session, fault), ConnectionLost)
        self.undone = _MOST_UNDONE if lost else self.undone + 1
        undone = [begun.chunk for begun in self._begun]
        self._roll_back()
        return undone

    def _roll_back(self) -> None:
        while self._begun:
            begun = self._begun.pop()
            # A transaction that could not be written was rolled back where it failed.
            if begun.written.exception() is None:
                begun.session.rollback()
            self._free.append(begun.session)

    def close(self) -> None:
        """Undo what was begun."""
        try:
            self._roll_back()
        finally:
            self._pool.shutdown()


@contextmanager
def lanes_of(work: Work) -> Iterator[Lanes]:
    """Open as many sessions as can write beside each other; none where one alone is as fast, or safer."""
    # Whoever waits for the business to be done holds nothing meanwhile.
    several = work.session.several and work.setting.project.throttle is None
    fitting = several and any(map(_stands_alone, work.tables.values()))
    with ExitStack() as opened:
        sessions = _sessions(work, opened) if fitting else ()
        lanes = Lanes(sessions, write=lambda session, chunk: write_chunk(work, session, chunk))
        try:
            yield lanes
        finally:
            lanes.close()


def _sessions(work: Work, opened: ExitStack) -> Sequence[Session]:
    with ExitStack() as those:
        try:
            sessions = [_another(work, those) for _ in range(LANES)]
        except CannotReach:
            # A server that lets no more sessions in has let one in already.
            return ()
        opened.push(those.pop_all())
        return sessions


def _another(work: Work, opened: ExitStack) -> Session:
    """Open another session, under the same guarantees as the first."""
    setting = work.setting
    session = opened.enter_context(open_for_writing(setting.url, folder=setting.folder))
    work.refuse_moved(session)
    session.durability()
    return session


def may_go_beside(chunk: Chunk, tables: Mapping[str, Table], *, besides: Besides) -> bool:
    """Say whether a chunk can neither help nor hinder its neighbours: updates of one table's plain columns, no case.

    Columns that are unique or referred to, and triggers, may tie rows of two chunks to each other.
    """
    groups = chunk.lines.groups
    table = tables[groups[0].table]
    changed = {column for group in groups for column in group.changed}
    tied = {*table.key, *(column for link in table.referred for column in link.to_columns)}
    tied.update(column for columns in table.unique_columns for column in columns)
    return (
        {(group.table, group.kind) for group in groups} == {(table.name, "update")}
        and chunk.lines[-1].case is None
        and not besides.tables
        and _stands_alone(table)
        and tied.isdisjoint(changed)
    )


def _stands_alone(table: Table) -> bool:
    return not may_write_more(table) and len(table.unique) == len(table.unique_columns)
