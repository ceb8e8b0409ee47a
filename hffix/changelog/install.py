"""Installing the change log in a target, and upgrading it: all missing revisions, or none."""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, column, select, table, text

from hffix.changelog.refusals import reading, writing
from hffix.changelog.tables import GUARDED, METADATA, VERSION_TABLE
from hffix.database import Session, Snapshot
from hffix.database.guards import left_behind, missing
from hffix.errors.targets import NewerChangeLog

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


def _refuse_unknown(held: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if held is not None and held not in known:
        raise NewerChangeLog(f"the change log is at revision {held}; this hffix knows {newest()} and earlier")
