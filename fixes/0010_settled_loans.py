"""已还清的贷款补登结清状态和日期

贷款余额为零、回收本金等于合同金额的贷款，状态应为 03 结清，结清日期是最后一笔还款的记账日期。
没有还款明细，或者回收本金与合同金额不符的，由受委托银行核对。
"""

from hffix import Case, Fix, Unresolved

fix = Fix(author="li.wei", ticket="DQ-2024-027", risk="medium")


@fix.cases(
    "SELECT loan_no FROM loan WHERE principal_balance = '0.00' AND status IN ('01', '02') ORDER BY loan_no",
    reads={
        "loan": ("contract_amount", "principal_balance", "principal_repaid", "status", "settled_on"),
        "loan_repayment": ("loan_no", "booked_on"),
    },
    writes={"loan": ("status", "settled_on")},
    at_most=200,
)
def settle(case: Case, loan_no: str) -> None:
    """Settle a loan on the day of its last repayment."""
    [loan] = case.rows("loan", loan_no=loan_no)
    repayments = case.rows("loan_repayment", loan_no=loan_no)
    if not repayments:
        raise Unresolved("the loan has no repayment")
    if loan["principal_repaid"] != loan["contract_amount"]:
        raise Unresolved("what was repaid is not the contract's amount")
    case.update(loan, status="03", settled_on=max(repayment["booked_on"] for repayment in repayments))


fix.keeps("loan.principal_balance")
