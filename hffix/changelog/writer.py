"""Writing the change log's rows, and the messages beside the chain: runs, controls, events."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import insert, update

from hffix.changelog.refusals import writing
from hffix.changelog.rows import LogColumns
from hffix.changelog.tables import CHANGE, CONTROL, ERASABLE, EVENT, RUN
from hffix.database import Session

_EMPTIED: Final = dict.fromkeys(ERASABLE)


def insert_changes(session: Session, run: int, log: LogColumns) -> None:
    """Log a run's decided lines, all of them or none."""
    if log.seq:
        with writing(session, CHANGE.name):
            session.append(CHANGE.name, columns={"run_id": [run] * len(log.seq), **log._asdict()})


def erase(session: Session, rows: Iterable[tuple[int, int, str]]) -> int:
    """Empty the texts of rows, each named by run, line and leaf; give how many there were. The leaves stay."""
    erased = 0
    with writing(session, CHANGE.name):
        for run, seq, leaf in rows:
            named = (CHANGE.c.run_id == run, CHANGE.c.seq == seq, CHANGE.c.leaf == leaf, CHANGE.c.salt.is_not(None))
            erased += session.connection.execute(update(CHANGE).where(*named).values(_EMPTIED)).rowcount
    return erased


def add_run(session: Session, run: int, *, manifest: str, fix: str, operator: str, opened: str) -> None:
    """Note a run that was opened; refuse a second one of a change set."""
    values = {"run_id": run, "manifest": manifest, "fix": fix, "operator": operator, "opened": opened}
    with writing(session, RUN.name):
        session.connection.execute(insert(RUN), values)


def set_control(
    session: Session, manifest: str, *, paused: bool | None = None, chunk_rows: int | None = None, by: str, at: str
) -> None:
    """Ask something of a change set's run; what is not given stays as it is."""
    asked = {"paused": None if paused is None else int(paused), "chunk_rows": chunk_rows, "by": by, "at": at}
    given = {name: value for name, value in asked.items() if value is not None}
    with writing(session, CONTROL.name):
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
    with writing(session, EVENT.name):
        session.connection.execute(insert(EVENT), values)
