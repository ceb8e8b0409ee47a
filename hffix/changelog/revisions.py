"""The change log's revisions, as Alembic runs them: loaded only where one is made, for Alembic takes its time."""

from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from alembic.ddl.mysql import MySQLImpl
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect

from hffix.errors.targets import NewerChangeLog


def newest() -> str:
    """Name the last revision."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def refuse_unknown(held: str | None) -> None:
    """Refuse a revision that is none of these."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if held is not None and held not in known:
        raise NewerChangeLog(f"the change log is at revision {held}; this hffix knows {newest()} and earlier")


def run(connection: Connection, *, to: str) -> None:
    """Run every missing revision within the transaction that is open."""
    _know(connection.dialect)
    command.upgrade(_config(_in_transaction(connection)), to)


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "hffix.changelog:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _in_transaction(connection: Connection) -> Connection:
    """Let SQLAlchemy know that a transaction is open, so that Alembic does not commit one of its own."""
    if not connection.in_transaction():
        connection.begin()
    return connection


def _know(dialect: Dialect) -> None:
    """Let Alembic know a dialect that brought nothing for it: one that is made of another is treated like that."""
    try:
        DefaultImpl.get_by_dialect(dialect)
    except KeyError:
        bases: dict[type[Dialect], type[DefaultImpl]] = {PGDialect: PostgresqlImpl, MySQLDialect: MySQLImpl}
        base = next((impl for kind, impl in bases.items() if isinstance(dialect, kind)), DefaultImpl)
        # Alembic registers an implementation when its class is made.
        type(f"Impl_{dialect.name}", (base,), {"__dialect__": dialect.name})
