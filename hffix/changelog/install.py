"""Installing the change log in a target, and upgrading it: all missing revisions, or none."""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from alembic.ddl.mysql import MySQLImpl
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Dialect, String, column, select, table, text
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect

from hffix.changelog.refusals import reading, writing
from hffix.changelog.tables import GUARDED, METADATA, VERSION_TABLE
from hffix.database import Session, Snapshot, guards
from hffix.database.guards import left_behind, missing
from hffix.errors.targets import NewerChangeLog

UNGUARDED: Final = "no trigger guards the change log here: only missing rights and its chain do"
_HELD: Final = select(column("version_num", String)).select_from(table(VERSION_TABLE))


def exists(snapshot: Snapshot) -> bool:
    """Say whether the target has a change log, at whatever revision."""
    return revision(snapshot) is not None


def revision(snapshot: Snapshot) -> str | None:
    """Read the revision that the target's change log is at."""
    if not snapshot.has_table(VERSION_TABLE):
        return None
    with reading(snapshot, VERSION_TABLE):
        return snapshot.connection.execute(_HELD).scalar()


def newest() -> str:
    """Name the revision that `upgrade` leads to."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def upgrade(session: Session, *, to: str = "head") -> tuple[str, str | None]:
    """Run every missing revision in one transaction; give the revision now, and the one before."""
    session.begin()
    try:
        before = revision(session)
        _refuse_unknown(before)
        _know(session.connection.dialect)
        with writing(session, "the change log's tables"):
            command.upgrade(_config(_in_transaction(session.connection)), to)
        now = str(revision(session))
        session.commit()
    finally:
        # After the commit there is nothing left to undo.
        session.rollback()
    return now, before


def remove(session: Session) -> None:
    """Take the change log out of a copy, whose history stays in the database it was copied from."""
    with writing(session, "the change log's tables"):
        METADATA.drop_all(session.connection)
        for statement in (s for table in GUARDED for s in left_behind(table, dialect=session.dialect)):
            session.connection.exec_driver_sql(statement)
        session.connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))


def enforced(snapshot: Snapshot) -> bool:
    """Say whether the database itself refuses to change what was logged."""
    return guards.enforced(snapshot.dialect)


def missing_guards(snapshot: Snapshot) -> tuple[str, ...]:
    """Name the append-only triggers that are gone or were altered."""
    return missing(snapshot, guarded=GUARDED)


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


def _refuse_unknown(held: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if held is not None and held not in known:
        raise NewerChangeLog(f"the change log is at revision {held}; this hffix knows {newest()} and earlier")
