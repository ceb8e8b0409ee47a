"""Shapes: what a value looks like when every letter, digit and Han is replaced by its class.

A reader of 300,000 changes needs classes, not rows: 2011/3/5 and 1998/7/1 are both 9999/9/9.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from hffix.model.narrow import table_of, turned
from hffix.model.value import Canonical

LONGEST: Final = 24
NULL: Final = "NULL"
_EMPTY: Final = "''"


class _Classes(dict[int, str]):
    """The class of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _class_of(chr(code))
        return shown


def _class_of(character: str) -> str:
    category = unicodedata.category(character)
    wide = "\uff01" <= character <= "\uff5e"
    if category == "Nd":
        return "９" if wide else "9" if character.isascii() else "٩"
    if category == "Lu":
        return "Ａ" if wide else "A"
    if category == "Ll":
        return "ａ" if wide else "a"
    if category in {"Lo", "Lm", "Lt", "Nl"}:
        return "汉"
    if category == "No":
        return "①"
    if character == " ":
        return "␣"
    if category in {"Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cn", "Mn"}:
        return f"⟨U+{ord(character):04X}⟩"
    return character


_CLASSES: Final = _Classes()
_END: Final = "\n"
_CUT: Final = "…"
# The same of many texts at once, each ended by a line end.
_CLASSES_OF_LINES: Final = _Classes({ord(_END): _END})
_NARROW: Final = table_of(lambda character: shown if len(shown := _CLASSES_OF_LINES[ord(character)]) == 1 else None)


def shape_of(value: Canonical) -> str:
    """Give the shape of a canonical value: its classes, at most 24 of them."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return _shape_of_text(value)
    ((tag, text),) = value.items()
    if tag in {"bytes", "text"}:
        return tag
    return f"{tag} {_shape_of_text(text)}"


def _shape_of_text(text: str) -> str:
    return _cut(text).translate(_CLASSES) or _EMPTY


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + _CUT


def shapes_of(values: Sequence[Canonical]) -> list[str]:
    """Give the shapes of many values, as of one column."""
    if set(map(type, values)) != {str}:
        return list(map(shape_of, values))
    texts: Sequence[str] = values  # type: ignore[assignment]
    if max(map(len, texts)) > LONGEST:
        texts = list(map(_cut, texts))
    joined = _END.join(texts)
    if joined.count(_END) != len(texts) - 1:
        return list(map(shape_of, values))
    shapes = (turned(joined, _NARROW) or joined.translate(_CLASSES_OF_LINES)).split(_END)
    return shapes if all(texts) else [shape or _EMPTY for shape in shapes]


def visible(text: str, *, longest: int = 60) -> str:
    """Write a text so that no character hides: invisible ones by number, and long texts cut."""
    shown = "".join(
        character if character == " " or unicodedata.category(character)[0] not in "CZ" else f"⟨U+{ord(character):04X}⟩"
        for character in text[:longest]
    )
    return shown + "…" if len(text) > longest else shown


def visible_value(value: Canonical) -> str:
    """Write a canonical value for a person's eye."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return visible(value) if value else "''"
    ((tag, text),) = value.items()
    return f"{tag}:{visible(text, longest=24)}" if tag in {"bytes", "text"} else visible(text)


def visible_key(key: Mapping[str, Canonical]) -> str:
    """Write a row key: the bare value, or col=val,col=val for a composite key."""
    if len(key) == 1:
        return visible_value(next(iter(key.values())))
    return ",".join(f"{column}={visible_value(value)}" for column, value in key.items())
