"""Status: where a change set stands: approvals held and missing, fresh or drifted rows, the progress of its run."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import orjson

from hffix.changelog import reader
from hffix.database import Snapshot, open_for_reading
from hffix.errors import HffixError
from hffix.errors.changesets import LinesErased
from hffix.errors.targets import CannotReach, NoChangeLog, TableRefused, UnknownEngine
from hffix.model import moment
from hffix.model.change import Line
from hffix.model.run import Past, Run
from hffix.model.schema import Table
from hffix.store import approvals
from hffix.store.changesets import ChangeSet, all_change_sets
from hffix.workflow.chunk import Masking, key_for_eyes, plain_lines
from hffix.workflow.deciding import decide, of_its_own
from hffix.workflow.found import read_rows
from hffix.workflow.judge import Ignored, Judgement, judge, lacking_of, revocations
from hffix.workflow.past import read_chain
from hffix.workflow.questions import ask_again
from hffix.workflow.rights import covered_by
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.taking import Lines

MOST_LISTED: Final = 10
ROWS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of a change set; fresh and drifted are null where its rows or its target are out of reach.

    `covered_by` is the run whose approvals do for a change set that has too few of its own.
    """

    change_set: ChangeSet
    state: str
    quorum_parts: tuple[str, ...]
    lacking: tuple[str, ...]
    ignored: tuple[Ignored, ...]
    covered_by: int | None
    run: int | None
    decided: int
    leaves: int
    fresh: int | None
    drifted: int | None
    drifted_rows: tuple[tuple[str, str], ...] = ()
    conflict_rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drift:
    """How many remaining rows are as they were planned, how many are not, and the first of these."""

    fresh: int | None = None
    drifted: int | None = None
    rows: tuple[tuple[str, str], ...] = ()


def status(setting: Setting, change_set: ChangeSet, *, rows: bool = True) -> Status:
    """Look at one change set; where its target can be read, hold its remaining rows against the target's."""
    try:
        with open_for_reading(setting.url, folder=setting.folder) as snapshot:
            past = read_chain(snapshot)
            run = past.run_of(change_set.digest)
            return _status(setting, change_set, past, run, snapshot if rows else None, now=snapshot.now())
    except (CannotReach, UnknownEngine, NoChangeLog):
        return _status(setting, change_set, None, None, None, now=None)


def overview(setting: Setting) -> tuple[Status, ...]:
    """Look at every change set of the target, without comparing rows."""
    return standings(setting, *past_if_any(setting))


def past_if_any(setting: Setting) -> tuple[Past | None, str | None]:
    """Read the chain of the target and its clock, where they can be read."""
    try:
        with open_for_reading(setting.url, folder=setting.folder) as snapshot:
            return read_chain(snapshot), snapshot.now()
    except (CannotReach, UnknownEngine, NoChangeLog):
        return None, None


def past_or_none(setting: Setting) -> tuple[Past | None, str]:
    """Read the chain of the target and its clock; where they are out of reach, the clock is this machine's."""
    past, now = None, None
    with suppress(HffixError):
        past, now = past_if_any(setting)
    return past, now or moment.write(datetime.now(UTC))


def standings(setting: Setting, past: Past | None, now: str | None) -> tuple[Status, ...]:
    """Say where every change set of the target stands by what its chain said."""
    return tuple(
        _status(setting, change_set, past, past.run_of(change_set.digest) if past else None, None, now=now)
        for change_set in all_change_sets(setting.project)
        if change_set.manifest.target.name == setting.target.name
    )


def _status(
    setting: Setting,
    change_set: ChangeSet,
    past: Past | None,
    run: Run | None,
    snapshot: Snapshot | None,
    *,
    now: str | None,
) -> Status:
    now = now or change_set.manifest.snapshot
    judgement = _judgement(setting, change_set, run, now=now)
    state = _state(setting, change_set, past, run, judgement, now=now)
    decided = run.decided if run else 0
    mask_of = setting.project.mask_of
    drift = _Drift() if snapshot is None else _drift(snapshot, change_set, run, mask_of=mask_of)
    return Status(
        change_set=change_set,
        state=state,
        quorum_parts=tuple(map(str, judgement.quorum.parts)) if judgement else (),
        lacking=lacking_of(judgement.quorum) if judgement else (),
        ignored=judgement.ignored if judgement else (),
        covered_by=_covered_by(setting, change_set, past, now=now) if judgement and state == "unapproved" else None,
        run=run.id if run else None,
        decided=decided,
        leaves=change_set.manifest.leaves,
        fresh=drift.fresh,
        drifted=drift.drifted,
        drifted_rows=drift.rows,
        conflict_rows=() if snapshot is None or run is None else _conflicts(snapshot, run, mask_of=mask_of),
    )


def _judgement(setting: Setting, change_set: ChangeSet, run: Run | None, *, now: str) -> Judgement | None:
    try:
        rules = setting.rules()
        return judge(
            change_set.manifest,
            digest=change_set.digest,
            lineage=change_set.manifest.target.lineage,
            statements=approvals.statements(setting.project, change_set.digest),
            rules=rules,
            now=now,
            operators=run.operators if run else (),
        )
    except HffixError:
        return None


def _covered_by(setting: Setting, change_set: ChangeSet, past: Past | None, *, now: str) -> int | None:
    with suppress(HffixError):
        return covered_by(setting, change_set, setting.rules(), past=past, operators=frozenset(), now=now)
    return None


def _state(
    setting: Setting,
    change_set: ChangeSet,
    past: Past | None,
    run: Run | None,
    judgement: Judgement | None,
    *,
    now: str,
) -> str:
    if run is not None:
        return run.closed.state if run.closed else "open"
    if _revoked(setting, change_set, past, now=now):
        return "revoked"
    if not change_set.manifest.leaves:
        return "empty"
    return "approved" if judgement and judgement.quorum else "unapproved"


def _revoked(setting: Setting, change_set: ChangeSet, past: Past | None, *, now: str) -> bool:
    if past and change_set.digest in past.revoked:
        return True
    try:
        rules: Rules = setting.rules()
        statements = approvals.all_statements(setting.project)
    except HffixError:
        return False
    lineage = change_set.manifest.target.lineage
    return bool(revocations(change_set.digest, lineage=lineage, statements=statements, rules=rules, now=now))


def _conflicts(snapshot: Snapshot, run: Run, *, mask_of: Masking) -> tuple[tuple[str, str], ...]:
    """Name the first rows that a run left because they, or another row of their case, had changed."""
    found: list[tuple[str, str]] = []
    for chunk in run.chunks:
        if not chunk.conflicts or len(found) >= MOST_LISTED:
            continue
        for block in reader.changes(snapshot, run.id, first=chunk.first, last=chunk.last):
            left = [row for row in block if row.outcome == "conflict" and row.row_key and row.kind != "ask"]
            found += [
                (row.table_name, key_for_eyes(row.table_name, orjson.loads(row.row_key or "{}"), mask_of=mask_of))
                for row in left[: MOST_LISTED - len(found)]
            ]
    return tuple(found)


def _drift(snapshot: Snapshot, change_set: ChangeSet, run: Run | None, *, mask_of: Masking) -> _Drift:
    """Count the remaining rows that are as they were planned, and those that are not."""
    if change_set.folder is None or (run is not None and run.closed is not None):
        return _Drift()
    try:
        tables = {name: snapshot.table(name) for name in change_set.manifest.schema}
    except TableRefused:
        return _Drift()
    try:
        return _compared(snapshot, change_set, run, tables, mask_of=mask_of)
    except LinesErased:
        return _Drift()


def _compared(
    snapshot: Snapshot, change_set: ChangeSet, run: Run | None, tables: Mapping[str, Table], *, mask_of: Masking
) -> _Drift:
    scopes, decided, leaves = change_set.manifest.scope, run.decided if run else 0, change_set.manifest.leaves
    fresh = drifted = 0
    named: list[tuple[str, str]] = []
    remaining = Lines(change_set, start=decided)
    while decided < leaves:
        lines = plain_lines(remaining.take(ROWS))
        decided += len(lines)
        answers = ask_again(snapshot.answers, tables, scopes, lines)
        verdicts = decide(lines, read_rows(snapshot, tables, lines), answers)
        outcomes = Counter(one.outcome for line, one in zip(lines, verdicts, strict=True) if line.kind != "ask")
        fresh, drifted = fresh + outcomes["applied"], drifted + outcomes["conflict"]
        changed = (line for line, one in zip(lines, verdicts, strict=True) if of_its_own(one))
        named += [_named(line, mask_of) for line in islice(changed, MOST_LISTED - len(named))]
    return _Drift(fresh=fresh, drifted=drifted, rows=tuple(named))


def _named(line: Line, mask_of: Masking) -> tuple[str, str]:
    """Name a row by its table and key; of a question only what it asks by, for it holds values of rows."""
    if line.kind == "ask":
        return line.table, f"by {', '.join(line.key)} (case {line.case})"
    return line.table, key_for_eyes(line.table, line.key, mask_of=mask_of)
