"""Names of people: Han with or without an interpunct, or Latin; one person, whole, nothing beside the name."""

import re
from typing import Any

from hffix.cleaners.characters import half_width
from hffix.cleaners.placeholders import is_placeholder
from hffix.cleaners.written_names import HAN, LATIN, Mojibake, Pua, changed, refuse_wrong_hints, written_name
from hffix.model.unresolved import Unresolved

__all__ = ["name", "trace_name"]

_HAN_NAME = re.compile(f"[{HAN}]+(?:·[{HAN}]+)*")
_LATIN_NAME = re.compile(f"[{LATIN}]+(?:(?:\\. ?|[ '’-])[{LATIN}]+)*\\.?")
_LETTER = re.compile(f"[{HAN}{LATIN}]")
_HAN_AND_BLANKS = re.compile(f"[{HAN}]+(?: [{HAN}]+)+")

_SPACED_AND_DOTTED = re.compile(f"(?=.* )(?=.*·)[{HAN}· ]+")

_DOT_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) ?[·•・‧.･﹒∙⋅·]+ ?(?=[{HAN}])")
# A black circle also hides a letter, as in 王●明; between two longer parts it is an interpunct.
_CIRCLE_BETWEEN_PARTS = re.compile(f"(?<=[{HAN}]{{2}})●(?=[{HAN}]{{2}})")

_COMPOUND_SURNAMES = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "司徒", "东方", "独孤", "南宫", "夏侯"),
        *("公孙", "轩辕", "长孙", "宇文", "端木", "澹台", "百里", "呼延", "申屠", "太史", "闻人", "歐陽", "司馬"),
    )
)
_NO_NAMES = frozenset(("测试", "测试员", "测试用户", "无名", "无名氏", "姓名", "TEST"))
_MASKS = re.compile("[*?×✕✖□■_#某]|[xX]{2}\\Z")
_SEPARATORS = re.compile("[、,;/|&+]")
_REPEATED = re.compile(f"([{HAN}]{{2,}})\\1+")
_LONGEST_WITHOUT_DOT = 8
_LONGEST = 60


def name(value: str | None, *, pua: Pua | None = None, mojibake: Mojibake | None = None) -> str | None:
    """Clean the name of one person: blanks, invisible marks, widths, interpunct; decline what may be another name."""
    return _cleaned(value, pua, mojibake, [])


def trace_name(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Clean a name as `name` does and append each step that was applied."""
    return _cleaned(value, hints.pop("pua", None), hints.pop("mojibake", None), steps, **hints)


def _cleaned(value: str | None, pua: str | None, mojibake: str | None, steps: list[str]) -> str | None:
    refuse_wrong_hints(pua, mojibake)
    if value is None:
        return None
    result = written_name(value, pua, mojibake, half_width, steps)
    if is_placeholder(result) or result.upper() in _NO_NAMES:
        raise Unresolved("PLACEHOLDER: nothing was written")
    dotted = _CIRCLE_BETWEEN_PARTS.sub("·", _DOT_BETWEEN_HAN.sub("·", result))
    result = changed(result, dotted, "interpunct written as one middle dot", steps)
    result = changed(result, _joined(result), "blanks between the letters of a short name removed", steps)
    _judge(result)
    return value if result == value else result


def _joined(value: str) -> str:
    """Join a spaced name where one reading is left: surname and at most two letters, or letters one by one."""
    if not _HAN_AND_BLANKS.fullmatch(value):
        return value
    surname, *given = value.split(" ")
    letters = "".join(given)
    one_by_one = len(letters) == len(given)
    if len(surname) == 1 and one_by_one and len(given) <= 3:
        return surname + letters
    if (len(surname) == 1 or surname in _COMPOUND_SURNAMES) and len(letters) <= 2 and (one_by_one or len(given) == 1):
        return surname + letters
    raise Unresolved("AMBIGUOUS: blank inside, perhaps a lost interpunct")


def _judge(value: str) -> None:
    if _HAN_NAME.fullmatch(value):
        _judge_han(value)
    elif _LATIN_NAME.fullmatch(value):
        if len(value) < 2:
            raise Unresolved("TOO_SHORT: one letter")
    else:
        _decline(value)
    if len(value) > _LONGEST:
        raise Unresolved("OUT_OF_RANGE: longer than a name")


def _judge_han(value: str) -> None:
    if _MASKS.search(value):
        raise Unresolved("MASKED: a letter is hidden")
    if "〇〇" in value:
        raise Unresolved("MIXED: circles for letters")
    if len(value) < 2:
        raise Unresolved("TOO_SHORT: one letter")
    if _REPEATED.fullmatch(value) or max(map(len, value.split("·"))) > _LONGEST_WITHOUT_DOT:
        raise Unresolved("OUT_OF_RANGE: longer than a name, or one name pasted again")


def _decline(value: str) -> None:
    if _MASKS.search(value):
        raise Unresolved("MASKED: a letter is hidden")
    if _SEPARATORS.search(value):
        raise Unresolved("MULTIPLE: more than one name")
    if not _LETTER.search(value):
        raise Unresolved("BAD_SHAPE: neither Han nor Latin")
    if _SPACED_AND_DOTTED.fullmatch(value):
        raise Unresolved("AMBIGUOUS: blank and interpunct")
    raise Unresolved("MIXED: more than the letters of one name")
