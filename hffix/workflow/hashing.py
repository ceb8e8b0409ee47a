"""Hashing lines in a process of its own, so that the interpreter of this one is free for the database meanwhile.

Hashing has no secret and no state: where the process is gone, or is not worth its start, it is done here, and the
answer is the same.
"""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from select import select
from threading import RLock
from types import TracebackType
from typing import Final, Self

import msgspec

from hffix.model import merkle
from hffix.model.hashed import Hashed
from hffix.workflow.hasher import Answer, Lines, answer, join, receive, send

# Fewer lines are hashed before such a process has begun.
WORTH_IT: Final = 20_000
# What is kept of a question once its answer is there.
_ANSWERED: Final = Lines(b"", None)
_MODULE: Final = "hffix.workflow.hasher"


class Hashing:
    """Where lines are hashed; several threads may ask, and go on with their work until they need the answer."""

    def __init__(self, *, lines: int = 0) -> None:
        self._lock = RLock()
        self._process = _start() if lines >= WORTH_IT else None
        self._asked: deque[_Asked] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._end()

    def hashed(self, lines: Sequence[bytes], *, first: int) -> Callable[[], Hashed]:
        """Hash lines, of which the first has the sequence number `first`; a call gives what they hash to."""
        asked = self._ask(Lines(join(lines), first))

        def hashed() -> Hashed:
            found = self._answer(asked).hashed
            if found is None:
                raise LookupError("lines were asked for, and a root was told")
            return found

        return hashed

    def root(self, lines: Sequence[bytes]) -> Callable[[], bytes]:
        """Compute the root of some lines; a call gives it."""
        if not lines:
            return lambda: merkle.EMPTY
        asked = self._ask(Lines(join(lines), None))
        return lambda: self._answer(asked).root

    def ready(self) -> bool:
        """Say whether nobody would have to wait for the answer to what was asked first."""
        with self._lock:
            if not self._asked or self._process is None or self._process.stdout is None:
                return True
            return bool(select([self._process.stdout], [], [], 0)[0])

    def _ask(self, question: Lines) -> "_Asked":
        asked = _Asked(question)
        with self._lock:
            # The process reads no question before its last answer is taken.
            self._take_answers()
            if self._process is not None and self._process.stdin is not None:
                try:
                    send(self._process.stdin, question)
                    self._asked.append(asked)
                except OSError:
                    self._end()
        return asked

    def _answer(self, asked: "_Asked") -> Answer:
        with self._lock:
            self._take_answers()
            if asked.answer is None:
                asked.answer = answer(asked.question)
            return asked.answer

    def _take_answers(self) -> None:
        while self._asked and self._process is not None and self._process.stdout is not None:
            try:
                self._asked[0].answer = msgspec.msgpack.decode(receive(self._process.stdout), type=Answer)
            except (OSError, msgspec.DecodeError):
                self._end()
            else:
                self._asked.popleft().question = _ANSWERED

    def _end(self) -> None:
        process, self._process = self._process, None
        self._asked.clear()
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        process.kill()
        process.wait()


class _Asked:
    """A question, or its answer when it is there."""

    __slots__ = ("answer", "question")

    def __init__(self, question: Lines) -> None:
        self.question = question
        self.answer: Answer | None = None


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
