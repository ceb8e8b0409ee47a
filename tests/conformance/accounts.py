"""Accounts of their own on a server: one for each role, with what `init-target --print-grants` prints and no more."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import psycopg
import pymysql
from sqlalchemy import make_url

from hffix.database.grants import Script
from hffix.model.grant import Role
from hffix.workflow.grants import print_grants
from tests.conformance import engine_mysql, engine_postgresql
from tests.conformance.engine import Database, Outsider
from tests.workflow.office import Office

# A server's url must carry it whatever is in it.
PASSWORD = "let me/in"
STRANGERS: Mapping[str, Callable[[str], Outsider]] = {
    "postgresql": engine_postgresql.Stranger,
    "mysql": engine_mysql.Stranger,
}
DENIED = frozenset({1044, 1142, 1143, 1227, 1370})


@dataclass(frozen=True)
class Accounts:
    """The accounts of one database."""

    database: Database
    names: Mapping[Role, str]

    def seen_by(self, role: Role) -> Database:
        """See the database through hffix and as an outsider, by a role's account."""
        url = make_url(self.database.url).set(username=self.names[role], password=PASSWORD)
        told = url.render_as_string(hide_password=False)
        return replace(self.database, url=told, connect=partial(STRANGERS[self.database.engine.name], told))

    def office_of(self, office: Office, role: Role) -> Office:
        """Work in the office by a role's account."""
        return replace(office, environment={"TARGET": self.seen_by(role).url})

    @contextmanager
    def without(self, office: Office, role: Role, *rights: str) -> Iterator[Office]:
        """Work by the account of a role from which rights were taken, as they are written between GRANT and TO."""
        account = next(one.account for one in print_grants(office.setting()).statements.roles if one.role == role)
        quoted = f'"{account}"' if self.database.engine.name == "postgresql" else f"`{account}`"
        self.database.run(*(f"REVOKE {right} FROM {quoted}" for right in rights))
        try:
            yield self.office_of(office, role)
        finally:
            self.database.run(*(f"GRANT {right} TO {quoted}" for right in rights))


@contextmanager
def accounts(database: Database, office: Office) -> Iterator[Accounts]:
    """Run the printed statements, and make an account for each role."""
    script = print_grants(office.setting()).statements
    names = {one.role: f"hffix_test_{secrets.token_hex(4)}" for one in script.roles}
    try:
        database.run(*script.first, *(text for one in script.roles for text in one.statements))
        for one in script.roles:
            database.run(*_joined(database, names[one.role], one.account))
        yield Accounts(database, names)
    finally:
        database.run(*_dropped(database, script, names))


def _joined(database: Database, name: str, role: str) -> tuple[str, ...]:
    if database.engine.name == "postgresql":
        return (f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' IN ROLE \"{role}\"",)
    return (
        f"CREATE USER {name} IDENTIFIED BY '{PASSWORD}'",
        f"GRANT `{role}` TO {name}",
        f"SET DEFAULT ROLE `{role}` FOR {name}",
    )


def _dropped(database: Database, script: Script, names: Mapping[Role, str]) -> Iterator[str]:
    if database.engine.name == "postgresql":
        for role in (*(one.account for one in script.roles), *names.values()):
            there = f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            gone = f'DROP OWNED BY "{role}"; DROP ROLE "{role}";'
            yield f"DO $$ BEGIN IF {there} THEN {gone} END IF; END $$"
    else:
        yield from (f"DROP USER IF EXISTS {name}" for name in names.values())
        yield from (f"DROP ROLE IF EXISTS `{one.account}`" for one in script.roles)


def denied(outsider: Outsider, statement: str) -> bool:
    """Say whether the server refuses an outsider a statement for want of a right."""
    try:
        outsider.run(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    except pymysql.MySQLError as fault:
        return fault.args[0] in DENIED
    return False
