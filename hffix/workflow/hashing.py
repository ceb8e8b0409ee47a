"""Hashing lines in a process of its own, so that the interpreter of this one is free for the database meanwhile.

Hashing has no secret and no state: where the process is gone, is behind, or is not worth its start, it is done here,
and the answer is the same.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from hffix.changelog.rows import LogColumns
from hffix.model import merkle
from hffix.model.hashed import Hashed
from hffix.model.manifest import Root
from hffix.store.line_files import Text
from hffix.workflow.hasher import Answer, Lines, Part, Question, Rows, answer, join, receive, send, tell
from hffix.workflow.verify_folded import Folded, Nodes

# Fewer lines are hashed before such a process has begun.
WORTH_IT: Final = 20_000
# With more questions waiting the process is behind, and one more is answered sooner here.
MOST_WAITING: Final = 3
# Rows are folded in so small portions that both processes end their work at about the same time.
_PORTION: Final = 2_500
# What is kept of a question once its answer is there.
_ANSWERED: Final = Lines(b"", None)
_MODULE: Final = "hffix.workflow.hasher"


class Hashing:
    """Where lines are hashed; several threads may ask, and go on with their work until they need the answer."""

    def __init__(self, *, lines: int = 0) -> None:
        self._lock = Lock()
        self._process = _start() if lines >= WORTH_IT else None
        self._answers = self._process is not None
        self._waiting = 0
        # One thread each: questions and answers stand in one order, and neither has to wait for the other.
        self._sending = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hffix-questions")
        self._receiving = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hffix-answers")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; what was asked and not answered is found here."""
        process = self._process
        with self._lock:
            self._answers = False
        if process is None:
            return
        # Both threads hear of it, whatever they wait for.
        process.kill()
        for thread in (self._sending, self._receiving):
            thread.shutdown(cancel_futures=True)
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        process.wait()

    def hashed(self, lines: Sequence[bytes], *, first: int) -> Callable[[], Hashed]:
        """Hash lines, of which the first has the sequence number `first`; a call gives what they hash to."""
        asked = self._ask(Lines(join(lines), first))

        def hashed() -> Hashed:
            found = asked.told().hashed
            if found is None:
                raise LookupError("lines were asked for, and a root was told")
            return found

        return hashed

    def root(self, lines: Sequence[bytes]) -> Callable[[], bytes]:
        """Compute the root of some lines; a call gives it."""
        return self._root(join(lines)) if lines else lambda: merkle.EMPTY

    def root_of_text(self, text: Text) -> Callable[[], bytes]:
        """Compute the root of the lines of a text; a call gives it."""
        return self._root(text.joined[:-1]) if text.lines else lambda: merkle.EMPTY

    def _root(self, joined: bytes) -> Callable[[], bytes]:
        asked = self._ask(Lines(joined, None))
        return lambda: asked.told().root

    def ready(self) -> bool:
        """Say whether nobody would have to wait for an answer that was asked for."""
        with self._lock:
            return not self._waiting

    def folded(self, block: LogColumns, *, first: int, entry: int) -> Callable[[], Folded | None]:
        """Fold rows of the log as `fold` does; a call gives what they come to."""
        portions = [
            self._ask(Rows([column[start : start + _PORTION] for column in block], first + start, entry + start))
            for start in range(0, len(block.seq), _PORTION)
        ]

        def folded() -> Folded | None:
            leaves, entries = Nodes(), Nodes()
            for asked in portions:
                some = asked.told().folded
                if some is None:
                    return None
                leaves += some.leaves
                entries += some.entries
            return Folded(leaves, entries)

        return folded

    def part(self, data: bytes) -> Callable[[], Root | None]:
        """Compute the root of a backup part as `root_of` does; a call gives it."""
        asked = self._ask(Part(data))
        return lambda: asked.told().part

    def _ask(self, question: Question) -> "_Asked":
        asked = _Asked(question)
        process = self._process
        if process is not None and process.stdin is not None and process.stdout is not None:
            # What cannot be told, as a number that is too large, is not asked.
            with suppress(TypeError, ValueError, OverflowError):
                told = tell(question)
                with self._lock:
                    if self._answers and self._waiting < MOST_WAITING:
                        self._waiting += 1
                        self._sending.submit(send, process.stdin, told)
                        asked.coming = self._receiving.submit(self._receive, process.stdout, asked)
        if asked.coming is None:
            asked.told()
        return asked

    def _receive(self, stream: IO[bytes], asked: "_Asked") -> None:
        try:
            # Behind what was no answer, nobody knows which question another one belongs to.
            if self._answers:
                asked.keep(msgspec.msgpack.decode(receive(stream), type=Answer))
        except (OSError, msgspec.DecodeError):
            self._answers = False
        finally:
            with self._lock:
                self._waiting -= 1


class _Asked:
    """A question, or its answer when it is there."""

    def __init__(self, question: Question) -> None:
        self.coming: Future[None] | None = None
        self._question = question
        self._answer: Answer | None = None

    def told(self) -> Answer:
        """Give the answer; where none came, find it here."""
        if self.coming is not None:
            with suppress(CancelledError):
                self.coming.result()
        # In this order: who keeps an answer lets go of the question afterwards.
        question = self._question
        told = self._answer
        if told is None:
            told = answer(question)
            self.keep(told)
        return told

    def keep(self, told: Answer) -> None:
        """Keep the answer, and nothing else."""
        self._answer = told
        self._question = _ANSWERED


def _start() -> "subprocess.Popen[bytes] | None":
    # Without -P, a file of the project's folder could stand for a module of ours.
    command = [sys.executable, "-P", "-m", _MODULE]
    try:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None


HERE: Final = Hashing()
"""Hashing in this process."""
