"""Verifying a run that rests on the statements of the run which it takes back: it took back that, and nothing else."""

from collections.abc import Iterator

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot
from hffix.errors.changesets import NotCanonical
from hffix.errors.evidence import BrokenChain
from hffix.model.change import Line, read_lines
from hffix.model.manifest import Reverts
from hffix.model.run import Run
from hffix.workflow.rights import INVERSE_OF, takes_back
from hffix.workflow.verify_findings import Findings


def check_inverse(snapshot: Snapshot, run: Run, reverts: Reverts, findings: Findings) -> None:
    """Find for every applied row the logged row that it takes back."""
    try:
        _compare(snapshot, run, reverts, findings)
    except BrokenChain as fault:
        findings.problem("not-inverse", f"run {run.id}", fault.message)


def _compare(snapshot: Snapshot, run: Run, reverts: Reverts, findings: Findings) -> None:
    # Both logs stand in the order of the keys, so one pass over the other meets every row.
    told: Iterator[LogRow] = iter(())
    group: tuple[str, str] | None = None
    for row in _applied(snapshot, run.id):
        if group != (row.table_name, row.kind):
            group = row.table_name, row.kind
            told = _applied(snapshot, reverts.number)
        wanted = row.table_name, INVERSE_OF.get(row.kind), row.row_key
        taken = next((one for one in told if (one.table_name, one.kind, one.row_key) == wanted), None)
        if row.erased or (taken is not None and taken.erased):
            continue
        line = _line(row)
        if taken is None or line is None or not takes_back(line, taken):
            where = f"run {run.id}, line {row.seq}"
            findings.problem("not-inverse", where, f"it does not take back a change of run {reverts.number}")
            return


def _applied(snapshot: Snapshot, run: int) -> Iterator[LogRow]:
    return (row for block in reader.changes(snapshot, run) for row in block if row.outcome == "applied")


def _line(row: LogRow) -> Line | None:
    try:
        line = read_lines([row.line()])[0]
    except NotCanonical:
        return None
    return line if isinstance(line, Line) else None
