"""What any driver says when its database refuses: the name of the error and its SQLSTATE, never the text.

Drivers put the state in different places, and their texts quote values.
"""

import re
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hffix.errors import HffixError
from hffix.errors.targets import Busy, ConnectionLost, QueryFailed, WriteRefused

_STATE: Final = re.compile(r"[0-9A-Z]{5}")
# Serialization failure, deadlock, a lock that is not to be had, and a lock that was not given in time.
_BUSY: Final = frozenset({"40001", "40P01", "55P03", "HYT00"})
# What says the same by a number: MySQL and its kin, SQL Server, Oracle and its kin.
_BUSY_NUMBERS: Final = {
    "mysql": frozenset({1020, 1205, 1213, 3572}),
    "mssql": frozenset({1205, 1222, 3960}),
    "oracle": frozenset({54, 60, 8177, 30006}),
}
# Connections that broke, of which not every driver's dialect knows: the server's numbers, and the client libraries'.
_BROKEN_NUMBERS: Final = {
    "mysql": frozenset({1053, 1158, 1159, 1160, 1161, 1927, 4031, 2002, 2003, 2006, 2013, 2014, 2045, 2048, 2055})
}
# MySQL Connector's, where it has no connection left; other classes of its errors have it for other reasons.
_NONE_LEFT: Final = -1
# What a query may end with: the database's refusal, or a driver's that cannot read what it was given.
REFUSALS: Final = (SQLAlchemyError, ValueError, ArithmeticError)
_BROKEN: Final = "the connection to the database broke"


def origin_of(fault: BaseException) -> BaseException:
    """Give the driver's own fault of one that SQLAlchemy wrapped."""
    return fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault


def state_of(fault: BaseException) -> str | None:
    """Find the SQLSTATE, wherever the driver keeps it."""
    origin = origin_of(fault)
    first: Any = origin.args[0] if origin.args else None
    for told in (
        getattr(origin, "sqlstate", None),
        getattr(origin, "pgcode", None),
        first.get("C") if isinstance(first, dict) else None,
        first,
    ):
        if isinstance(told, str) and _STATE.fullmatch(told):
            return told
    return None


def number_of(fault: BaseException) -> int | None:
    """Find the database's own number of the error."""
    origin = origin_of(fault)
    first: Any = origin.args[0] if origin.args else None
    for told in (getattr(origin, "errno", None), getattr(first, "code", None), first):
        if type(told) is int:
            return told
    return None


def name_of(fault: BaseException) -> str:
    """Name an error without any of its texts."""
    origin = origin_of(fault)
    told = state_of(fault) or number_of(fault)
    return f"{type(origin).__name__} {told}" if told else type(origin).__name__


def passing(fault: BaseException, *, family: str, lost: bool) -> HffixError | None:
    """Give the typed error of a fault that passes: a lock, a deadlock, a connection that broke."""
    state = state_of(fault)
    if lost or (state or "").startswith("08"):
        return ConnectionLost(_BROKEN)
    if state in _BUSY or number_of(fault) in _BUSY_NUMBERS.get(family, ()):
        return Busy(f"another transaction keeps the rows locked ({name_of(fault)})")
    return None


def broken(fault: BaseException, *, family: str) -> bool:
    """Say whether a driver's own fault is that of a connection that broke."""
    numbers, number = _BROKEN_NUMBERS.get(family, frozenset()), number_of(fault)
    return number in numbers or (bool(numbers) and number == _NONE_LEFT and type(fault).__name__ == "OperationalError")


def query_refused(fault: BaseException) -> HffixError:
    """Tell that a query was refused, or that the driver could not read its answer."""
    if not isinstance(fault, SQLAlchemyError):
        return QueryFailed(f"the driver cannot read a value of the answer ({type(fault).__name__})")
    return QueryFailed(f"the database refused a query ({name_of(fault)})")


def row_refused(fault: BaseException) -> HffixError:
    """Tell that a row was refused."""
    return WriteRefused(f"the database refused a row ({name_of(fault)})")


def warned_by_query() -> HffixError:
    """Say that the database had to guess a value, or cut one, to answer a query."""
    return QueryFailed(
        "the database warned while it read: it may have turned a value into another to go on",
        hint="Make the query work without a warning: compare texts with texts, and parse them in the fix's function.",
    )
