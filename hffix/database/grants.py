"""Grants in an engine's own words: a script for whoever owns the database to review and run. It is made of the url and
of what fixes declare alone; nothing is asked of the database.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hffix.database.target import parsed
from hffix.errors.targets import UnknownEngine
from hffix.model.grant import Grant, Role

_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What one role is given: the name of its account, and the statements, in their order."""

    role: Role
    account: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Statements by role; `first` are those that come before them, run by an account that sees the whole server.

    An engine without accounts has no statements, and `database` is its file.
    """

    dialect: str
    database: str
    first: tuple[str, ...]
    roles: tuple[Granted, ...]
    joining: str
    """How an account is made and given the operator's role, for example."""


def script_of(url: str, wanted: Mapping[Role, Sequence[Grant]]) -> Script:
    """Write what gives each role its rights."""
    target = parsed(url)
    match target.get_backend_name():
        case "sqlite" if target.database:
            return Script(dialect="sqlite", database=target.database, first=(), roles=(), joining="")
        case "postgresql" if target.database:
            from hffix.database import postgresql_grants

            return postgresql_grants.script(target.database, wanted)
        case "mysql" | "mariadb" if target.database:
            from hffix.database import mysql_grants

            return mysql_grants.script(target.database, wanted)
    raise UnknownEngine(f"no engine with grants for urls that begin with {target.drivername}:")


EXAMPLE: Final = "wang_qiang"


def account_of(database: str, role: Role, *, longest: int) -> str:
    """Name the account of a role: roles belong to a whole server, so each database has its own."""
    whole = f"hffix_{database}_{role}"
    if len(whole.encode()) <= longest:
        return whole
    # Two long names that begin alike must not be given one another's rights.
    ending = f"_{hashlib.sha256(database.encode()).hexdigest()[:_DIGITS]}_{role}"
    return f"hffix_{database}".encode()[: longest - len(ending)].decode(errors="ignore") + ending
