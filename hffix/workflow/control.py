"""Control: ask a run to pause, to go on, or to take chunks of another size, at its next chunk's edge."""

from hffix.changelog import reader, writer
from hffix.changelog.reader import Control
from hffix.database import open_for_writing
from hffix.errors.applying import AlreadyApplied
from hffix.errors.project import UsageError
from hffix.model.run import FEWEST_ROWS, MOST_ROWS
from hffix.store.changesets import ChangeSet
from hffix.workflow.past import read_chain
from hffix.workflow.setting import Setting
from hffix.workflow.witness import refuse_other_place


def pause(setting: Setting, change_set: ChangeSet) -> Control:
    """Stop the run at its next chunk's edge, and keep it from going on."""
    return _ask(setting, change_set, paused=True)


def resume(setting: Setting, change_set: ChangeSet) -> Control:
    """Let a paused run go on when it is applied again."""
    return _ask(setting, change_set, paused=False)


def pace(setting: Setting, change_set: ChangeSet, *, chunk_rows: int) -> Control:
    """Set the rows of a chunk."""
    if not FEWEST_ROWS <= chunk_rows <= MOST_ROWS:
        raise UsageError(f"chunk-rows is a number from {FEWEST_ROWS} to {MOST_ROWS}")
    return _ask(setting, change_set, chunk_rows=chunk_rows)


def _ask(
    setting: Setting, change_set: ChangeSet, *, paused: bool | None = None, chunk_rows: int | None = None
) -> Control:
    policy = setting.policy_if_any()
    with open_for_writing(setting.url, folder=setting.folder) as session:
        past = read_chain(session)
        refuse_other_place(past.place, session.place())
        run = past.run_of(change_set.digest)
        if run is not None and run.closed is not None:
            raise AlreadyApplied(f"change set {change_set.id} was used by run {run.id}, closed {run.closed.time}")
        session.begin()
        try:
            writer.set_control(
                session,
                change_set.digest,
                paused=paused,
                chunk_rows=chunk_rows,
                by=setting.planner(policy),
                at=session.now(),
            )
            session.commit()
        finally:
            session.rollback()
        return reader.read_control(session, change_set.digest)
