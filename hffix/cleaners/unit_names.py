"""Registered names of units: brackets in pairs and of one form, no blank that the name does not need."""

import re
from typing import Any

from hffix.cleaners.characters import half_width
from hffix.cleaners.placeholders import is_placeholder
from hffix.cleaners.written_names import HAN, LATIN, Mojibake, Pua, changed, refuse_wrong_hints, written_name
from hffix.model.unresolved import Unresolved

__all__ = ["trace_unit_name", "unit_name"]

_HAN = re.compile(f"[{HAN}]")
_LETTER = re.compile(f"[{HAN}{LATIN}]")

# Business licences write full-width brackets in Chinese names.
_FULL = str.maketrans("()﹙﹚", "（）（）")
_HALF = str.maketrans("（）﹙﹚", "()()")
_LETTERS_AND_DIGITS = {
    code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)
}

_BLANK_AT_SEPARATOR = re.compile(" ?([、；，]) ?")
_NEEDLESS_BLANK = re.compile(f"(?<![!-~{LATIN}]) | (?![!-~{LATIN}])")
_BLANK_IN_BRACKETS = re.compile(r"(?<=\() | (?=\))")
_TRAILING = re.compile(f"(?:[ 。，、,;；:：]|(?<=[{HAN}）]) ?[.．])+\\Z")
_TRAILING_LATIN = re.compile("[ 。、,;]+\\Z")

_NO_UNITS = frozenset(
    (
        *("无单位", "无工作单位", "没有单位", "单位", "单位名称", "公司", "无业", "待业", "TEST"),
        *("测试", "测试单位", "测试公司", "测试企业", "测试数据"),
    )
)
_MASKS = re.compile("[*?？＊×□■]")
_ORGANISATION = "(?:公司|集团|厂|店|局|院|校|中学|小学|大学|银行|中心|委员会|协会|合作社|事务所|幼儿园)"
_TWO_UNITS = re.compile(f"{_ORGANISATION}[、,，].*{_ORGANISATION}\\Z|.[;；/|].")
_BRANCH = "(?:分公司|子公司|分厂|分店|分行|支行|分部|分院|分校|营业部|门市部|项目部|办事处|工会|食堂)"
_AFTER_COMPANY = re.compile(f"公司 (?![^ ]*{_BRANCH}\\Z)(?P<rest>.+)")
_CUT = re.compile("(?:有限|股份|责任)(?:公|责)?\\Z")
_LONGEST = 120


def unit_name(value: str | None, *, pua: Pua | None = None, mojibake: Mojibake | None = None) -> str | None:
    """Clean the name of one unit: blanks, widths, brackets, marks at the end; decline what is cut, masked or two."""
    return _cleaned(value, pua, mojibake, [])


def trace_unit_name(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Clean a unit's name as `unit_name` does and append each step that was applied."""
    return _cleaned(value, hints.pop("pua", None), hints.pop("mojibake", None), steps, **hints)


def _cleaned(value: str | None, pua: str | None, mojibake: str | None, steps: list[str]) -> str | None:
    refuse_wrong_hints(pua, mojibake)
    if value is None:
        return None
    result = written_name(value, pua, mojibake, _one_width, steps)
    bare = half_width(result)
    if is_placeholder(bare) or bare.upper() in _NO_UNITS:
        raise Unresolved("PLACEHOLDER: nothing was written")
    chinese = _HAN.search(result) is not None
    trailing = _TRAILING if chinese else _TRAILING_LATIN
    result = changed(result, trailing.sub("", result), "marks at the end removed", steps)
    result = changed(result, result.translate(_FULL if chinese else _HALF), "brackets of one form", steps)
    single = _without_blanks(result) if chinese else _BLANK_IN_BRACKETS.sub("", result)
    result = changed(result, single, "needless blanks removed", steps)
    _judge(result)
    return value if result == value else result


def _one_width(value: str) -> str:
    return value.translate(_LETTERS_AND_DIGITS) if _HAN.search(value) else half_width(value)


def _without_blanks(value: str) -> str:
    """Remove the blanks that a Chinese name does not need; decline where one parts the name from something else."""
    result = _BLANK_AT_SEPARATOR.sub(r"\1", value)
    if found := _AFTER_COMPANY.search(re.sub(" ?([（）]) ?", r"\1", result)):
        if found["rest"].endswith("公司"):
            raise Unresolved("MULTIPLE: more than one unit")
        raise Unresolved("AMBIGUOUS: something follows the name")
    return _NEEDLESS_BLANK.sub("", result)


def _judge(value: str) -> None:
    if _MASKS.search(value):
        raise Unresolved("MASKED: a character is hidden or lost")
    if _TWO_UNITS.search(value):
        raise Unresolved("MULTIPLE: more than one unit")
    if is_placeholder(value) or value.upper() in _NO_UNITS:
        raise Unresolved("PLACEHOLDER: nothing was written")
    if not _LETTER.search(value):
        raise Unresolved("BAD_SHAPE: no letter in it")
    _refuse_brackets(value)
    if _CUT.search(value):
        raise Unresolved("BAD_SHAPE: cut at the end")
    if len(value) < 2:
        raise Unresolved("TOO_SHORT: one character")
    if len(value) > _LONGEST:
        raise Unresolved("OUT_OF_RANGE: over 120 characters")


def _refuse_brackets(value: str) -> None:
    depth = 0
    for character in value:
        depth += (character in "(（") - (character in ")）")
        if depth < 0:
            break
    if depth or "（）" in value or "()" in value:
        raise Unresolved("BAD_SHAPE: brackets not in pairs, or empty")
