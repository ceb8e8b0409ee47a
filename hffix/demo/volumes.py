"""How many rows each size of the world has, and how they are shared out without counting them first.

Every share is arithmetic on an index, so any part of a table can be generated alone and gives the same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Size = Literal["tiny", "demo", "city"]

POLICY_YEARS = range(2000, 2027)

# Weights of ten neighbours: how unevenly history is spread over accounts and loans.
_WEIGHTS = (24, 31, 9, 28, 36, 18, 24, 40, 14, 16)
_BEFORE = tuple(sum(_WEIGHTS[:place]) for place in range(10))
_DECADE = sum(_WEIGHTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """The rows of each table at one size, dirt included."""

    bank: int
    unit: int
    person: int
    personal_account: int
    contribution_ledger: int
    withdrawal: int
    loan: int
    loan_repayment: int
    stat_report: int

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        return len(POLICY_YEARS) if table == "policy_param" else int(getattr(self, table))


SIZES: Mapping[Size, Volumes] = {
    "tiny": Volumes(
        bank=3,
        unit=10,
        person=200,
        personal_account=210,
        contribution_ledger=2_400,
        withdrawal=40,
        loan=20,
        loan_repayment=240,
        stat_report=12,
    ),
    "demo": Volumes(
        bank=20,
        unit=500,
        person=20_000,
        personal_account=20_800,
        contribution_ledger=500_000,
        withdrawal=6_000,
        loan=3_000,
        loan_repayment=108_000,
        stat_report=96,
    ),
    "city": Volumes(
        bank=20,
        unit=20_000,
        person=1_000_000,
        personal_account=1_050_000,
        contribution_ledger=36_000_000,
        withdrawal=400_000,
        loan=150_000,
        loan_repayment=9_000_000,
        stat_report=480,
    ),
}

# Rows that exist only as dirt: their owner never did. The clean world is smaller by them.
_ORPHAN_LEDGER = 5
_ORPHAN_REPAYMENTS = 40
_SLEEPING = 900


def scaled(count: int, *, table: str, size: Size) -> int:
    """Scale a count stated for the demo size by the table's own growth; at least one."""
    demo, here = SIZES["demo"].rows(table), SIZES[size].rows(table)
    return max(1, (count * here + demo // 2) // demo)


def orphan_ledger(size: Size) -> int:
    """Count the ledger rows whose account never existed."""
    return scaled(_ORPHAN_LEDGER, table="contribution_ledger", size=size)


def orphan_repayments(size: Size) -> int:
    """Count the repayments whose loan never existed."""
    return scaled(_ORPHAN_REPAYMENTS, table="loan_repayment", size=size)


def sleeping_accounts(size: Size) -> int:
    """Count the sealed accounts that have been still for two years or more."""
    return scaled(_SLEEPING, table="personal_account", size=size)


def _weight_before(index: int) -> int:
    return index // 10 * _DECADE + _BEFORE[index % 10]


def ledger_before(index: int, *, size: Size) -> int:
    """Count the clean ledger rows of the accounts before this one."""
    rows = SIZES[size].contribution_ledger - orphan_ledger(size)
    return _weight_before(index) * rows // _weight_before(SIZES[size].personal_account)


def repayments_before(index: int, *, size: Size) -> int:
    """Count the clean repayments of the loans before this one."""
    rows = SIZES[size].loan_repayment - orphan_repayments(size)
    return _weight_before(index) * rows // _weight_before(SIZES[size].loan)


def _chosen(index: int, *, share: int, of: int) -> bool:
    """Spread exactly `share` choices evenly over `of` places."""
    return (index + 1) * share // of > index * share // of


def is_sleeping(index: int, *, size: Size) -> bool:
    """Tell whether this account is one of the sleeping ones."""
    return _chosen(index, share=sleeping_accounts(size), of=SIZES[size].personal_account)


def withdrawal_of(index: int, *, size: Size) -> int | None:
    """Give the number of this account's withdrawal, from 0, or None; an account has at most one."""
    share, of = SIZES[size].withdrawal, SIZES[size].personal_account
    return index * share // of if _chosen(index, share=share, of=of) else None


def owner_of(index: int, *, size: Size) -> int:
    """Give the person of an account: the first account each in order, second accounts spread out."""
    people = SIZES[size].person
    return index if index < people else (index - people) * 7919 % people
