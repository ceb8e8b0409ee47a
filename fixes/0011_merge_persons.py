"""同一人的两个客户号合并

同一个人用 15 位和 18 位身份证号各开过一次户，余额分在两个账户里。
本人书面同意后，由窗口登记在 0011_consents.csv：哪个客户号并入哪个客户号，以及同意书编号。
没有同意书的、姓名对不上的、有一方不是正常户的，不合并，留给人工。
并入方的余额用一对 06 内部转移明细转到保留方，账户按 03 合并销户，贷款改挂保留方，多余的客户号删除。
本期的记账日期和明细编号段由财务给出。各单位的人数和余额，合并之后用 0006 和 0009 重算。
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hffix import Case, CaseRow, Fix, Unresolved

fix = Fix(author="li.wei", ticket="DQ-2024-029", risk="high", params={"booked_on": date, "first_ledger_id": int})
fix.lookup("kept_person", file="0011_consents.csv", key="person_no", value="into")

# The 15-digit number is the 18-digit one without its century and its check digit.
TWICE = """
SELECT min(id_no) AS one, max(id_no) AS other
FROM (
    SELECT id_no, CASE length(id_no) WHEN 18 THEN substr(id_no, 1, 6) || substr(id_no, 9, 9) ELSE id_no END AS short
    FROM person WHERE id_type = '01' AND length(id_no) IN (15, 18)
) AS written
GROUP BY short HAVING count(*) = 2
ORDER BY short
"""
MONEY = ("balance", "balance_prev_year", "balance_this_year")
NOTHING = Decimal("0.00")


@fix.cases(
    TWICE,
    reads={
        "person": ("name", "id_no"),
        "personal_account": ("person_no", "unit_no", "status", *MONEY),
        "loan": ("person_no",),
    },
    writes={
        "personal_account": ("person_no", "status", "closed_on", "close_reason", *MONEY),
        "loan": ("person_no",),
    },
    inserts=("contribution_ledger",),
    deletes=("person",),
    at_most=1_000,
)
def merge(
    case: Case, one: str, other: str, *, kept_person: Mapping[str, str], booked_on: date, first_ledger_id: int
) -> None:
    """Merge one person into another, as he agreed to in writing."""
    people = [*case.rows("person", id_no=one), *(case.rows("person", id_no=other) if other != one else ())]
    kept, gone = _agreed(people, kept_person)
    [into] = _accounts(case, kept)
    [emptied] = _accounts(case, gone)
    ledger_id = first_ledger_id + 2 * (case.number - 1)
    moved = Decimal(emptied["balance"])
    _book(case, emptied, -moved, number=ledger_id, on=booked_on)
    _book(case, into, moved, number=ledger_id + 1, on=booked_on)
    case.update(into, **{column: Decimal(into[column]) + Decimal(emptied[column]) for column in MONEY})
    case.update(emptied, **dict.fromkeys(MONEY, NOTHING), person_no=kept["person_no"], status="03")
    case.update(emptied, closed_on=booked_on.isoformat(), close_reason="99")
    for loan in case.rows("loan", person_no=gone["person_no"]):
        case.update(loan, person_no=kept["person_no"])
    case.delete(gone)


def _agreed(people: list[CaseRow], kept_person: Mapping[str, str]) -> tuple[CaseRow, CaseRow]:
    """Find who stays and who goes, by the consent that one of the two gave."""
    numbers = {person["person_no"]: person for person in people}
    goes = [number for number in numbers if kept_person.get(number) in numbers]
    if len(numbers) != 2 or len(goes) != 1 or kept_person[goes[0]] == goes[0]:
        raise Unresolved("no consent is on file")
    kept, gone = numbers[kept_person[goes[0]]], numbers[goes[0]]
    if "".join(kept["name"].split()) != "".join(gone["name"].split()):
        raise Unresolved("the two names differ")
    return kept, gone


def _accounts(case: Case, person: CaseRow) -> tuple[CaseRow, ...]:
    accounts = case.rows("personal_account", person_no=person["person_no"])
    if len(accounts) != 1 or accounts[0]["status"] not in {"01", "02"}:
        raise Unresolved("one of the two has no open account, or several")
    return accounts


def _book(case: Case, account: CaseRow, amount: Decimal, *, number: int, on: date) -> None:
    """Book one side of an internal transfer."""
    case.insert(
        "contribution_ledger",
        ledger_id=number,
        account_no=account["account_no"],
        unit_no=account["unit_no"],
        biz_no=f"{on:%Y%m}{number:010d}",
        biz_type="06",
        amount=amount,
        interest=NOTHING,
        pay_month=None,
        booked_on=on.isoformat(),
        reversal_flag="0",
        voucher_no=None,
    )


fix.keeps("personal_account.balance")
fix.keeps("personal_account.balance_prev_year")
fix.keeps("personal_account.balance_this_year")
fix.keeps("contribution_ledger.amount")
