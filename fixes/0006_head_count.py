"""单位缴存人数按个人账户重算

缴存人数应当等于该单位状态为正常的个人账户数；少数单位的合计没有随账户变动更新。
"""

from hffix import Fix

fix = Fix(author="li.wei", ticket="DQ-2024-023", risk="medium")
_MEMBERS = "SELECT count(*) FROM personal_account AS a WHERE a.unit_no = {unit}.unit_no AND a.status = '01'"
fix.sql(
    "unit",
    {"active_count": _MEMBERS.format(unit="t")},
    where=f"t.active_count <> ({_MEMBERS.format(unit='t')})",
    at_most=500,
)
fix.ensures(
    "每个单位的缴存人数等于其正常账户数",
    f"SELECT count(*) FROM unit WHERE active_count <> ({_MEMBERS.format(unit='unit')})",
    equals=0,
)
