"""The process that hashes lines for another one: it reads questions from its input and writes the answers.

Run: python -m hffix.workflow.hasher
"""

import signal
import sys
from collections.abc import Sequence
from typing import IO, Any, Final

import msgspec

from hffix.changelog.rows import LogColumns
from hffix.model.hashed import Hashed, hash_lines, root_of
from hffix.model.manifest import Root
from hffix.store.backups import root_of_part
from hffix.workflow.verify_folded import Folded, fold

# Before each question and each answer stands its length.
HEAD_BYTES: Final = 8
# Longer than any lines that are hashed at once.
_LONGEST: Final = 2**32


class Lines(msgspec.Struct, frozen=True, tag=True):
    """A question: lines, one after the other with a line end between them; only their root, where `first` is None."""

    joined: bytes
    first: int | None


class Rows(msgspec.Struct, frozen=True, tag=True):
    """A question: rows of the log, column by column, and the places of the first of them; see `fold`."""

    columns: Sequence[Sequence[Any]]
    first: int
    entry: int


class Part(msgspec.Struct, frozen=True, tag=True):
    """A question: the bytes of a backup part."""

    data: bytes


Question = Lines | Rows | Part


class Answer(msgspec.Struct, frozen=True):
    """An answer: what lines hash to, or their root; what rows come to; the root of a part."""

    hashed: Hashed | None = None
    root: bytes = b""
    folded: Folded | None = None
    part: Root | None = None


def join(lines: Sequence[bytes]) -> bytes:
    """Write lines one after the other; no line holds a line end."""
    return b"\n".join(lines)


def answer(question: Question) -> Answer:
    """Hash what is asked for."""
    if isinstance(question, Rows):
        return Answer(folded=fold(LogColumns._make(question.columns), first=question.first, entry=question.entry))
    if isinstance(question, Part):
        return Answer(part=root_of_part(question.data))
    lines = question.joined.split(b"\n")
    if question.first is None:
        return Answer(root=root_of(lines))
    return Answer(hash_lines(lines, first=question.first))


def tell(message: msgspec.Struct) -> bytes:
    """Write a message."""
    return msgspec.msgpack.encode(message)


def send(stream: IO[bytes], told: bytes) -> None:
    """Write what is told behind its length."""
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
        send(told, tell(answer(msgspec.msgpack.decode(question, type=Question))))


if __name__ == "__main__":
    main()
