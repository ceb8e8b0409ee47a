"""A lease: a lock of a server, on a connection of its own, whose holder shows every few seconds that he is alive.

A server frees a lock when the session that took it ends; but that a machine is gone, or a process was stopped, it may
not notice for hours. So that session may be silent only for `LEASE_SECONDS`, and a thread speaks on it more often.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, Protocol

from hffix.errors import HffixError
from hffix.errors.targets import Held

BEAT_SECONDS = 5.0
LEASE_SECONDS = 30
# Who has not spoken for so long is taken for gone, and what he holds is waited for.
SILENT_SECONDS = 12.0
WAIT_SECONDS = 30.0
_TURN_SECONDS: Final = 0.2


class Grip(Protocol):
    """A connection on which a lock is asked for; the server ends it after `LEASE_SECONDS` of silence."""

    def take(self) -> bool:
        """Ask for the lock, and say whether it was given."""

    def speak(self) -> bool:
        """Show that the holder is alive; say whether the connection still is."""

    def silence(self) -> float | None:
        """Say for how many seconds the lock's holder was silent: 0 where nobody tells, None where nobody holds it."""

    def told(self) -> str:
        """Say of the holder what the server knows."""

    def close(self) -> None:
        """Hang up, and so give the lock back."""


@contextmanager
def leased(connect: Callable[[], Grip], *, holder: Callable[[], str]) -> Iterator[None]:
    """Hold the lock: refuse, naming him, while another holder is alive, and wait for what one who is gone still holds.

    Where the connection breaks, the lock is asked for again; whoever took it meanwhile is stopped by no lock, and stops
    this session by the fence.
    """
    lease = _Lease(connect)
    try:
        lease.take(holder)
        lease.start()
        yield
    finally:
        lease.end()


class _Lease:
    def __init__(self, connect: Callable[[], Grip]) -> None:
        self._connect = connect
        self._grip: Grip | None = connect()
        self._ended = Event()
        self._beating = Thread(target=self._beat, name="hffix-lease", daemon=True)

    def take(self, holder: Callable[[], str]) -> None:
        grip, turns = self._grip, int(WAIT_SECONDS / _TURN_SECONDS)
        while grip is not None and not grip.take():
            silent, turns = grip.silence(), turns - 1
            if turns < 0 or (silent is not None and silent < SILENT_SECONDS):
                raise Held(f"the target is held by {holder()}{grip.told()}")
            time.sleep(_TURN_SECONDS)

    def start(self) -> None:
        self._beating.start()

    def end(self) -> None:
        self._ended.set()
        if self._beating.is_alive():
            self._beating.join(BEAT_SECONDS)
        if self._grip is not None:
            self._grip.close()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            if self._grip is None or not self._grip.speak():
                self._grip = self._renewed()

    def _renewed(self) -> Grip | None:
        """Ask again on a new connection; none where the server is not there, or the lock is another's by now."""
        if self._grip is not None:
            self._grip.close()
        try:
            grip = self._connect()
        except HffixError:
            return None
        try:
            if grip.take():
                return grip
        except HffixError:
            pass
        grip.close()
        return None
