"""单位缴存比例统一为百分数

这一列的单位是百分之一：12 就是 12%。部分单位填成了小数 0.12；政策允许 5% 至 12%，所以小于 1 的只能是小数。
"""

from hffix import Fix

fix = Fix(author="li.wei", ticket="DQ-2024-022", risk="medium")
fix.sql(
    "unit",
    {"unit_ratio": "round(t.unit_ratio * 100, 2)"},
    where="t.unit_ratio >= 0.05 AND t.unit_ratio <= 0.12",
    at_most=1_000,
)
fix.ensures(
    "没有小于 1 的单位缴存比例",
    "SELECT count(*) FROM unit WHERE unit_ratio > 0 AND unit_ratio < 1",
    equals=0,
)
