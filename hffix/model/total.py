"""Totals: the exact sums over columns of changed rows that a fix promises to keep."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from math import isfinite

from hffix.errors.fixes import KeepsBroken
from hffix.model.change import Cells, Line
from hffix.model.scope import Kept
from hffix.model.value import Canonical, decode_value, exact_decimal, plain_digits

# Sums of numbers of any scale must lose no digit.
DIGITS = 1000


class Total:
    """The exact total over some columns of the changed rows, before and after."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._by_table: dict[str, list[str]] = {}
        for dotted in columns:
            table, _, column = dotted.rpartition(".")
            self._by_table.setdefault(table, []).append(column)
        self.before = self.after = Decimal(0)

    def add(self, table: str, *, before: Mapping[str, Canonical], after: Cells | None, kind: str) -> None:
        """Add one changed row's cells; those that an update leaves are in neither sum."""
        for column in self._by_table.get(table, ()):
            if kind == "update" and (after is None or column not in after):
                continue
            with localcontext(prec=DIGITS):
                self.before += self._number(table, column, before.get(column))
                self.after += self._number(table, column, (after or {}).get(column))

    def _number(self, table: str, column: str, value: Canonical) -> Decimal:
        if value is None:
            return Decimal(0)
        raw = decode_value(value)
        # A float stands for its shortest digits, as where a column settles it.
        number = Decimal(repr(raw)) if isinstance(raw, float) and isfinite(raw) else exact_decimal(raw)
        if number is None:
            raise KeepsBroken(f"{table}.{column}: a changed row holds something that is no exact number")
        return number

    def kept(self) -> Kept:
        """Give the total; refuse one that the changes would not keep."""
        if self.before != self.after:
            raise KeepsBroken(f"the total of {', '.join(self.columns)} would change")
        return Kept(columns=self.columns, before=plain_digits(self.before), after=plain_digits(self.after))


def unbalanced_case(lines: Sequence[Line], kept: Sequence[tuple[str, ...]]) -> tuple[str, str] | None:
    """Name the first case whose lines do not keep a total, and what of it is wrong; None where all of them do.

    The lines of a case stand together; lines without a case are one sum with the others of their change set.
    """
    start = 0
    while start < len(lines):
        case, end = lines[start].case, start + 1
        while end < len(lines) and lines[end].case == case:
            end += 1
        fault = _imbalance(lines[start:end], kept) if case is not None else None
        if fault is not None:
            return str(case), fault
        start = end
    return None


def _imbalance(lines: Sequence[Line], kept: Sequence[tuple[str, ...]]) -> str | None:
    for columns in kept:
        total = Total(columns)
        try:
            for line in lines:
                if line.kind != "ask":
                    total.add(line.table, before=line.before or {}, after=line.after, kind=line.kind)
            total.kept()
        except KeepsBroken as fault:
            return fault.message
    return None
