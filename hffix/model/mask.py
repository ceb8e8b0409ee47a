"""Masks: how personal data is shown to people who do not need it whole."""

from typing import Final, Literal

Mask = Literal["edges", "first", "all"]
HIDDEN: Final = "▒"
_LONG: Final = 10


def masked(text: str, *, how: str | None) -> str:
    """Hide the inner part of a text, all but its first character, or all of it; None hides nothing."""
    if how is None or not text:
        return text
    if how == "all":
        return HIDDEN * 4
    if how == "edges" and len(text) >= _LONG:
        return text[:4] + HIDDEN * 4 + text[-3:]
    return text[0] + HIDDEN * 4
