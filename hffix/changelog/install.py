"""Installing the change log in a target, and upgrading it: all missing revisions, or none."""

from typing import Final

from sqlalchemy import String, column, select, table, text

from hffix.changelog.refusals import reading, writing
from hffix.changelog.tables import GUARDED, METADATA, VERSION_TABLE
from hffix.database import Session, Snapshot, guards
from hffix.database.guards import left_behind, missing

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
    from hffix.changelog import revisions

    return revisions.newest()


def upgrade(session: Session, *, to: str = "head") -> tuple[str, str | None]:
    """Run every missing revision in one transaction; give the revision now, and the one before."""
    from hffix.changelog import revisions

    session.begin()
    try:
        before = revision(session)
        revisions.refuse_unknown(before)
        with writing(session, "the change log's tables"):
            revisions.run(session.connection, to=to)
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
