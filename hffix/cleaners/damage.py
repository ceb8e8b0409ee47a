"""Signs that a text was broken on its way: no cleaning can tell what it said."""

import re

from hffix.model.unresolved import Unresolved

__all__ = ["refuse_controls", "refuse_damage", "refuse_unknown", "undo_latin1"]

_BROKEN = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffd"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]|锟斤拷"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_RADICAL = re.compile("[\u2e80-\u2eff]")


def _read_as_cp1252(first: int, last: int) -> str:
    """List the characters that the bytes of a range become when read as Latin-1 or as CP1252."""
    octets = bytes(range(first, last + 1))
    return re.escape("".join(sorted({*octets.decode("latin-1"), *octets.decode("cp1252", errors="ignore")})))


# UTF-8 of two bytes (U+0080 to U+00FF only, or «É» would count), three and four, each byte read as one character.
_TAIL = f"[{_read_as_cp1252(0x80, 0xBF)}]"
_MOJIBAKE = re.compile(f"[Â-Ã]{_TAIL}|[à-ï]{_TAIL}{{2}}|[ð-ô]{_TAIL}{{3}}")


def refuse_damage(value: str) -> None:
    """Decline a text with a replacement character, half a character, or UTF-8 that was read byte by byte."""
    if _BROKEN.search(value):
        raise Unresolved("DAMAGED: replacement character or no character")
    if _MOJIBAKE.search(value):
        raise Unresolved("DAMAGED: UTF-8 read as another encoding")


def refuse_controls(value: str) -> None:
    """Decline a text with a control character inside."""
    if _CONTROLS.search(value):
        raise Unresolved("DAMAGED: control character inside")


def refuse_unknown(value: str) -> None:
    """Decline a text with a character whose meaning is its font's, or a radical that stands for no ideograph."""
    if _PRIVATE.search(value):
        raise Unresolved("UNKNOWN_CHAR: private use")
    if _RADICAL.search(value):
        raise Unresolved("UNKNOWN_CHAR: radical without ideograph")


def undo_latin1(value: str) -> str:
    """Turn UTF-8 that was read as Latin-1 back, or decline: the way back is exact or it is none."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Unresolved("DAMAGED: not UTF-8 read as Latin-1") from None
