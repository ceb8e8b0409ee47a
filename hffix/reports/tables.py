"""Tables: rows under their headings, in columns that fit the terminal."""

from collections.abc import Iterable, Sequence

from hffix.reports.safe import safe
from hffix.reports.widths import aligned


def table(headings: Sequence[str], *, rows: Iterable[Sequence[str | int | None]], width: int = 100) -> str:
    """Write a table, one line a row; whole numbers stand right and are never cut, and None is a dash."""
    kept = [tuple(row) for row in rows]
    numbers = frozenset(
        column
        for column in range(len(headings))
        if any(type(row[column]) is int for row in kept) and not any(isinstance(row[column], str) for row in kept)
    )
    shown = [tuple(map(_cell, row)) for row in kept]
    return "\n".join(aligned([tuple(headings), *shown], width=width, numbers=numbers))


def _cell(value: str | int | None) -> str:
    if value is None:
        return "–"
    return safe(value) if isinstance(value, str) else f"{value:,}"
