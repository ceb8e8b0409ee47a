"""Work on files beside the command: piece by piece, in its order, in a thread of its own.

Compressing and writing leave the interpreter to others.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

# So few wait that what they hold in memory does not matter.
_MOST: Final = 3
T = TypeVar("T")


class Beside:
    """A thread that does one piece after the other; what fails is told at the next piece, or at the end."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hffix-file")
        self._begun: deque[Future[object]] = deque()

    def do(self, work: Callable[[], T]) -> Callable[[], T]:
        """Do a piece of work after those before it; a call waits for it, and gives what it gives."""
        while len(self._begun) >= _MOST:
            self._begun.popleft().result()
        begun = self._thread.submit(work)
        self._begun.append(begun)  # type: ignore[arg-type]

        def done() -> T:
            self.wait()
            return begun.result()

        return done

    def wait(self) -> None:
        """Wait for all that was begun."""
        while self._begun:
            self._begun.popleft().result()

    def close(self) -> None:
        """Begin nothing any more, and wait for what is being done."""
        self._thread.shutdown(cancel_futures=True)


def at_once(work: Callable[[], T]) -> Callable[[], T]:
    """Do a piece of work here and now."""
    given = work()
    return lambda: given
