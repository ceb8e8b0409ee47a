"""Rows that belong to nobody, people who exist twice, bookings that repeat, dates in the wrong order."""

from datetime import date, timedelta
from random import Random

from hffix.demo.chance import between, pick
from hffix.demo.dirt_text import blank_within
from hffix.demo.ground import Cells, Ground, Kind, Row, Run, one_row
from hffix.demo.months import LAST_MONTH, money, month_text
from hffix.demo.volumes import ledger_before, withdrawal_of
from hffix.demo.world_units import bank_code, unit_key

_REPAYMENTS_A_LOAN = 5


def _twins(*, same_name: bool) -> Run:
    """Give a person the papers of an older one: the same human registered twice, or a number used by two."""

    def run(ground: Ground, kind: Kind, count: int) -> None:
        waiting: tuple[int, Row] | None = None
        left = count
        for index in ground.places(kind.table):
            if not left:
                return
            row = ground.row(kind.table, index)
            if not _single(ground, index, row) or (waiting and waiting[1]["name"] == row["name"]):
                continue
            if not ground.claim(kind.table, index, ("id_no", "name", "sex", "birth_date")):
                continue
            if waiting is None:
                waiting = (index, row)
                continue
            (_, older), (younger, before) = sorted((waiting, (index, row)), key=lambda pair: pair[1]["birth_date"])
            cells = _papers(older, same_name=same_name, chance=ground.chance)
            ground.change(kind, younger, before, cells, number=ground.begin(kind))
            waiting, left = None, left - 1

    return run


def _single(ground: Ground, index: int, person: Row) -> bool:
    """Tell whether a citizen has one account and no withdrawal, which would name the old payee."""
    if person["id_type"] != "01" or person["id_no"][0] == "8" or withdrawal_of(index, size=ground.size) is not None:
        return False
    accounts = ground.select("SELECT count(*) FROM personal_account WHERE person_no = ?", person["person_no"])
    return bool(accounts[0][0] == 1)


def _papers(person: Row, *, same_name: bool, chance: Random) -> dict[str, str]:
    papers = {column: str(person[column]) for column in ("id_no", "sex", "birth_date")}
    if same_name:
        papers["name"] = blank_within(person["name"], chance)
        if chance.random() < 0.6:
            papers["id_no"] = papers["id_no"][:6] + papers["id_no"][8:17]
    return papers


def _unknown_owner(row: Row, chance: Random) -> Cells:
    del row
    return {"person_no": f"P99{between(chance, 0, 999_999):06d}"}


def _unknown_unit(row: Row, chance: Random) -> Cells | None:
    """Only empty accounts lose their unit, so that no unit's balance changes."""
    return {"unit_no": f"3399{between(chance, 0, 9999):04d}"} if row["status"] in ("04", "05") else None


def _ledger_of_nobody(ground: Ground, kind: Kind, count: int) -> None:
    """Book transfers on accounts that never existed."""
    for place in range(count):
        number = ground.rows(kind.table) + 1 + place
        month = month_text(LAST_MONTH - between(ground.chance, 1, 20))
        account, unit = f"330199{place + 1:06d}", unit_key(place % ground.rows("unit"))
        compact, amount = month.replace("-", ""), money(between(ground.chance, 10_000, 5_000_000))
        values = (
            number,
            account,
            unit,
            f"{compact}{number:010d}",
            "08",
            amount,
            "0.00",
            None,
            f"{month}-16",
            "0",
            None,
        )
        ground.add(kind, values, column="account_no", dirty=account)


def _repayments_of_nothing(ground: Ground, kind: Kind, count: int) -> None:
    """Book repayments, five a loan, of loans that never existed, as their bank confirmed."""
    for place in range(count):
        number = ground.rows(kind.table) + 1 + place
        loan, term = f"L9{place // _REPAYMENTS_A_LOAN + 1:06d}", place % _REPAYMENTS_A_LOAN + 1
        booked = f"{month_text(LAST_MONTH - _REPAYMENTS_A_LOAN + term)}-21"
        amounts = (money(between(ground.chance, 90_000, 400_000)), money(between(ground.chance, 50_000, 200_000)))
        bank = bank_code(place // _REPAYMENTS_A_LOAN % ground.rows("bank"))
        values = (number, loan, term, "02", *amounts, "0.00", booked, bank)
        ground.add(kind, values, column="loan_no", dirty=loan)


def _last_two(ground: Ground, index: int) -> tuple[tuple[int, Row], tuple[int, Row]] | None:
    """Find an account's last two bookings where both are contributions, with their indexes."""
    last = ledger_before(index + 1, size=ground.size) - 1
    earlier, later = (ground.row("contribution_ledger", place) for place in (last - 1, last))
    if (earlier["biz_type"], later["biz_type"]) != ("01", "01") or earlier["account_no"] != later["account_no"]:
        return None
    return (last - 1, earlier), (last, later)


def _repeats(column: str) -> Run:
    """Give an account's last contribution what the one before it has."""

    def run(ground: Ground, kind: Kind, count: int) -> None:
        left = count
        for index in ground.places("personal_account"):
            if not left:
                return
            found = _last_two(ground, index)
            if found is None or found[0][1]["amount"] != found[1][1]["amount"]:
                continue
            (earlier, model), (later, before) = found
            if all(ground.claim(kind.table, place, ("pay_month", "biz_no")) for place in (earlier, later)):
                ground.change(kind, later, before, {column: model[column]}, number=ground.begin(kind))
                left -= 1

    return run


def _lonely_reversal(row: Row, chance: Random) -> Cells | None:
    """Mark a contribution as reversed; withdrawals are whole yuan, so one with odd fen has no opposite."""
    del chance
    return {"reversal_flag": "1"} if row["biz_type"] == "01" and not row["amount"].endswith(".00") else None


def _opened_late(ground: Ground, kind: Kind, count: int) -> None:
    """Open an account a month after its first booking."""
    left = count
    for index in ground.places(kind.table):
        if not left:
            return
        first = ground.row("contribution_ledger", ledger_before(index, size=ground.size))["booked_on"]
        month = int(first[:4]) * 12 + int(first[5:7])  # the next one, as months count from 0
        if month > LAST_MONTH or not ground.claim(kind.table, index, ("opened_on",)):
            continue
        before = ground.row(kind.table, index)
        dirty = f"{month_text(month)}-{between(ground.chance, 2, 28):02d}"
        ground.change(kind, index, before, {"opened_on": dirty}, number=ground.begin(kind))
        left -= 1


def _signed_after_lent(row: Row, chance: Random) -> Cells:
    lent = date.fromisoformat(row["lent_on"])
    return {"signed_on": (lent + timedelta(days=pick(chance, (1, 7, 20, 33, 60)))).isoformat()}


ACCOUNT, LEDGER, LOAN = "personal_account", "contribution_ledger", "loan"

KINDS = (
    Kind(code="D28", table="person", count=100, rule="R011", end="distribute", run=_twins(same_name=True)),
    Kind(code="D29", table="person", count=20, rule="R012", end="distribute", run=_twins(same_name=False)),
    Kind(code="D30", table="loan_repayment", count=40, rule="R079", end="delete", run=_repayments_of_nothing),
    Kind(code="D30", table=LEDGER, count=5, rule="R057", end="distribute", run=_ledger_of_nobody),
    Kind(
        code="D30",
        table=ACCOUNT,
        count=5,
        rule="R041",
        end="distribute",
        run=one_row(_unknown_owner, column="person_no"),
    ),
    Kind(
        code="D30", table=ACCOUNT, count=5, rule="R042", end="distribute", run=one_row(_unknown_unit, column="unit_no")
    ),
    Kind(
        code="D30", table=LOAN, count=5, rule="R077", end="distribute", run=one_row(_unknown_owner, column="person_no")
    ),
    Kind(code="D37", table=LEDGER, count=14, rule="R058", end="distribute", run=_repeats("pay_month")),
    Kind(code="D37", table=LEDGER, count=13, rule="R061", end="distribute", run=_repeats("biz_no")),
    Kind(
        code="D37",
        table=LEDGER,
        count=13,
        rule="R060",
        end="distribute",
        run=one_row(_lonely_reversal, column="reversal_flag"),
    ),
    Kind(code="D38", table=ACCOUNT, count=15, rule="R062", end="distribute", run=_opened_late),
    Kind(
        code="D38",
        table=LOAN,
        count=15,
        rule="R073",
        end="distribute",
        run=one_row(_signed_after_lent, column="signed_on"),
    ),
)
