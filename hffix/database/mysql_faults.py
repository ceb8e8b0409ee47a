"""What MariaDB and MySQL say when they refuse: told as far as it can hold no value, else by the number of the error."""

import re
from collections.abc import Sequence
from typing import Final

from pymysql.constants import CR, ER

from hffix.database.mysql_driver import DriverError, code_of
from hffix.errors import HffixError
from hffix.errors.targets import Busy, ConnectionLost, GrantLacking, QueryFailed, ServerFull, WriteRefused

_WORD: Final = re.compile(r"\w+")
_NAMES: Final = {
    **{number: name for name, number in vars(CR).items() if name.startswith("CR_") and isinstance(number, int)},
    **{number: name for name, number in vars(ER).items() if name.isupper() and isinstance(number, int)},
    1020: "CHECKREAD",
    1205: "LOCK_WAIT_TIMEOUT",
    1213: "LOCK_DEADLOCK",
    1411: "WRONG_VALUE_FOR_TYPE",
    1644: "SIGNAL_EXCEPTION",
    1927: "CONNECTION_KILLED",
    1969: "STATEMENT_TIMEOUT",
    3024: "QUERY_TIMEOUT",
    3819: "CHECK_CONSTRAINT_VIOLATED",
    4025: "CONSTRAINT_FAILED",
    4078: "ILLEGAL_PARAMETER_TYPES",
}
# The row changed since the snapshot, a deadlock, a lock that was not given in time; a table that was altered.
_PASSING: Final = frozenset({1020, 1205, 1213, 1412})
_LOST: Final = frozenset({2002, 2003, 2006, 2013, 2014, 2027, 2055, 1053, 1158, 1159, 1160, 1161, 1317, 1927, 4031})
# A file could not be written, the disk is full, a table or its log is: the server takes back the statement only.
_FULL: Final = frozenset({1021, 1026, 1114, 1197})
_NOT_ALLOWED: Final = frozenset({1044, 1142, 1143, 1370})
# The one right on the whole database that is ever asked for.
_OF_DATABASE: Final = 1044
# SELECT command denied to user 'u'@'h' for table `s`.`t`, or for column 'c' in table 't'.
_DENIED: Final = re.compile(
    r"(?P<action>[A-Z ,]+?) command denied to user .* for"
    r" (?:column '(?P<column>[^']+)' in )?(?:table|routine) [`'](?:.*[`']\.[`'])?(?P<table>[^`']+)[`']"
)
# What these quote stands in the statement, or in the schema.
_OF_SQL: Final = frozenset({1052, 1054, 1060, 1064, 1111, 1115, 1128, 1140, 1146, 1222, 1248, 1267, 1273, 1305, 1582})
_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'|`([^`]*)`")
_SCHEMA: Final = re.compile(r"(?<=^Table )'\w+\.")
# Where the name of a column, a key or a constraint stands in these; all before it may be a value.
_OF_SCHEMA: Final[dict[int, re.Pattern[str]]] = {
    **dict.fromkeys((1264, 1265, 1292, 1366, 1406), re.compile(r".*for (column) [`'](?:.*`)?([^`']+)[`'] at row \d+")),
    **dict.fromkeys((1048, 1364), re.compile(r"(Column|Field) '([^']+)' (?:cannot be null|doesn't have a .*)")),
    1062: re.compile(r".*for (key) '([^']+)'"),
    **dict.fromkeys((1451, 1452), re.compile(r".*(CONSTRAINT) `([^`]+)` FOREIGN KEY.*")),
    4025: re.compile(r"(CONSTRAINT) `(?:[^`]*`\.`)*([^`]+)` failed.*"),
    3819: re.compile(r"Check (constraint) '([^']+)' is violated.*"),
}


def passing(fault: BaseException) -> HffixError | None:
    """Name a fault that passes: a lock not given in time, a deadlock, a connection that is gone, a full disk."""
    if not isinstance(fault, DriverError):
        return None
    code = code_of(fault)
    if code in _PASSING:
        return Busy(f"another transaction kept the rows locked ({_named(code)})")
    if code in _LOST or code == 0:
        return ConnectionLost(f"the connection to the server is gone ({_named(code)})")
    return ServerFull(f"the server has no room left ({_named(code)})") if code in _FULL else None


def denied(fault: BaseException) -> HffixError | None:
    """Name the right that this account lacks, where that is the fault."""
    if not isinstance(fault, DriverError) or code_of(fault) not in _NOT_ALLOWED:
        return None
    return GrantLacking(f"the server refused this account: {_right(fault)}")


def _right(fault: BaseException) -> str:
    found = denied_right(fault)
    if code_of(fault) == _OF_DATABASE:
        return "CREATE TEMPORARY TABLES on the database"
    if found is None:
        return _named(code_of(fault))
    action, table, column = found
    return f"{action} ({column}) on {table}" if column else f"{action} on {table}"


def denied_right(fault: BaseException) -> tuple[str, str, str | None] | None:
    """Give action, table and column of a right that was denied."""
    found = _DENIED.fullmatch(str(fault.args[-1])) if code_of(fault) in _NOT_ALLOWED else None
    return (found["action"], found["table"], found["column"]) if found else None


def refusal_of_query(fault: BaseException, *, sql: str) -> HffixError:
    """Name what refused a query; of its message only what it says of the author's own words."""
    told = f"the server refused a query: {_told_by_query(fault, sql)}"
    return passing(fault) or denied(fault) or QueryFailed(told)


def refusal_of_row(fault: BaseException) -> HffixError:
    """Name what refused a row: the error, and the column, key or constraint where only the schema is quoted."""
    told = f"the server refused a row ({_told_by_row(fault)})"
    return passing(fault) or WriteRefused(told)


def _told_by_query(fault: BaseException, sql: str) -> str:
    code, text = code_of(fault), str(fault.args[-1])
    if code not in _OF_SQL:
        return _named(code)
    # A table is told with its schema, which the author need not have named.
    said = " ".join(word for groups in _QUOTED.findall(_SCHEMA.sub("'", text)) for word in groups)
    ours = {word.casefold() for word in _WORD.findall(sql)} | {"where", "clause", "select", "list", "field", "on"}
    words = {word.casefold() for word in _WORD.findall(said)}
    # The end of a statement that does not parse may hold a value that was put into it.
    return f"{_named(code)}: {text}" if words <= ours else _named(code)


def _told_by_row(fault: BaseException) -> str:
    code = code_of(fault)
    if code in _NOT_ALLOWED:
        return _right(fault)
    place = _OF_SCHEMA.get(code)
    found = place.fullmatch(str(fault.args[-1]).replace("\n", " ")) if place else None
    return f"{_named(code)}, {found[1].lower()} {found[2]}" if found else _named(code)


def warned_by_query(codes: Sequence[int]) -> HffixError:
    """Say that the server had to guess a value, or cut one, to answer a query."""
    return QueryFailed(
        f"the server warned while it read ({_first(codes)}): it turned a value into another to go on",
        hint="Make the query work without a warning: compare texts with texts, and parse them in the fix's function.",
    )


def warned_by_row(codes: Sequence[int]) -> HffixError:
    """Say that the server stored something, and warned that it is not what it was given."""
    return WriteRefused(f"the server warned about a row ({_first(codes)}): what it stores is not what was approved")


def _first(codes: Sequence[int]) -> str:
    return _named(codes[0]) if codes else "no more is known"


def named(fault: BaseException) -> str:
    """Name an error by its number."""
    return _named(code_of(fault))


def _named(code: int) -> str:
    return f"{code} {_NAMES[code].removeprefix('ER_')}" if code in _NAMES else str(code)
