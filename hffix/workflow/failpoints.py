"""Failpoints: named boundaries of a run at which a test may end the process, as a power cut would."""

from collections.abc import Callable
from typing import Final

NAMES: Final = (
    "open.checked",
    "open.recorded",
    "open.journaled",
    "open.committed",
    "open.confirmed",
    "chunk.begun",
    "chunk.locked",
    "chunk.compared",
    "chunk.backed-up",
    "chunk.written",
    "chunk.read-back",
    "chunk.logged",
    "chunk.recorded",
    "chunk.journaled",
    "chunk.committed",
    "chunk.confirmed",
    "close.recorded",
    "close.journaled",
    "close.committed",
    "close.confirmed",
    "receipt.signed",
    "receipt.written",
)


# Those of a record that is appended outside of a run, and of the files from which lines are erased.
OTHER_NAMES: Final = ("append.recorded", "append.journaled", "append.committed", "erase.file")


class Failpoints:
    """What happens at a boundary: nothing, unless a test says otherwise."""

    def __init__(self) -> None:
        self.on_reach: Callable[[str], None] | None = None

    def reach(self, name: str) -> None:
        """Pass a boundary."""
        if self.on_reach is not None:
            self.on_reach(name)


failpoints = Failpoints()
