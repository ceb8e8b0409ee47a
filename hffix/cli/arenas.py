"""Arenas: how many pools of memory the C library keeps for this program."""

import ctypes
from contextlib import suppress
from typing import Final

# M_ARENA_MAX of glibc's mallopt(3); another library has another function, or none.
_MOST_ARENAS: Final = -8
_FEW: Final = 2


def keep_few() -> None:
    """Let threads share their memory: each would have a pool of its own, and keep what another one could use."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_MOST_ARENAS, _FEW)
