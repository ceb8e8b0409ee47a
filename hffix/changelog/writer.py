"""Writing the change log's rows, and the messages beside the chain: runs, controls, events."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Dialect, insert, update

from hffix.changelog.refusals import writing
from hffix.changelog.rows import LogRow
from hffix.changelog.tables import CHANGE, CONTROL, EVENT, RUN
from hffix.database import Session


def insert_changes(session: Session, run: int, rows: Sequence[LogRow]) -> None:
    """Log a run's decided lines, all of them or none."""
    if not rows:
        return
    statement = _insert_change(session.connection.dialect)
    under = (run,)
    with writing(CHANGE.name):
        session.connection.exec_driver_sql(statement, [under + row for row in rows])


@lru_cache(maxsize=4)
def _insert_change(dialect: Dialect) -> str:
    return str(insert(CHANGE).compile(dialect=dialect))


def add_run(session: Session, run: int, *, manifest: str, fix: str, operator: str, opened: str) -> None:
    """Note a run that was opened; refuse a second one of a change set."""
    values = {"run_id": run, "manifest": manifest, "fix": fix, "operator": operator, "opened": opened}
    with writing(RUN.name):
        session.connection.execute(insert(RUN), values)


def set_control(
    session: Session, manifest: str, *, paused: bool | None = None, chunk_rows: int | None = None, by: str, at: str
) -> None:
    """Ask something of a change set's run; what is not given stays as it is."""
    asked = {"paused": None if paused is None else int(paused), "chunk_rows": chunk_rows, "by": by, "at": at}
    given = {name: value for name, value in asked.items() if value is not None}
    with writing(CONTROL.name):
        changed = session.connection.execute(update(CONTROL).where(CONTROL.c.manifest == manifest).values(given))
        if not changed.rowcount:
            session.connection.execute(insert(CONTROL), {"manifest": manifest, **asked, "paused": int(bool(paused))})


def add_event(
    session: Session, *, time: str, person: str | None, host: str, command: str, subject: str | None, outcome: str
) -> None:
    """Note a call of a writing command, done or refused."""
    values = {
        "time": time,
        "person": person,
        "host": host,
        "command": command,
        "subject": subject,
        "outcome": outcome,
    }
    with writing(EVENT.name):
        session.connection.execute(insert(EVENT), values)
