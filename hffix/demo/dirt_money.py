"""Money and totals that no longer agree.

What is taken from one row is given to another of its group, so every wider sum stays true and only the laws that a
kind is about are broken.
"""

from random import Random

from hffix.demo.chance import between, pick
from hffix.demo.dirt_text import full_width
from hffix.demo.ground import Cells, Ground, Kind, Row, Run, one_row
from hffix.demo.months import LAST_MONTH, fen, money, month_text
from hffix.demo.world import REPORTER
from hffix.demo.world_accounts import account_index
from hffix.demo.world_loans import SETTLED

_GAPS = (1, 5, 100, 999, 12_345, 100_000, 500_000)  # 0.01 to 5,000.00


def _as_text(row: Row, chance: Random) -> Cells:
    """Write a base as a person would type it."""
    text = row["deposit_base"]
    whole, grouped = text.removesuffix(".00"), f"{int(text[:-3]):,}"
    forms = (
        f"{grouped}.00",
        f"{grouped}.00",
        f"￥{whole}",
        f"¥{grouped}.00",
        f"{whole}元",
        f"{grouped}元",
        f"RMB {text}",
        f" {text}",
        full_width(text, chance).replace(".", "．"),
    )
    return {"deposit_base": pick(chance, forms)}


def _base(lowest: int, highest: int) -> Run:
    """State a base in whole yuan that no policy allows."""

    def make(row: Row, chance: Random) -> Cells | None:
        return {"deposit_base": f"{between(chance, lowest, highest)}.00"} if row["status"] == "01" else None

    return one_row(make, column="deposit_base")


def _odd_ratio(row: Row, chance: Random) -> Cells | None:
    return {"unit_ratio": pick(chance, (3, 4, 13, 15, 20))} if row["status"] == "01" else None


def _fraction(row: Row, chance: Random) -> Cells | None:
    del chance
    ratio = row["unit_ratio"]
    return {"unit_ratio": ratio / 100} if row["status"] == "01" and isinstance(ratio, int) else None


def _unit_total(row: Row, chance: Random) -> Cells | None:
    gap = pick(chance, _GAPS) * pick(chance, (1, -1))
    return {"unit_balance": money(fen(row["unit_balance"]) + gap)} if row["status"] == "01" else None


def _head_count(row: Row, chance: Random) -> Cells | None:
    return {"active_count": row["active_count"] + between(chance, 1, 5)} if row["status"] == "01" else None


def _crossed_accounts(ground: Ground, kind: Kind, count: int) -> None:
    """Move money between two open accounts of a unit without a ledger row, year's structure included."""
    left = count
    for index in ground.places(kind.table):
        if left <= 0:
            return
        giver, gap = ground.row(kind.table, index), pick(ground.chance, _GAPS)
        neighbour = ground.select(
            "SELECT account_no FROM personal_account WHERE unit_no = ? AND account_no > ? AND status = '01'"
            " ORDER BY account_no LIMIT 1",
            giver["unit_no"],
            giver["account_no"],
        )
        if giver["status"] != "01" or fen(giver["balance_prev_year"]) < gap or not neighbour:
            continue
        other = account_index(neighbour[0][0])
        cells = ("balance", "balance_prev_year")
        if ground.claim(kind.table, index, cells) and ground.claim(kind.table, other, cells):
            for place, moved in ((index, -gap), (other, gap)):
                before = ground.row(kind.table, place)
                dirty = {column: money(fen(before[column]) + moved) for column in cells}
                ground.change(kind, place, before, dirty, number=ground.begin(kind))
                left -= 1


def _broken_structure(row: Row, chance: Random) -> Cells:
    return {"balance_this_year": money(fen(row["balance_this_year"]) + pick(chance, _GAPS))}


def _beyond_principal(row: Row, chance: Random) -> Cells | None:
    dirty = money(fen(row["contract_amount"]) + pick(chance, _GAPS))
    return {"principal_repaid": dirty} if row["status"] == "01" else None


def _crossed_loans(ground: Ground, kind: Kind, count: int) -> None:
    """Book part of one loan's balance on another."""
    places = ground.places(kind.table)
    for _ in range((count + 1) // 2):
        gap, pair = pick(ground.chance, _GAPS), list[int]()
        while len(pair) < 2:
            index = next(places)
            open_loan = ground.row(kind.table, index)["status"] == "01"
            if open_loan and ground.claim(kind.table, index, ("principal_balance", "principal_repaid", "status")):
                pair.append(index)
        for index, moved in zip(pair, (-gap, gap), strict=True):
            before = ground.row(kind.table, index)
            dirty = {"principal_balance": money(fen(before["principal_balance"]) + moved)}
            ground.change(kind, index, before, dirty, number=ground.begin(kind))


def _not_settled(row: Row, chance: Random) -> Cells | None:
    del chance
    return {"status": "01", "settled_on": None} if row["status"] == "03" else None


def _settled_early(row: Row, chance: Random) -> Cells | None:
    del chance
    return {"status": "03"} if row["status"] == "01" else None


def _report(indicator: str) -> Run:
    """Report another figure than the detail gives, newest month first."""

    def run(ground: Ground, kind: Kind, count: int) -> None:
        for ago in range(count):
            key = (month_text(LAST_MONTH - ago), REPORTER, indicator)
            where = "report_month = ? AND org_code = ? AND indicator = ?"
            clean = ground.select(f"SELECT reported_value FROM stat_report WHERE {where}", *key)[0][0]
            gap = 100 * between(ground.chance, 1, 30) if indicator == "active_persons" else pick(ground.chance, _GAPS)
            dirty = money(fen(clean) + gap * pick(ground.chance, (1, -1)))
            ground.execute(f"UPDATE stat_report SET reported_value = ? WHERE {where}", dirty, *key)
            named = ",".join(f"{name}={value}" for name, value in zip(_REPORT_KEY, key, strict=True))
            number = ground.begin(kind)
            ground.tell(kind, key=named, column="reported_value", clean=clean, dirty=dirty, number=number)

    return run


_REPORT_KEY = ("report_month", "org_code", "indicator")
ACCOUNT, LOAN, UNIT = "personal_account", "loan", "unit"
_REPAID = one_row(_beyond_principal, column="principal_repaid", needs=("principal_balance", "status"))
_OPEN_AGAIN = one_row(_not_settled, column="status", place=SETTLED)
_EARLY = one_row(_settled_early, column="status", needs=("principal_balance", "principal_repaid"))

KINDS = (
    Kind(code="D31", table=ACCOUNT, count=40, rule="R044", end="distribute", run=_crossed_accounts),
    Kind(
        code="D31",
        table=ACCOUNT,
        count=10,
        rule="R045",
        end="distribute",
        run=one_row(_broken_structure, column="balance_this_year"),
    ),
    Kind(
        code="D32",
        table=UNIT,
        count=10,
        rule="R035",
        end="auto",
        hint="derive=members",
        run=one_row(_unit_total, column="unit_balance"),
    ),
    Kind(
        code="D32",
        table=UNIT,
        count=10,
        rule="R036",
        end="auto",
        hint="derive=members",
        run=one_row(_head_count, column="active_count"),
    ),
    Kind(code="D33", table=LOAN, count=5, rule="R069", end="distribute", run=_REPAID),
    Kind(code="D33", table=LOAN, count=10, rule="R068", end="distribute", run=_crossed_loans),
    Kind(code="D34", table=LOAN, count=15, rule="R071", end="auto", hint="derive=repayments", run=_OPEN_AGAIN),
    Kind(code="D34", table=LOAN, count=15, rule="R072", end="distribute", run=_EARLY),
    Kind(
        code="D36",
        table=UNIT,
        count=20,
        rule="R034",
        end="auto",
        hint="scale=100",
        run=one_row(_fraction, column="unit_ratio"),
    ),
    Kind(code="D36", table=UNIT, count=40, rule="R033", end="distribute", run=one_row(_odd_ratio, column="unit_ratio")),
    Kind(code="D36", table=ACCOUNT, count=80, rule="R050", end="distribute", run=_base(41_000, 99_000)),
    Kind(code="D36", table=ACCOUNT, count=60, rule="R050", end="distribute", run=_base(500, 2_000)),
    Kind(code="D27", table=ACCOUNT, count=500, rule="R049", end="auto", run=one_row(_as_text, column="deposit_base")),
    Kind(
        code="D39",
        table="stat_report",
        count=1,
        rule="R081",
        end="distribute",
        run=_report("active_persons"),
        fixed=True,
    ),
    Kind(
        code="D39",
        table="stat_report",
        count=1,
        rule="R082",
        end="distribute",
        run=_report("deposit_balance"),
        fixed=True,
    ),
    Kind(
        code="D39", table="stat_report", count=1, rule="R083", end="distribute", run=_report("loan_balance"), fixed=True
    ),
    Kind(code="D39", table="stat_report", count=3, rule="R084", end="distribute", run=_report("month_deposit")),
)
