"""地址和单位名称中的特殊字符

全角数字改半角，去掉看不见的字符、换行和多余空格。
单位名称按营业执照的写法：汉字之间不留空格，括号用全角一对。“21世纪”、楼号旁的全角括号和逗号本来就对，不动。
锟斤拷之类丢了字的，留给人工。
"""

import re

from hffix import Fix, Unresolved, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-018", risk="low")
fix.clean("person", "address", cleaners.text, at_most=20_000)
fix.clean("unit", "address", cleaners.text, at_most=1_000)

_BLANK_BESIDE_HAN = re.compile(r"(?<=[\u4e00-\u9fff（）]) | (?=[\u4e00-\u9fff（）])")


@fix.rows("unit", writes="unit_name", at_most=10_000)
def registered_name(unit_name: str) -> str | None:
    """Write a unit's name as its licence does; decline one that lost a bracket."""
    name = cleaners.text(unit_name) or ""
    name = _BLANK_BESIDE_HAN.sub("", name.replace("(", "（").replace(")", "）"))
    if name.count("（") != name.count("）"):
        raise Unresolved("a bracket is missing, and perhaps more")
    return name
