"""Narrow texts: of ASCII and its full-width forms only, so that each character is one byte, and a table turns many.

Columns of codes, numbers and dates are nearly always narrow, and what a table of bytes does to one takes a tenth of
the time of a look at each of its characters.
"""

import codecs
from collections.abc import Callable
from typing import Final

_SIZE: Final = 256
# What no byte stands for, by the convention of Python's own codecs.
_NOTHING: Final = "\ufffe"
_CHARACTERS: Final = "".join(map(chr, (*range(0x80), *range(0xFF01, 0xFF5F))))
_BYTES: Final = codecs.charmap_build(_CHARACTERS.ljust(_SIZE, _NOTHING))


def table_of(turn: Callable[[str], str | None]) -> str:
    """Make the table by which each narrow character becomes another one; None where a text with it is not turned."""
    return "".join([turn(character) or _NOTHING for character in _CHARACTERS]).ljust(_SIZE, _NOTHING)


def turned(text: str, table: str) -> str | None:
    """Turn a text by a table; None where it is not narrow, or has a character that the table does not turn."""
    try:
        return codecs.charmap_decode(codecs.charmap_encode(text, "strict", _BYTES)[0], "strict", table)[0]
    except UnicodeError:
        return None
