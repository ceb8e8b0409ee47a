"""Widths: how many columns of a terminal a text takes, with Chinese characters two wide, and lines that fit."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

# A wide character may end a line, but not before a mark that closes what it says.
_PIECES: Final = re.compile(
    r"\s+|[\u1100-\u115f\u2e80-\u303f\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]"
    r"[、。，；：！？）》」』】]*|[^\s\u1100-\u115f\u2e80-\u303f\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]+"
)
INDENT: Final = 2
GAP: Final = 3


def cells(text: str) -> int:
    """Count the columns that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, *, width: int) -> str:
    """Cut a text to a width, and say by … that there was more."""
    from rich.cells import set_cell_size

    return text if cells(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def pad(text: str, *, width: int, right: bool = False) -> str:
    """Fill a text with blanks up to a width."""
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def fold(text: str, *, width: int) -> list[str]:
    """Break a text into lines of a width, between words or Chinese characters, and inside a word that is longer."""
    lines = [""]
    room = width
    for piece in _PIECES.findall(text):
        for part in _split(piece, width=width):
            taken = cells(part)
            if taken > room:
                lines.append("")
                room = width
                if part.isspace():
                    continue
            lines[-1] += part
            room -= taken
    return [line.rstrip() for line in lines]


def labelled(pairs: Sequence[tuple[str, str]], *, width: int, others: Iterable[str] = ()) -> list[str]:
    """Write labels and texts in two columns; an empty label goes on with the one before, `others` align it too."""
    start = INDENT + GAP + max(map(cells, (*(label for label, _ in pairs), *others)), default=0)
    lines: list[str] = []
    for label, text in pairs:
        first, *more = fold(text, width=width - start)
        lines.append((pad(" " * INDENT + label, width=start) + first).rstrip())
        lines += [" " * start + line for line in more]
    return lines


def aligned(
    rows: Sequence[Sequence[str]], *, width: int, numbers: frozenset[int] = frozenset(), indent: int = INDENT
) -> list[str]:
    """Write rows in columns that fit a width; the widest are cut, never those of `numbers`, which stand right."""
    if not rows:
        return []
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    places = [column for column, taken in enumerate(widths) if taken]
    texts = [column for column in places if column not in numbers]
    room = width - indent - GAP * (len(places) - 1)
    while texts and sum(widths) > room and widths[widest := max(texts, key=widths.__getitem__)] > 1:
        widths[widest] -= 1
    lines = []
    for row in rows:
        shown = (
            pad(cut(row[column], width=widths[column]), width=widths[column], right=column in numbers)
            for column in places
        )
        lines.append((" " * indent + (" " * GAP).join(shown)).rstrip())
    return lines


def _split(piece: str, *, width: int) -> list[str]:
    parts: list[str] = []
    while cells(piece) > width:
        taken = next(count for count in range(1, len(piece) + 1) if cells(piece[: count + 1]) > width)
        parts.append(piece[:taken])
        piece = piece[taken:]
    return [*parts, piece]
