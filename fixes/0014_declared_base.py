"""缴存基数的金额写法统一

单位申报的“6,750.00”“￥6750”“６７５０”“6750元”统一为两位小数的数字，金额一分不变；读不出金额的留给单位。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-032", risk="low")
fix.clean("personal_account", "deposit_base", cleaners.amount, at_most=10_000)
