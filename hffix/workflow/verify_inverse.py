"""Verifying a run that rests on the statements of the run which it takes back: it took back that, and nothing else."""

from collections.abc import Iterator

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot
from hffix.errors.evidence import BrokenChain
from hffix.model.manifest import Reverts
from hffix.model.run import Past, Run
from hffix.workflow.taking_back import first_stranger
from hffix.workflow.verify_findings import Findings


def check_inverse(snapshot: Snapshot, past: Past, run: Run, reverts: Reverts, findings: Findings) -> None:
    """Find for every applied row the logged row that it takes back, and for every case the whole case."""
    reverted = past.runs.get(reverts.number)
    if reverted is None:
        findings.problem(
            "not-inverse", f"run {run.id}", f"it says that it takes back run {reverts.number}, which is none"
        )
        return
    try:
        stranger = first_stranger(snapshot, reverted, _applied(snapshot, run.id))
    except BrokenChain as fault:
        findings.problem("not-inverse", f"run {run.id}", fault.message)
        return
    if stranger is not None:
        where = f"run {run.id}, line {stranger.seq}"
        findings.problem("not-inverse", where, f"it does not take back a change of run {reverts.number}")


def _applied(snapshot: Snapshot, run: int) -> Iterator[LogRow]:
    return (row for block in reader.changes(snapshot, run) for row in block if row.outcome == "applied")
