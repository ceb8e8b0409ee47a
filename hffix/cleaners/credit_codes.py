"""Unified social credit codes of units (GB 32100-2015), and the organisation codes within them (GB 11714-1997)."""

import re

from hffix.cleaners.citizen_numbers import PROVINCES
from hffix.cleaners.codes import compact
from hffix.model.unresolved import Unresolved

__all__ = ["organisation_code_agrees", "trace_uscc", "uscc"]

_SHAPE = re.compile("[0-9A-Z]{18}")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(3**place % 31 for place in range(17))
_REGION = re.compile("[0-9]{6}")
_WHOLE_COUNTRY = "100000"
_ROUNDED = re.compile("[0-9]{15}000")
# The codes leave these letters out because they look like digits; V looks like none.
_READINGS = str.maketrans("IOZS", "1025")

_ORGANISATION = re.compile("[0-9A-Z]{8}-?[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(value: str | None, *, ocr: bool = False) -> str | None:
    """Write a unified social credit code in one form; decline one whose region or check is wrong.

    `ocr` declares that codes were read by eye or machine: I, O, Z, S become 1, 0, 2, 5 where both checks then agree.
    """
    return trace_uscc(value, [], ocr=ocr)


def trace_uscc(value: str | None, steps: list[str], *, ocr: bool = False) -> str | None:
    """Write a code as `uscc` does and append each step that was applied."""
    if ocr not in (False, True):
        raise ValueError("ocr is True or False")
    if value is None:
        return None
    result = compact(value, steps, one=_SHAPE)
    if not _SHAPE.fullmatch(result):
        raise Unresolved("BAD_SHAPE: not 18 characters")
    read = result.translate(_READINGS) if ocr else result
    _refuse_wrong(read)
    if read != result:
        if not organisation_code_agrees(read[8:17]):
            raise Unresolved("CHECKSUM: the reading does not agree")
        steps.append("letters read as digits, as declared")
    return value if read == value else read


def _refuse_wrong(code: str) -> None:
    if any(character not in _VALUES for character in code):
        raise Unresolved("UNKNOWN_CHAR: a letter that no credit code has")
    region = code[2:8]
    if not _REGION.fullmatch(region):
        raise Unresolved("BAD_REGION: the region is not six digits")
    if region[:2] not in PROVINCES and region != _WHOLE_COUNTRY:
        raise Unresolved("BAD_REGION: no such province")
    if _ROUNDED.fullmatch(code):
        raise Unresolved("LOSSY: last three digits are zeros, as a spreadsheet writes them")
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, code[:17], strict=True))
    if _ALPHABET[-total % 31] != code[17]:
        raise Unresolved("CHECKSUM: check character does not agree")


def organisation_code_agrees(code: str) -> bool:
    """Say whether nine characters, with a hyphen before the last or none, carry their own check character."""
    if not _ORGANISATION.fullmatch(code):
        return False
    total = sum(weight * int(letter, 36) for weight, letter in zip(_ORGANISATION_WEIGHTS, code[:8], strict=True))
    return "0123456789X0"[11 - total % 11] == code[-1]
