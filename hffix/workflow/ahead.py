"""Chunks made ready: while a server writes one, the next is read, parsed and hashed in a thread of its own."""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from hffix.store.changesets import ChangeSet
from hffix.workflow.chunk import Chunk, read_chunk
from hffix.workflow.hashing import HERE, Hashing
from hffix.workflow.taking import Lines


class Ahead:
    """The chunks of a change set from one line on.

    A database in this process leaves nothing to gain from a second chunk in memory; `waiting` is for servers.
    """

    def __init__(self, change_set: ChangeSet, *, start: int, waiting: bool, hashing: Hashing = HERE) -> None:
        self._hashing = hashing
        self._change_set = change_set
        self._lines = Lines(change_set, start=start)
        self._leaves = change_set.manifest.leaves
        self._waiting = waiting
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hffix-ahead")
        self._first = start + 1
        self._next: Future[Chunk] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def take(self, rows: int) -> Chunk:
        """Give the next chunk, of at most so many lines unless a case has more, and begin with the one after it."""
        chunk = self._next.result() if self._next else self._read(rows)
        if len(chunk.lines) > rows and self._next:
            # Somebody asked for smaller chunks since this one was begun.
            self._lines.give_back([line.encode() for line in chunk.lines])
            chunk = self._read(rows)
        self._first = chunk.last + 1
        more = self._waiting and chunk.last < self._leaves
        self._next = self._thread.submit(self._read, rows) if more else None
        return chunk

    def go_back(self, chunk: Chunk) -> None:
        """Give a chunk that was taken last, and what comes after it, once more and otherwise cut."""
        if self._next:
            self._next.exception()
        self._lines, self._next = Lines(self._change_set, start=chunk.first - 1), None
        self._first = chunk.first

    def _read(self, rows: int) -> Chunk:
        return read_chunk(self._lines.take(rows), first=self._first, hashing=self._hashing)
