"""Runs: what was done on a target, one line a run."""

from dataclasses import dataclass

from hffix.database import open_for_reading
from hffix.errors.evidence import NoSuchRun
from hffix.model.run import Past, Run
from hffix.store.changesets import known_manifest
from hffix.workflow.past import read_chain
from hffix.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """One run in one line; the fix is unknown where the manifest is not at hand."""

    run: int
    change_set: str
    fix: str | None
    title: str | None
    state: str
    opened: str
    closed: str | None
    operator: str
    applied: int
    held: int
    conflicts: int
    left: int
    leaves: int
    reverts: int | None


def runs(setting: Setting) -> tuple[RunFacts, ...]:
    """List the runs of a target, the oldest first."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        past = read_chain(snapshot)
    return tuple(_facts(setting, run) for run in past.runs.values())


def find_run(past: Past, number: int) -> Run:
    """Find a run by its number."""
    if number not in past.runs:
        raise NoSuchRun(f"there is no run {number}")
    return past.runs[number]


def _facts(setting: Setting, run: Run) -> RunFacts:
    manifest = known_manifest(setting.project, run.opened.manifest)
    return RunFacts(
        run=run.id,
        change_set=run.opened.manifest[:12],
        fix=manifest.fix.id if manifest else None,
        title=manifest.fix.title if manifest else None,
        state=run.closed.state if run.closed else "open",
        opened=run.opened.time,
        closed=run.closed.time if run.closed else None,
        operator=", ".join(sorted(run.operators)),
        applied=run.applied,
        held=run.held,
        conflicts=run.conflicts,
        left=run.opened.leaves - run.decided,
        leaves=run.opened.leaves,
        reverts=manifest.reverts.number if manifest and manifest.reverts else None,
    )
