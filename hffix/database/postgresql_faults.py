"""What PostgreSQL says when it refuses: told as far as it can hold no value, else by the name of the error."""

import re
from typing import Final

import psycopg

from hffix.errors import HffixError
from hffix.errors.targets import Busy, ConnectionLost, GrantLacking, QueryFailed, ServerFull, WriteRefused

# Serialization failure, deadlock, lock not available, and a statement that was cancelled or took too long.
_PASSING: Final = {
    "40001": "another transaction changed the same rows at the same time",
    "40P01": "another transaction waited for this one, and this one for it",
    "55P03": "another transaction kept rows locked",
    "57014": "the database ended a statement that took too long",
}
# The server goes down, or ends an idle session; 08 is the whole class of connections that break.
_LOST: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03"})
# A disk is full, the memory, or what a configured limit leaves of them: the server's operator must see to it.
_FULL: Final = frozenset({"53100", "53200", "53400"})
# Of this class, syntax errors and unknown names, the message quotes the statement.
_OF_SQL: Final = "42"
_QUOTES_NOTHING: Final = frozenset({"22012", "25006"})
_NOT_ALLOWED: Final = "42501"
# Where the server itself says so, of names out of the schema; a function may say it too, of anything.
_SAYING: Final = frozenset({"aclcheck_error", "aclcheck_error_col", "check_enable_rls"})
# Which function raised it; what follows may be a statement with values in it.
_RAISED: Final = re.compile(r"PL/pgSQL function ([\w.\"]+\([\w ,\"\[\]]*\)) line [0-9]+ at RAISE")
_QUOTED: Final = re.compile(r'"([^"]*)"')


def passing(fault: BaseException) -> HffixError | None:
    """Give the typed error of a fault that passes: a lock, a deadlock, a connection that broke, a disk that is full."""
    if not isinstance(fault, psycopg.Error):
        return None
    state = fault.sqlstate
    if state in _PASSING:
        return Busy(_PASSING[state])
    if state in _LOST or (state or "").startswith("08") or (state is None and _broken(fault)):
        return ConnectionLost("the connection to PostgreSQL broke")
    return ServerFull(f"PostgreSQL has no room left ({type(fault).__name__})") if state in _FULL else None


def _broken(fault: psycopg.Error) -> bool:
    return isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError)


def denied(fault: BaseException) -> HffixError | None:
    """Give the typed error of a right that this account lacks."""
    if not isinstance(fault, psycopg.Error) or fault.sqlstate != _NOT_ALLOWED:
        return None
    return GrantLacking(f"PostgreSQL refused this account: {_said_of(fault)}")


def _said_of(fault: psycopg.Error) -> str:
    said = " ".join((fault.diag.message_primary or "").split())
    return said if fault.diag.source_function in _SAYING else name_of(fault)


def query_refused(fault: psycopg.Error, sql: str) -> HffixError:
    """Tell why a query was refused: what PostgreSQL says of the SQL's own words, never what it says of data."""
    told = passing(fault) or denied(fault)
    if told is not None:
        return told
    state = fault.sqlstate or ""
    said = " ".join((fault.diag.message_primary or "").split())
    # A function that builds its SQL of values would have them quoted here.
    own = all(quoted.casefold() in sql.casefold() for quoted in _QUOTED.findall(said))
    if state in _QUOTES_NOTHING or (state.startswith(_OF_SQL) and own):
        return QueryFailed(f"PostgreSQL refused a query: {said}")
    return QueryFailed(f"PostgreSQL refused a query: {name_of(fault)}")


def row_refused(fault: psycopg.Error) -> HffixError:
    """Tell what refused a row: the name of the error, and the constraint, table and column that the server names."""
    told = _said_of(fault) if fault.sqlstate == _NOT_ALLOWED else name_of(fault)
    raised = _RAISED.match(fault.diag.context or "")
    if raised:
        told = f"{told} in {raised[1]}"
    return passing(fault) or WriteRefused(f"PostgreSQL refused a row ({told})")


def name_of(fault: psycopg.Error) -> str:
    """Name an error without any of its texts but names out of the schema."""
    diag = fault.diag
    named = (("constraint", diag.constraint_name), ("table", diag.table_name), ("column", diag.column_name))
    places = ", ".join(f"{what} {name}" for what, name in named if name)
    name = type(fault).__name__
    return f"{name}: {places}" if places else name
