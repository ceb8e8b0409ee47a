"""Verify: recompute the whole change log and hold it against everything that stands outside of it."""

from contextlib import suppress
from dataclasses import dataclass

from hffix.changelog import install, reader
from hffix.database import Snapshot, open_for_reading
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import NoChangeLog
from hffix.model.run import Past, Run
from hffix.store.receipts import lineages_of
from hffix.workflow.erased import erased_leaves
from hffix.workflow.hashing import Hashing
from hffix.workflow.runs import find_run
from hffix.workflow.setting import Setting, Step
from hffix.workflow.verify_chain import read_through
from hffix.workflow.verify_erased import check_erased_lines
from hffix.workflow.verify_findings import Findings, Problem
from hffix.workflow.verify_inverse import check_inverse
from hffix.workflow.verify_live import Live, LiveRows, Written
from hffix.workflow.verify_log import check_run
from hffix.workflow.verify_rights import Judging, approved_manifest, check_rights, read_words
from hffix.workflow.verify_runs import check_backups, check_close, check_root
from hffix.workflow.verify_witnesses import check_expected, check_place, check_seen, check_witnesses
from hffix.workflow.verify_words import check_words
from hffix.workflow.witness import signers_of

__all__ = ["Live", "Problem", "Verified", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at, where the chain ends, and every contradiction that was found."""

    ok: bool
    runs: int
    records: int
    rows: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    head: str | None
    live: Live | None
    witnesses: tuple[str, ...] = ()


def verify(setting: Setting, *, run: int | None = None, data: bool = False, expect: str | None = None) -> Verified:
    """Look for every contradiction in the log, its chain and its witnesses, without stopping at the first.

    With `run` only the rows, parts and statements of that run are looked at; with `data` also the live rows.
    """
    findings = Findings()
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        for text in snapshot.notes:
            findings.note(text)
        try:
            chain = read_through(snapshot, findings)
        except NoChangeLog as fault:
            return _without_log(setting, fault)
        runs, rows, live = 0, 0, None
        witnesses: tuple[str, ...] = ()
        if chain.past is not None:
            judging = Judging(setting=setting, chain=chain, past=chain.past, words=read_words(setting))
            check_place(chain.past, snapshot.place(), findings)
            check_expected(chain, expect, findings)
            witnesses = _check_outside(judging, findings)
            runs, rows, live = _check_runs(snapshot, judging, run=run, data=data, findings=findings)
            check_seen(setting, chain.past.found.lineage, chain, findings)
        if not install.enforced(snapshot):
            findings.note(install.UNGUARDED)
        for trigger in install.missing_guards(snapshot):
            findings.problem("trigger-missing", trigger, "it is gone, or is not the one that hffix made")
    return Verified(
        ok=not findings.problems,
        runs=runs,
        records=len(chain.heads),
        rows=rows,
        problems=findings.problems,
        notes=findings.notes,
        head=chain.heads.get(chain.newest),
        live=live,
        witnesses=witnesses,
    )


def _without_log(setting: Setting, fault: NoChangeLog) -> Verified:
    """Tell of a log that is gone; where there never was one, nothing can be verified."""
    if not lineages_of(setting.project, setting.target.name):
        raise fault
    gone = Problem(
        code="log-missing", where=f"target {setting.target.name}", message="receipts exist, but there is no change log"
    )
    return Verified(ok=False, runs=0, records=0, rows=0, problems=(gone,), notes=(), head=None, live=None)


def _check_outside(judging: Judging, findings: Findings) -> tuple[str, ...]:
    """Hold the chain against receipts, journal and the words of no run; name who signed its newest receipt."""
    signers = signers_of(judging.setting, judging.past)
    told = check_witnesses(judging.setting, judging.chain, judging.past, signers=signers, findings=findings)
    check_words(judging, signers=signers, findings=findings)
    return told.signed_by


def _check_runs(
    snapshot: Snapshot, judging: Judging, *, run: int | None, data: bool, findings: Findings
) -> tuple[int, int, Live | None]:
    """Check runs one by one; give how many, their rows, and what the live rows say."""
    past = judging.past
    chosen = tuple(past.runs.values()) if run is None else (find_run(past, run),)
    with Hashing(lines=sum(one.decided for one in chosen)) as hashing:
        counts = _counts(snapshot, past, findings)
        done, total = 0, sum(counts.get(one.id, 0) for one in chosen)
        live = None
        if data:
            written = [_written(snapshot, judging.setting, one, counts.get(one.id, 0)) for one in past.runs.values()]
            live = LiveRows(snapshot, written, only=run)
        for one in chosen:
            rows = counts.get(one.id, 0)
            _check_run(snapshot, judging, one, rows=rows, live=live, findings=findings, hashing=hashing)
            done += rows
            judging.setting.watch(Step(name="verify", done=done, total=total))
    manifests = None if run is None else frozenset(one.opened.manifest for one in chosen)
    check_erased_lines(judging.setting, past, only=manifests, erased=erased_leaves(past), findings=findings)
    return len(chosen), total, live.finish(findings) if live else None


def _check_run(
    snapshot: Snapshot,
    judging: Judging,
    run: Run,
    *,
    rows: int,
    live: LiveRows | None,
    findings: Findings,
    hashing: Hashing,
) -> None:
    """Check a run's rows, its sums, its backup parts and the word that it rests on."""
    erased = erased_leaves(judging.past)
    beside = live.beside(run.id) if live else None
    tree = check_run(snapshot, run, rows=rows, erased=erased, findings=findings, beside=beside, hashing=hashing)
    if live and tree is None:
        live.doubt(run.id)
    check_close(run, findings)
    if tree is not None:
        check_root(judging.setting, run, tree, findings)
    check_backups(judging.setting, run, erased=erased, findings=findings, hashing=hashing)
    manifest = check_rights(judging, run, findings)
    if manifest and manifest.reverts and run.opened.inverse and tree is not None:
        check_inverse(snapshot, judging.past, run, manifest.reverts, findings)


def _counts(snapshot: Snapshot, past: Past, findings: Findings) -> dict[int, int]:
    """Count the rows under each run's number; tell of those under a number that no run has."""
    try:
        counts = reader.change_counts(snapshot)
    except BrokenChain as fault:
        findings.problem("log-unreadable", "hffix_change", fault.message)
        return {}
    for number, rows in counts.items():
        if number not in past.runs:
            findings.problem("log-row-inserted", f"run {number}", f"{rows:,} rows stand under a run that never was")
    return counts


def _written(snapshot: Snapshot, setting: Setting, run: Run, rows: int) -> Written:
    manifest, _ = approved_manifest(setting, run.opened.manifest)
    if manifest is not None:
        return Written(run=run.id, tables=frozenset(manifest.counts.tables), rows=rows)
    told: set[str] = set()
    # What cannot be read was told of already.
    with suppress(BrokenChain):
        for block in reader.changes(snapshot, run.id):
            told.update(row.table_name for row in block)
    return Written(run=run.id, tables=frozenset(told), rows=rows)
