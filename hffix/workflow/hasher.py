"""The process that hashes lines for another one: it reads questions from its input and writes the answers.

Run: python -m hffix.workflow.hasher
"""

import signal
import sys
from collections.abc import Sequence
from typing import IO, Final

import msgspec

from hffix.model.hashed import Hashed, hash_lines, root_of

# Before each question and each answer stands its length.
HEAD_BYTES: Final = 8
# Longer than any lines that are hashed at once.
_LONGEST: Final = 2**32


class Lines(msgspec.Struct, frozen=True):
    """A question: lines, one after the other with a line end between them; only their root, where `first` is None."""

    joined: bytes
    first: int | None


class Answer(msgspec.Struct, frozen=True):
    """An answer: what lines hash to, or their root."""

    hashed: Hashed | None
    root: bytes = b""


def join(lines: Sequence[bytes]) -> bytes:
    """Write lines one after the other; no line holds a line end."""
    return b"\n".join(lines)


def answer(question: Lines) -> Answer:
    """Hash what is asked for."""
    lines = question.joined.split(b"\n")
    if question.first is None:
        return Answer(None, root_of(lines))
    return Answer(hash_lines(lines, first=question.first))


def send(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Write a message behind its length."""
    told = msgspec.msgpack.encode(message)
    stream.write(len(told).to_bytes(HEAD_BYTES))
    stream.write(told)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read a message; nothing where there is no more, or something else."""
    size = int.from_bytes(stream.read(HEAD_BYTES))
    told = stream.read(size) if size < _LONGEST else b""
    return told if len(told) == size else b""


def main() -> None:
    """Answer until nobody asks any more."""
    # Whoever interrupts means the command, which ends this process by hanging up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while question := receive(asked):
        send(told, answer(msgspec.msgpack.decode(question, type=Lines)))


if __name__ == "__main__":
    main()
