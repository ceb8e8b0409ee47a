"""Close: abandon what is left of a run, so that it can be proved, and rolled back."""

from hffix.database import open_for_writing, run_lock
from hffix.errors.applying import NotOpen
from hffix.store.changesets import ChangeSet
from hffix.workflow.apply import Applied
from hffix.workflow.closing import close_run
from hffix.workflow.leave import leave_receipt
from hffix.workflow.past import read_chain
from hffix.workflow.session import resume_to_close, who_holds
from hffix.workflow.setting import Setting


def close(setting: Setting, change_set: ChangeSet) -> Applied:
    """Close an open run; its remaining lines are left as they are, for good."""
    with (
        open_for_writing(setting.url, folder=setting.folder) as session,
        run_lock(setting.url, folder=setting.folder, holder=lambda: who_holds(session)),
    ):
        run = read_chain(session).run_of(change_set.digest)
        if run is None or run.closed is not None:
            raise NotOpen(f"change set {change_set.id} has no open run")
        work = resume_to_close(setting, session, change_set)
        problem = close_run(work, state="closed")
        receipt, pending = leave_receipt(work)
        return Applied(
            change_set=change_set,
            run=work.run,
            state="closed",
            applied=work.applied,
            held=work.held,
            conflicts=work.conflicts,
            decided=work.decided,
            leaves=work.manifest.leaves,
            head=work.head.head,
            receipt=receipt,
            problem=problem or pending,
        )
