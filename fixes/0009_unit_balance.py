"""单位账户余额按个人账户重算

单位账户余额应当等于本单位全部个人账户余额之和，一分不差；少数单位的合计在转移之后没有更新。
每个单位是一个个案：执行前重新核对它的全部个人账户，有人在此期间记了账，这个单位就不改，重新计划。
"""

from decimal import Decimal

from hffix import Case, Fix

fix = Fix(author="li.wei", ticket="DQ-2024-026", risk="medium")


@fix.cases(
    "SELECT unit_no FROM unit ORDER BY unit_no",
    reads={"unit": ("unit_balance",), "personal_account": ("unit_no", "balance")},
    writes={"unit": ("unit_balance",)},
    at_most=500,
)
def total_of_members(case: Case, unit_no: str) -> None:
    """Write a unit's balance as the exact sum of its members' balances."""
    [unit] = case.rows("unit", unit_no=unit_no)
    members = case.rows("personal_account", unit_no=unit_no)
    case.update(unit, unit_balance=sum((Decimal(member["balance"]) for member in members), Decimal("0.00")))


fix.keeps("personal_account.balance")
