"""Cleaners of whole columns: what a cleaner does, done to many values at once where none needs a look of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hffix.cleaners.texts import text, texts

__all__ = ["ColumnCleaner", "column_cleaner"]

ColumnCleaner = Callable[[Sequence[str]], list[str] | None]

_OF_COLUMNS: Mapping[object, ColumnCleaner] = {text: texts}


def column_cleaner(cleaner: Callable[..., Any]) -> ColumnCleaner | None:
    """Give the cleaner's form for a column, which gives what the cleaner would, or None; None where there is none."""
    return _OF_COLUMNS.get(cleaner)
