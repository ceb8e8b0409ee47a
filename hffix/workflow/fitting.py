"""Fitting: how many lines are worked on at once where their whole rows are wide, as those with scans and photographs.

A chunk is bounded by its rows and by the bytes of its lines; but the whole row of a line is locked, backed up and read
back too, and may hold a thousand times as much. So some of the rows are looked at first.
"""

from collections.abc import Sequence
from typing import Final

from hffix.database import Snapshot
from hffix.model.change import Line
from hffix.model.value import Raw, Typed, UnreadableText, decode_value
from hffix.workflow.block import Block
from hffix.workflow.found import Tables

# Of the rows of one chunk; what is made of them takes some eight times as much.
MOST_BYTES: Final = 16 * 1024 * 1024
_LOOKED_AT: Final = 48
_FIXED: Final = 16


class TooWide(Exception):
    """A chunk whose rows would not fit, and how many of its lines would."""

    def __init__(self, lines: int) -> None:
        super().__init__(lines)
        self.lines = lines


def refuse_too_wide(snapshot: Snapshot, tables: Tables, block: Block) -> None:
    """Raise TooWide where the rows of these lines, judged by some of them, do not fit; one line always does."""
    fitting = lines_that_fit(snapshot, tables, block)
    if fitting < len(block):
        raise TooWide(fitting)


def lines_that_fit(snapshot: Snapshot, tables: Tables, block: Block) -> int:
    """Say how many of these lines can be worked on at once, judged by the rows of some of them."""
    groups = [group for group in block.groups if group.kind in {"update", "delete"}]
    rowed = groups[0].places if len(groups) == 1 else sorted(place for group in groups for place in group.places)
    # One at first: a single row may be beyond all of it.
    some = rowed[len(rowed) // 2 :][:1]
    held = _held_by(snapshot, tables, [block[place] for place in some])
    if some and held <= MOST_BYTES:
        some = rowed[:: -(-len(rowed) // min(_LOOKED_AT, MOST_BYTES // max(held, 1)))]
        held = _held_by(snapshot, tables, [block[place] for place in some])
    if held * len(rowed) <= MOST_BYTES * len(some):
        return len(block)
    return max(1, MOST_BYTES * len(some) * len(block) // (held * len(rowed)))


def _held_by(snapshot: Snapshot, tables: Tables, lines: Sequence[Line]) -> int:
    held = 0
    for name in {line.table for line in lines}:
        table = tables[name]
        keys = [tuple(decode_value(line.key[column]) for column in table.key) for line in lines if line.table == name]
        for row in snapshot.rows(table, keys=keys).values():
            held += sum(map(_size, row))
    return held


def _size(value: Raw) -> int:
    if isinstance(value, str | bytes):
        return _FIXED + len(value)
    if isinstance(value, Typed):
        return _FIXED + len(value.text)
    return _FIXED + len(value.stored) if isinstance(value, UnreadableText) else _FIXED
