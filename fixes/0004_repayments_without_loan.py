"""删除从未发放的贷款的还款明细

2024 年 3 月，受委托银行来函确认：贷款账号 L9000001 至 L9000008 是其旧系统的测试账号，从未发放，最多 40 笔还款。
Only these: any other repayment without a loan may be a loan that was lost, and is for people to find.
"""

from hffix import Fix

fix = Fix(author="li.wei", ticket="DQ-2024-021", risk="high")
fix.delete(
    "loan_repayment",
    where="t.loan_no BETWEEN 'L9000001' AND 'L9000008' AND length(t.loan_no) = 8"
    " AND NOT EXISTS (SELECT 1 FROM loan WHERE loan.loan_no = t.loan_no)",
    at_most=40,
)
fix.ensures(
    "来函所列账号不再有还款明细",
    "SELECT count(*) FROM loan_repayment WHERE loan_no BETWEEN 'L9000001' AND 'L9000008' AND length(loan_no) = 8",
    equals=0,
)
