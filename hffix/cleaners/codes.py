"""Codes of digits and capital letters: one way to write them, before anybody asks what they mean."""

import re

from hffix.cleaners.characters import half_width
from hffix.cleaners.typed import HALF_WIDTH, typed
from hffix.model.unresolved import Unresolved

__all__ = ["compact", "refuse_repeated"]

_CLEAN = re.compile("[0-9A-Z]{8,40}")
# Nothing but letters and digits, too many of them for a word that stands for nothing or for a rounded number.
_PLAIN = re.compile("[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]{8,40}")
# Not str.upper: it makes an S of ſ and an I of ı, which nobody typed.
_CAPITALS = {ord(small): small.upper() for small in "abcdefghijklmnopqrstuvwxyz"}
_BETWEEN = re.compile("(?<=[^ -])[ -]+(?=[^ -])")
_PARTS = re.compile("[^0-9A-Z]+")
_HIDDEN = re.compile("[*●•]|(?<=[0-9])X{6,}(?=[0-9])")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}")


def compact(value: str, steps: list[str], *, one: re.Pattern[str]) -> str:
    """Give a code half-width, in capitals, without blanks and hyphens; decline a hidden, a rounded and a second one.

    `one` is the form of a single code of the column.
    """
    if _CLEAN.fullmatch(value):
        _refuse_hidden(value)
        return value
    plain = _PLAIN.fullmatch(value) is not None
    shown = half_width(value) if plain else typed(value, steps)
    if plain and shown != value:
        steps.append(HALF_WIDTH)
    if shown.startswith("`"):
        shown = shown[1:].strip(" ")
        steps.append("text mark removed")
    capitals = shown.translate(_CAPITALS)
    if capitals != shown:
        steps.append("letters made capitals")
    if _SCIENTIFIC.fullmatch(capitals):
        raise Unresolved("LOSSY: rounded by a spreadsheet")
    _refuse_hidden(capitals)
    if plain:
        return capitals
    result = _BETWEEN.sub("", capitals)
    _refuse_hidden(result)
    # Numbers in groups show only without their blanks that there are two; without a mark between, only with them.
    if any(sum(bool(one.fullmatch(part)) for part in _PARTS.split(form)) > 1 for form in (capitals, result)):
        raise Unresolved("MULTIPLE: more than one number")
    if result != capitals:
        steps.append("blanks and hyphens inside removed")
    return result


def _refuse_hidden(code: str) -> None:
    if _HIDDEN.search(code):
        raise Unresolved("MASKED: a digit is hidden")


def refuse_repeated(digits: str) -> None:
    """Decline digits that are all the same: typed where there was no number."""
    if len(set(digits)) == 1:
        raise Unresolved("PLACEHOLDER: one digit repeated")
