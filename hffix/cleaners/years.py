"""What year a written number means: four digits, the Minguo era, or two digits with a declared window."""

from hffix.cleaners.date_hints import DateHints
from hffix.model.unresolved import Unresolved

__all__ = ["minguo", "year_of"]


def minguo(year: int) -> int:
    """Count a year of the Minguo era (year 1 is 1912) in the common era."""
    if year < 1:
        raise Unresolved("INVALID_DATE: no such year")
    return year + 1911


def year_of(digits: str, hints: DateHints) -> int:
    """Read a year's ASCII digits as the column declares them, or decline."""
    number = int(digits)
    if len(digits) == 4:
        return number
    if hints.era == "minguo":
        return minguo(number)
    if len(digits) == 3:
        raise Unresolved("BAD_SHAPE: year of an undeclared era")
    if len(digits) == 2 and hints.window is not None:
        return hints.window + (number - hints.window) % 100
    raise Unresolved("AMBIGUOUS: two-digit year")
