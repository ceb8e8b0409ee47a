"""What people and spreadsheets write where there is nothing to write."""

import re

__all__ = ["is_placeholder"]

# fmt: off
_WORDS = frozenset((
    "无", "空", "暂无", "没有", "不详", "未知", "未填", "未填写", "不明", "待补", "待填", "待定",
    "NULL", "NONE", "NIL", "NA", "N/A", "NAN", "UNKNOWN", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!",
    "#NUM!", "#NULL!",
))
# fmt: on
_MARKS = re.compile(r"[-/\\*.?_#]+")


def is_placeholder(value: str) -> bool:
    """Say whether a trimmed, half-width text stands for nothing: a word for it, an Excel error, marks only."""
    return value.upper() in _WORDS or _MARKS.fullmatch(value) is not None
