"""The numbers of identity documents: read by their own form and check, or by a declared type where there is no check.

A number of 15 digits may be an old citizen number or a cut one of 18, so it is completed by declaration only.
"""

import re
from typing import Literal, get_args

from hffix.cleaners.citizen_numbers import refuse_wrong_card, refuse_wrong_number, upgraded
from hffix.cleaners.codes import compact, refuse_repeated
from hffix.model.unresolved import Unresolved

__all__ = ["DocumentType", "birth_date_in", "id_key", "id_no", "sex_in", "trace_id_no"]

DocumentType = Literal["passport", "hm_travel", "tw_travel"]
_TYPES = get_args(DocumentType)

_EIGHTEEN, _FIFTEEN, _CARD = re.compile("[0-9]{17}[0-9X]"), re.compile("[0-9]{15}"), re.compile("[A-Z]{3}[0-9]{12}")
_ANY = re.compile(f"{_EIGHTEEN.pattern}|{_FIFTEEN.pattern}|{_CARD.pattern}")
# Signs that are typed for the last X: the multiplication sign, Cyrillic and Greek letters, the Roman ten.
_LIKE_X = re.compile("([0-9]{17})[×ХхΧχⅩⅹ]")

# Shapes only, these numbers have no check; no Chinese passport has I or O as its second letter.
_SHAPES: dict[str, re.Pattern[str]] = {
    "passport": re.compile("[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E?[0-9]{7,8}"),
    "hm_travel": re.compile("[HM][0-9]{8}(?:[0-9]{2})?"),
    "tw_travel": re.compile("[0-9]{8}(?:[0-9]{2})?"),
}


def id_no(value: str | None, *, type: DocumentType | None = None, upgrade15: bool = False) -> str | None:  # noqa: A002
    """Write a document's number in one form; decline one whose region, birth or check is wrong, and never mend it.

    Without `type` it is a citizen's or a resident's number of 18 characters, or a foreigner's card of before 2023.
    `upgrade15` declares that 15 digits are old citizen numbers, which become 18.
    """
    return trace_id_no(value, [], type=type, upgrade15=upgrade15)


def trace_id_no(
    value: str | None,
    steps: list[str],
    *,
    type: DocumentType | None = None,  # noqa: A002 - the declared word
    upgrade15: bool = False,
) -> str | None:
    """Write a document's number as `id_no` does and append each step that was applied."""
    if type not in (None, *_TYPES):
        raise ValueError(f"type is None or one of {_TYPES}")
    if upgrade15 not in (False, True):
        raise ValueError("upgrade15 is True or False")
    if upgrade15 and type is not None:
        raise ValueError("type and upgrade15 contradict each other")
    if value is None:
        return None
    result = _number(value, steps, upgrade15=upgrade15) if type is None else _of_type(value, steps, _SHAPES[type])
    return value if result == value else result


def _of_type(value: str, steps: list[str], shape: re.Pattern[str]) -> str:
    number = compact(value, steps, one=shape)
    if not shape.fullmatch(number):
        raise Unresolved("BAD_SHAPE: not of the declared type")
    refuse_repeated(number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return number


def _number(value: str, steps: list[str], *, upgrade15: bool) -> str:
    number = compact(value, steps, one=_ANY)
    if found := _LIKE_X.fullmatch(number):
        number = f"{found[1]}X"
        steps.append("last sign read as X")
    if _CARD.fullmatch(number):
        refuse_wrong_card(number)
        return number
    if _FIFTEEN.fullmatch(number):
        if not upgrade15:
            raise Unresolved("NOT_DECLARED: 15 digits, old or cut")
        number = upgraded(number)
        steps.append("15 digits completed to 18, as declared")
    if not _EIGHTEEN.fullmatch(number):
        raise Unresolved("BAD_SHAPE: no known form")
    refuse_wrong_number(number)
    return number


def birth_date_in(id_no: str | None) -> str | None:
    """Read the birth date (YYYY-MM-DD) that a valid number of 18 characters carries; None for every other value."""
    number = _eighteen(id_no)
    return None if number is None else f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sex_in(id_no: str | None) -> Literal["1", "2"] | None:
    """Read the sex (GB/T 2261.1: 1 male, 2 female) in a valid number of 18 characters; None for every other value."""
    number = _eighteen(id_no)
    if number is None:
        return None
    return "1" if number[16] in "13579" else "2"


def _eighteen(value: str | None) -> str | None:
    try:
        number = id_no(value)
    except Unresolved:
        return None
    return number if number is not None and len(number) == 18 else None


def id_key(value: str | None, *, type: DocumentType | None = None) -> str:  # noqa: A002
    """Give the form by which numbers are matched, 15 digits as 18; decline what is no number, and None as blank.

    It is for matching only: the 15 digits need not be declared, for nothing is written.
    """
    key = id_no(value, type=type, upgrade15=type is None)
    if key is None:
        raise Unresolved("BLANK: nothing to read")
    return key
