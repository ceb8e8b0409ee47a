"""The clean world: every table filled from the seed, with totals that agree down to the fen."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from hffix.demo.months import LAST_MONTH, fen, money, month_text
from hffix.demo.schema import create_indexes, create_tables
from hffix.demo.volumes import POLICY_YEARS, SIZES, Size
from hffix.demo.world_accounts import LedgerRow, Plan, Story, account_row, plan, story, withdrawal_row
from hffix.demo.world_loans import make_loan
from hffix.demo.world_people import person_row
from hffix.demo.world_units import bank_row, policy_row, unit_row

Progress = Callable[[str, int, int], None]

REPORTER = "33A001"
# The newest month states what stands today; the months before it what flowed.
STOCKS = ("active_persons", "deposit_balance", "loan_balance", "month_deposit")
FLOWS = ("month_deposit", "month_lent", "month_transfer_out", "month_withdrawal")
_FLOW_OF = {"01": "month_deposit", "02": "month_deposit", "07": "month_transfer_out"}
_FLOW_OF |= {"11": "month_withdrawal", "12": "month_withdrawal"}
_BATCH = 500


class Totals:
    """Sums kept while rows pass by, so that no rows need be held."""

    def __init__(self, *, units: int) -> None:
        self.unit_balance = [0] * units
        self.active = [0] * units
        self.sealed = [0] * units
        self.loan_balance = 0
        self.flows: Counter[tuple[str, str]] = Counter()

    def add_account(self, account: Plan, told: Story) -> None:
        """Count an account and its ledger."""
        self.unit_balance[account.unit] += told.balance
        self.active[account.unit] += account.status == "01"
        self.sealed[account.unit] += account.status == "02"
        for row in told.rows:
            indicator = _FLOW_OF.get(row[4])
            if indicator:
                self.flows[indicator, row[8][:7]] += abs(fen(row[5]))

    def reported(self, indicator: str, month: str) -> int:
        """Give the true value of an indicator."""
        stocks = {
            "active_persons": sum(self.active) * 100,
            "deposit_balance": sum(self.unit_balance),
            "loan_balance": self.loan_balance,
        }
        return stocks[indicator] if indicator in stocks else self.flows[indicator, month]


def load(connection: sqlite3.Connection, *, size: Size, seed: int, progress: Progress) -> None:
    """Create the tables and fill them with the clean world."""
    create_tables(connection)
    volumes = SIZES[size]
    totals = Totals(units=volumes.unit)
    _insert(connection, "bank", (bank_row(index, seed=seed) for index in range(volumes.bank)))
    _insert(connection, "policy_param", map(policy_row, POLICY_YEARS))
    for batch in _batches(volumes.person, "people", progress):
        _insert(connection, "person", (person_row(index, seed=seed) for index in batch))
    for batch in _batches(volumes.personal_account, "accounts", progress):
        _load_accounts(connection, batch, totals=totals, size=size, seed=seed)
    for batch in _batches(volumes.loan, "loans", progress):
        loans = [make_loan(index, size=size, seed=seed) for index in batch]
        _insert(connection, "loan", (loan.row for loan in loans))
        _insert(connection, "loan_repayment", (row for loan in loans for row in loan.repayments))
        for loan in loans:
            totals.loan_balance += loan.balance
            totals.flows["month_lent", loan.lent_month] += loan.contract
    _insert(connection, "unit", _units(totals, size=size, seed=seed))
    _insert(connection, "stat_report", _reports(totals, count=volumes.stat_report))
    create_indexes(connection)


def _load_accounts(connection: sqlite3.Connection, batch: range, *, totals: Totals, size: Size, seed: int) -> None:
    accounts, ledger, withdrawals = [], list[LedgerRow](), []
    for index in batch:
        account = plan(index, size=size, seed=seed)
        told = story(account, size=size, seed=seed)
        totals.add_account(account, told)
        accounts.append(account_row(account, told, size=size, seed=seed))
        ledger += told.rows
        withdrawal = withdrawal_row(account, told, size=size, seed=seed)
        if withdrawal:
            withdrawals.append(withdrawal)
    _insert(connection, "personal_account", accounts)
    _insert(connection, "contribution_ledger", ledger)
    _insert(connection, "withdrawal", withdrawals)


def _units(totals: Totals, *, size: Size, seed: int) -> Iterator[tuple[str | int | float | None, ...]]:
    for index, (balance, active, sealed) in enumerate(
        zip(totals.unit_balance, totals.active, totals.sealed, strict=True)
    ):
        yield unit_row(index, size=size, seed=seed, active=active, sealed=sealed, balance=balance)


def _reports(totals: Totals, *, count: int) -> Iterator[tuple[str, ...]]:
    """State four indicators a month, in order, on the fifth of the month after."""
    for place in range(count):
        number = LAST_MONTH - (count - 1 - place) // 4
        indicators = STOCKS if number == LAST_MONTH else FLOWS
        indicator, month = indicators[place % 4], month_text(number)
        value = money(totals.reported(indicator, month))
        yield (month, REPORTER, indicator, value, f"{month_text(number + 1)}-05 09:30:00", "统计岗")


def _batches(count: int, what: str, progress: Progress) -> Iterator[range]:
    for first in range(0, count, _BATCH):
        yield range(first, min(first + _BATCH, count))
        progress(what, min(first + _BATCH, count), count)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    stream = iter(rows)
    first = next(stream, None)
    if first is None:
        return
    statement = f"INSERT INTO {table} VALUES ({','.join('?' * len(first))})"
    connection.execute(statement, first)
    connection.executemany(statement, stream)
