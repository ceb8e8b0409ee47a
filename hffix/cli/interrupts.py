"""Interrupts: the first ^C, or a TERM, asks a run to stop at a chunk's edge; the second stops it at once."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_stop(notice: str) -> Iterator[Callable[[], bool]]:
    """Give a question that is true once somebody asked to stop, and say so when it happens."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        sys.stderr.write(f"\n{notice}\n")
        sys.stderr.flush()

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
