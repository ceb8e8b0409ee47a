"""How the interpreter is set up for this program: for millions of rows, and for threads that wait for servers."""

import ctypes
import gc
import sys
from contextlib import suppress
from typing import Final

# A server, or a disk, that has answered must not wait until the thread beside gives up the interpreter of itself.
SWITCH_SECONDS: Final = 0.0005
# M_ARENA_MAX of glibc's mallopt(3); another library has another function, or none.
_MOST_ARENAS: Final = -8
_FEW: Final = 2


def set_up() -> None:
    """Set the interpreter up; what a command does is the same without it, only slower and in more memory."""
    # Rows are made by the million and never in circles; looking for circles among them would take half the time.
    gc.set_threshold(200_000, 20, 50)
    sys.setswitchinterval(SWITCH_SECONDS)
    # Each thread would have a pool of memory of its own, and keep what another one could use.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_MOST_ARENAS, _FEW)
