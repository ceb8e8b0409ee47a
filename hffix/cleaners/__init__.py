"""Functions from a written value to the one way to write it: pure, never guessing, the same when done twice.

Each takes and gives `str | None`, None for None, and raises Unresolved with a reason of the form "CODE: words"
where the value could mean something else. A hint is a fact that a person declares about a whole column.
"""

from hffix.cleaners.dates import date
from hffix.cleaners.explaining import explain
from hffix.cleaners.texts import text

__all__ = ["date", "explain", "text"]
