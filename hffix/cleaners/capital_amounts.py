"""Amounts in the capitals of cheques, 壹仟贰佰元整: read only where the text is a right spelling of what was read.

Where 零 must and may stand: 支付结算办法, appendix 1 (中国人民银行, 1997).
"""

import re

__all__ = ["capitals_to_fen", "is_capitals"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_ONE_FORM = str.maketrans("貳參叄陸萬億圓圆正", "贰叁叁陆万亿元元整")

_CAPITALS = re.compile(f"[{_DIGITS}拾佰仟万亿元角分整]+")
_AMOUNT = re.compile(
    f"(?:(?P<yuan>[{_DIGITS}拾佰仟万亿]+)元)?零?(?:(?P<jiao>[{_DIGITS}])角)?零?(?:(?P<fen>[{_DIGITS}])分)?整?"
)
_PLACE = re.compile(f"([{_DIGITS}])([拾佰仟]?)")
_TEN_MILLION_MILLIONS = 10**16


def is_capitals(value: str) -> bool:
    """Say whether a text has nothing but capital numerals and the words of money."""
    return _CAPITALS.fullmatch(value.translate(_ONE_FORM)) is not None


def capitals_to_fen(value: str) -> int | None:
    """Read an amount in fen; None where the text is no right spelling of one amount."""
    text = value.translate(_ONE_FORM)
    found = _AMOUNT.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    yuan = _number(found["yuan"] or "")
    jiao, fen = (_DIGITS.index(found[part] or "零") for part in ("jiao", "fen"))
    if yuan >= _TEN_MILLION_MILLIONS or not re.fullmatch(_spelling(yuan, jiao, fen), text):
        return None
    return yuan * 100 + jiao * 10 + fen


def _number(numerals: str) -> int:
    """Read a number loosely: what is read wrongly is not spelled like this, and is found out by that."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, mark, low = numerals.rpartition(unit)
        if mark:
            return _number(high) * size + _number(low)
    return sum(_DIGITS.index(digit) * 10 ** _PLACES.index(place) for digit, place in _PLACE.findall(numerals))


def _spelling(yuan: int, jiao: int, fen: int) -> str:
    """Give the pattern of the right spellings of an amount."""
    if not jiao and not fen:
        return f"{_spelled(yuan) or '零'}元整?"
    whole = f"{_spelled(yuan)}元" if yuan else ""
    if not jiao:
        return f"{whole}{'零' if yuan else ''}{_DIGITS[fen]}分"
    zero = "零?" if yuan and yuan % 10 == 0 else ""
    return f"{whole}{zero}{_DIGITS[jiao]}角" + (f"{_DIGITS[fen]}分" if fen else "整?")


def _spelled(number: int) -> str:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, low = divmod(number, size)
        if high:
            return f"{_spelled(high)}{unit}{_zero(high, low, size)}{_spelled(low)}"
    written, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += ("零" if written and skipped else "") + _DIGITS[digit] + _PLACES[place]
        skipped = digit == 0
    return written


def _zero(high: int, low: int, size: int) -> str:
    if not low:
        return ""
    if low < size // 10:
        return "零"
    return "零?" if high % 10 == 0 else ""
