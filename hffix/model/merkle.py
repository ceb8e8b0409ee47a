"""Merkle trees of RFC 9162: leaves, roots computed as a stream, and the nodes that stand for a tree's right end.

A leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right); the root of no leaves is SHA-256 of nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """Hash one leaf's data."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Compute the root of a few leaves at once."""
    if not leaves:
        return EMPTY
    level, hashing = list(leaves), sha256
    while len(level) > 1:
        each = iter(level)
        above = [hashing(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=False)]
        # An odd last node rises unchanged: that is where RFC 9162 splits at the largest power of two.
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def blocks(leaves: Sequence[bytes], *, first: int) -> list[tuple[int, bytes]]:
    """Fold leaves, of which the first stands at index `first`, into the largest nodes of the tree: sizes and hashes."""
    found: list[tuple[int, bytes]] = []
    start = 0
    while start < len(leaves):
        size = 1 << ((len(leaves) - start).bit_length() - 1)
        if first + start:
            size = min(size, (first + start) & -(first + start))
        found.append((size, root(leaves[start : start + size])))
        start += size
    return found


class Tree:
    """The root of leaves that arrive one after the other, in memory of one hash a level."""

    __slots__ = ("_peaks", "leaves")

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, hashes: Iterable[bytes]) -> None:
        """Append leaf hashes, in the largest blocks that are nodes of the tree."""
        for size, hashed in blocks(list(hashes), first=self.leaves):
            self.add_node(hashed, leaves=size)

    def add_node(self, hashed: bytes, *, leaves: int) -> None:
        """Append the node of the next `leaves` leaves, as `cover` lists them."""
        self.leaves += leaves
        peaks = self._peaks
        while peaks and peaks[-1][0] == leaves:
            hashed = node(peaks.pop()[1], hashed)
            leaves *= 2
        peaks.append((leaves, hashed))

    def root(self) -> bytes:
        """Compute the root of what was appended so far."""
        if not self._peaks:
            return EMPTY
        result = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            result = node(peak, result)
        return result


def cover(first: int, leaves: int) -> Iterator[int]:
    """Give the sizes of the nodes that cover the leaves from index `first` to the end, from left to right."""

    def right_of(low: int, high: int) -> Iterator[int]:
        if first <= low:
            if low < high:
                yield high - low
            return
        if high - low == 1:
            return
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if first < middle:
            yield from right_of(low, middle)
            yield high - middle
        else:
            yield from right_of(middle, high)

    yield from right_of(0, leaves)


def cover_nodes(remaining: Iterable[bytes], *, first: int, leaves: int) -> list[bytes]:
    """Compute the covering nodes from the leaf hashes that stand from index `first` to the end."""
    hashes = iter(remaining)
    nodes: list[bytes] = []
    for size in cover(first, leaves):
        tree = Tree()
        tree.add(next(hashes) for _ in range(size))
        nodes.append(tree.root())
    return nodes
