"""What SQLite says when it refuses: told as far as it can hold no value, else by the name of the error."""

import re
import sqlite3
from typing import Final

from hffix.errors import HffixError
from hffix.errors.targets import Busy, WriteRefused

_WORD: Final = re.compile(r"\w+")
_PARTS: Final = (
    r"no such (?:column|table|function|collation sequence): (.+)",
    r'near "(.+)": syntax error',
    r'unrecognized token: "(.+)"',
    r"ambiguous column name: (.+)",
    r"wrong number of arguments to function (.+)\(\)",
    r"misuse of (?:aliased )?(?:aggregate|window)(?: function)?:? (.+)",
)
_OF_SQL: Final = re.compile("|".join(_PARTS), re.DOTALL)
_FIXED: Final = frozenset(
    {
        *("incomplete input", "integer overflow", "row value misused", "string or blob too big"),
        *("attempt to write a readonly database", "database is locked", "interrupted"),
    }
)
# The texts of these name constraints, indexes, columns or a CHECK's expression, all out of the schema; what a trigger
# raises may quote a value.
_OF_SCHEMA: Final = frozenset(f"SQLITE_CONSTRAINT_{kind}" for kind in ("UNIQUE", "PRIMARYKEY", "NOTNULL", "CHECK"))


def told_by_query(fault: sqlite3.Error | sqlite3.Warning, sql: str) -> str:
    """Tell why a query was refused: what SQLite says of the SQL's own words, never what it says of data."""
    text = str(fault)
    name = getattr(fault, "sqlite_errorname", None)
    if name is None or text in _FIXED:
        # Without a name the driver itself speaks, and it speaks of the statement only.
        return text
    match = _OF_SQL.fullmatch(text)
    if match:
        said = next(group for group in match.groups() if group is not None)
        # A full-text search says these words of a searched value too.
        if {word.casefold() for word in _WORD.findall(said)} <= {word.casefold() for word in _WORD.findall(sql)}:
            return text
    return str(name)


def refusal_of(fault: sqlite3.Error) -> HffixError:
    """Name what refused a row."""
    return passing(fault) or WriteRefused(f"SQLite refused a row ({told_by_row(fault)})")


def passing(fault: BaseException) -> HffixError | None:
    """Say that the database is locked, where that is the fault."""
    if getattr(fault, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return Busy("another transaction kept the database locked")
    return None


def told_by_row(fault: sqlite3.Error) -> str:
    """Tell what refused a row: the name of the error, and the constraint where only the schema is quoted."""
    name = str(getattr(fault, "sqlite_errorname", "SQLITE_ERROR"))
    return f"{name}: {' '.join(str(fault).split())}" if name in _OF_SCHEMA else name
