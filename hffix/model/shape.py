"""Shapes: what a value looks like when every letter, digit and Han is replaced by its class.

A reader of 300,000 changes needs classes, not rows: 2011/3/5 and 1998/7/1 are both 9999/9/9.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

from hffix.model.value import Canonical

LONGEST: Final = 24
NULL: Final = "NULL"


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
    if not text:
        return "''"
    if len(text) > LONGEST:
        return text[:LONGEST].translate(_CLASSES) + "…"
    return text.translate(_CLASSES)


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
