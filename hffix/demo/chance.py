"""Repeatable chance: the same numbers from the same seed, whatever the machine, and in any order of asking."""

from collections.abc import Sequence
from random import Random
from typing import Literal, TypeVar

T = TypeVar("T")
Room = Literal["bank", "unit", "unit_name", "person", "account", "withdrawal", "loan", "dirt"]

_ROOMS: tuple[Room, ...] = ("bank", "unit", "unit_name", "person", "account", "withdrawal", "loan", "dirt")
# A prime above every size that is spread here, so it divides none of them.
_STRIDE = 2_654_435_761


def stream(seed: int, *, room: Room, index: int) -> Random:
    """Open the stream of random numbers that belongs to one thing of the world."""
    return Random((seed * len(_ROOMS) + _ROOMS.index(room)) << 32 | index)  # noqa: S311  # made-up people, no secret


def pick(chance: Random, choices: Sequence[T]) -> T:
    """Pick one; uses `random()` alone, whose numbers Python promises to keep."""
    return choices[int(chance.random() * len(choices))]


def between(chance: Random, low: int, high: int) -> int:
    """Pick a whole number from low to high, both included."""
    return low + int(chance.random() * (high - low + 1))


def spread(index: int, *, over: int, seed: int) -> int:
    """Send different indexes below `over` to different places below `over`, scattered."""
    return (index * _STRIDE + seed * 40_503) % over
