"""What every table in a file comes to: a header, and lines of texts, each cell exact or with its fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

Fault = tuple[int, str]

UNEVEN: Final = "not as many cells as the header"


class Unreadable(Exception):
    """A file that is no table at all; the text goes on after the file's name, and holds no cell's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line below the header: as many texts as the header has, the cells that are none, or why there are none."""

    line: int
    texts: tuple[str, ...]
    cells: Mapping[int, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table found in a file: what its origins call it after the file's name, its header, and its rows in order."""

    title: str | None
    header: tuple[str, ...]
    rows: Iterator[Row]
