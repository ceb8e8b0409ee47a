"""Roots of lines of which nobody knows yet how many will come: in a process of its own once they are many."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

from hffix.model.hashed import root_of
from hffix.workflow.hashing import WORTH_IT, Hashing

# A plan of so many lines may well have as many again as are worth a process.
_MANY: Final = 8_192


class Roots:
    """Computes roots here at first, then elsewhere; a call gives what gives the root."""

    def __init__(self) -> None:
        self._lines = 0
        self._hashing: Hashing | None = None
        self._has_started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._hashing is not None:
            self._hashing.close()

    def __call__(self, lines: Sequence[bytes]) -> Callable[[], bytes]:
        """Compute the root of some lines, or let it be computed."""
        self._lines += len(lines)
        if self._hashing is None and self._lines >= _MANY:
            self._hashing = Hashing(lines=WORTH_IT)
            # Once this is answered, the process has started, and takes what it is sent without a wait.
            self._hashing.root([b""])
        elif self._hashing is not None and self._started():
            return self._hashing.root(lines)
        root = root_of(lines)
        return lambda: root

    def _started(self) -> bool:
        self._has_started = self._has_started or (self._hashing is not None and self._hashing.ready())
        return self._has_started
