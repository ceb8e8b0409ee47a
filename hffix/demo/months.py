"""Months as whole numbers, and the day on which the world stands still."""

from datetime import date

AS_OF = date(2026, 11, 15)
LAST_MONTH = 2026 * 12 + 9  # October 2026, the last month that is booked


def month_text(month: int) -> str:
    """Write a month as YYYY-MM."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def policy_year(month: int) -> int:
    """Give the contribution year of a month; it begins on 1 July."""
    return month // 12 - (month % 12 < 6)


def is_june(month: int) -> bool:
    """Tell whether interest is booked at the end of this month."""
    return month % 12 == 5


def money(fen: int) -> str:
    """Write an amount with two decimals."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def fen(text: str) -> int:
    """Read an amount that `money` wrote."""
    return int(text.replace(".", ""))
