"""Verifying rows of the log at once: where each gives its leaf, they come to a few nodes of two trees."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from hffix.changelog.rows import LogColumns
from hffix.model import merkle
from hffix.model.change import KINDS
from hffix.model.record import entry_leaves

SALT_DIGITS: Final = 32
# Reads one value of JSON through to its end, and makes nothing of it.
_ONE_VALUE: Final = msgspec.json.Decoder(msgspec.Raw).decode

Nodes = tuple[tuple[int, bytes], ...]


class Folded(msgspec.Struct, frozen=True):
    """What rows come to: the largest nodes that cover their leaves, and those that cover their entries, with sizes."""

    leaves: Nodes
    entries: Nodes


def fold(block: LogColumns, *, first: int, entry: int) -> Folded | None:
    """Fold rows, each of which gives its own leaf from columns that are the parts of its line; else nothing.

    The first leaf has the index `first` in its run, the first entry the index `entry` in its chunk. Only the quick and
    usual case is answered.
    """
    try:
        leaves = block.leaves()
    except TypeError:
        return None
    if list(map(bytes.hex, leaves)) != list(block.leaf) or not are_apart(block):
        return None
    entries = entries_of(block)
    return Folded(tuple(merkle.blocks(leaves, first=first)), tuple(merkle.blocks(entries, first=entry)))


def entries_of(block: LogColumns) -> list[bytes]:
    """Hash the entries of rows."""
    return entry_leaves(block.seq, leaves=block.leaf, outcomes=block.outcome, observed_leaves=block.observed_leaf)


def are_apart(block: LogColumns) -> bool:
    """Say whether every column is a part of its line by itself: then no bytes moved from one to another."""
    try:
        return (
            _are_values(block.row_key, beginning="{")
            and _are_values(block.before, beginning="{n")
            and _are_values(block.after, beginning="{n")
            and _are_values([text for text in block.origin if text is not None], beginning='"')
            and _are_values([text for text in block.case_id if text is not None], beginning='"')
            and None not in block.salt
            and set(map(len, block.salt)) == {SALT_DIGITS}  # type: ignore[arg-type]
            and set(block.kind) <= set(KINDS)
        )
    except (msgspec.DecodeError, TypeError):
        return False


def _are_values(texts: Sequence[str | None], *, beginning: str) -> bool:
    """Say whether each text is one value of JSON, and of a kind that begins like this; n is null's."""
    deque(map(_ONE_VALUE, texts), maxlen=0)  # type: ignore[arg-type]
    return {text[:1] for text in texts} <= set(beginning)  # type: ignore[index]
