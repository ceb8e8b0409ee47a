"""Holders of cells: rows that have the same columns need no dictionary each.

A holder is read from JSON and written as JSON like the dictionary of the same cells, in the order of its columns.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from hffix.model.value import Canonical


@lru_cache(maxsize=512)
def holder_of(columns: tuple[str, ...]) -> Any:
    """Make what holds cells of exactly these columns; None where a name can only be that of a dictionary's key."""
    named = {_field(place): column for place, column in enumerate(columns)}
    try:
        return msgspec.defstruct(
            "Cells", [(name, Canonical) for name in named], rename=named, forbid_unknown_fields=True, gc=False
        )
    except ValueError:
        # A quote, a backslash or a control character stands in it.
        return None


def cell_of(columns: Sequence[str], column: str) -> Callable[[Any], Canonical]:
    """Give what takes the cell of one column from a holder of these columns."""
    return attrgetter(_field(columns.index(column)))


def _field(place: int) -> str:
    return f"c{place}"
