"""Apply: exactly the approved rows, chunk by chunk: lock, compare, back up, write, read back, log, fence, commit."""

from dataclasses import dataclass

from hffix.database import Session, open_for_writing, run_lock
from hffix.errors import HffixError
from hffix.errors.applying import AlreadyApplied, Interrupted, Paused, stopped_within
from hffix.errors.approvals import Revoked
from hffix.model.run import State
from hffix.store.changesets import ChangeSet
from hffix.workflow.closing import close_run
from hffix.workflow.flow import NO_LIMITS, Limits, apply_chunks
from hffix.workflow.hashing import Hashing
from hffix.workflow.leave import leave_pending_receipt, leave_receipt
from hffix.workflow.session import Work, open_work, who_holds
from hffix.workflow.setting import Setting

__all__ = ["Applied", "Limits", "apply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Where a run stands when the command ends, and what ended it, if it was not the last line."""

    change_set: ChangeSet
    run: int
    state: State
    applied: int
    held: int
    conflicts: int
    decided: int
    leaves: int
    head: str
    receipt: str | None
    checked: tuple[str, ...] = ()
    problem: HffixError | None = None


def apply(
    setting: Setting,
    change_set: ChangeSet,
    *,
    limits: Limits = NO_LIMITS,
    expect: str | None = None,
    adopt: str | None = None,
) -> Applied:
    """Apply a change set, or go on with its run; called again after the end it says so and writes nothing."""
    with (
        Hashing(lines=change_set.manifest.leaves) as hashing,
        open_for_writing(setting.url, folder=setting.folder) as session,
        run_lock(setting.url, folder=setting.folder, holder=lambda: who_holds(session)),
    ):
        try:
            work = open_work(setting, session, change_set, expect=expect, adopt=adopt, hashing=hashing)
        except AlreadyApplied as spent:
            return _spent(setting, session, change_set, spent)
        except Revoked:
            # A revocation that came as a file has just been recorded.
            leave_pending_receipt(setting, session)
            raise
        problem: HffixError | None = None
        try:
            apply_chunks(work, limits)
            problem = close_run(work, state="done")
        except HffixError as stopped:
            problem = stopped_within(stopped) if work.decided else stopped
        receipt, pending = leave_receipt(work)
        return _applied(work, receipt=receipt, problem=problem or pending or work.unwitnessed)


def _spent(setting: Setting, session: Session, change_set: ChangeSet, spent: AlreadyApplied) -> Applied:
    past, receipt, head = leave_pending_receipt(setting, session)
    run = past.run_of(change_set.digest)
    if run is None or run.closed is None:
        raise spent
    return Applied(
        change_set=change_set,
        run=run.id,
        state=run.closed.state,
        applied=run.applied,
        held=run.held,
        conflicts=run.conflicts,
        decided=run.decided,
        leaves=run.opened.leaves,
        head=head,
        receipt=receipt,
        problem=spent,
    )


def _applied(work: Work, *, receipt: str | None, problem: HffixError | None) -> Applied:
    states: dict[type[HffixError], State] = {Paused: "paused", Interrupted: "paused"}
    closed = work.decided == work.manifest.leaves
    return Applied(
        change_set=work.change_set,
        run=work.run,
        state="done" if closed else states.get(type(problem), "stopped") if problem else "done",
        applied=work.applied,
        held=work.held,
        conflicts=work.conflicts,
        decided=work.decided,
        leaves=work.manifest.leaves,
        head=work.head.head,
        receipt=receipt,
        checked=work.checked,
        problem=problem,
    )
