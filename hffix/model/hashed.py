"""What a chunk's lines hash to: its leaves, its nodes of the approved tree, and the root of its entries."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from hffix.model import merkle
from hffix.model.record import entries_root, entry_leaves

LEAF_BYTES = 32


class Hashed(msgspec.Struct, frozen=True):
    """The leaves one after the other; the largest nodes that cover them, each with its size; the entries' root.

    The entries are those of lines that are all applied, with nothing observed.
    """

    leaves: bytes
    nodes: tuple[tuple[int, bytes], ...]
    entries_root: str

    @property
    def told(self) -> list[str]:
        """The leaves as hex digits, one by one."""
        digits = self.leaves.hex()
        return [digits[at : at + 2 * LEAF_BYTES] for at in range(0, len(digits), 2 * LEAF_BYTES)]


def hash_lines(lines: Sequence[bytes], *, first: int) -> Hashed:
    """Hash lines, of which the first has the sequence number `first`."""
    leaves = leaves_of(lines)
    joined = b"".join(leaves)
    nodes = tuple(merkle.blocks(leaves, first=first - 1))
    hashed = Hashed(joined, nodes, "")
    count = len(leaves)
    seqs, nothing = range(first, first + count), [None] * count
    entries = entry_leaves(seqs, leaves=hashed.told, outcomes=["applied"] * count, observed_leaves=nothing)
    return Hashed(joined, nodes, entries_root(entries))


def root_of(lines: Sequence[bytes]) -> bytes:
    """Compute the root of a few lines."""
    return merkle.root(leaves_of(lines))


def leaves_of(lines: Sequence[bytes]) -> list[bytes]:
    """Hash each line into its leaf."""
    hashing = sha256
    return [hashing(b"\x00" + line).digest() for line in lines]
