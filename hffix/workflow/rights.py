"""The right to apply: approvals of this change set, or an approved run whose exact inverse it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from hffix.changelog.rows import LogRow
from hffix.database import Session
from hffix.errors.approvals import NotApproved, Revoked
from hffix.model import moment
from hffix.model.manifest import Reverts
from hffix.model.record import Revoke
from hffix.model.run import Past, Run
from hffix.model.statement import SECONDS_AHEAD
from hffix.store import approvals
from hffix.store.changesets import ChangeSet, known_manifest
from hffix.workflow.appending import append_record
from hffix.workflow.chunk import read_chunk
from hffix.workflow.judge import Counted, Judgement, judge, revocations
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.taking_back import first_stranger


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The approvals that a session rests on, and the manifest whose apply+rollback they are, where it is another."""

    judgement: Judgement
    inverse: str | None = None


def right_to_apply(
    setting: Setting,
    session: Session,
    change_set: ChangeSet,
    *,
    past: Past,
    run: Run | None,
    rules: Rules,
    operator: str,
    now: str,
) -> Right:
    """Judge the approvals by the target's clock; say who is missing where they are not enough."""
    lineage = past.found.lineage
    statements = approvals.all_statements(setting.project)
    withdrawn = revocations(change_set.digest, lineage=lineage, statements=statements, rules=rules, now=now)
    if withdrawn:
        _record_revocation(setting, session, change_set, withdrawn[0])
        raise Revoked(f"change set {change_set.id} was revoked by a signed statement")
    operators = {operator, *(run.operators if run else ())}
    judgement = judge(
        change_set.manifest,
        digest=change_set.digest,
        lineage=lineage,
        statements=approvals.statements(setting.project, change_set.digest),
        rules=rules,
        now=now,
        operators=operators,
    )
    if judgement.quorum:
        return Right(judgement=judgement)
    reverts = change_set.manifest.reverts
    if reverts is not None:
        original = original_judgement(setting, reverts, past=past, rules=rules, operators=frozenset(operators), now=now)
        run_back = past.runs.get(reverts.number)
        if original and original.quorum and run_back and _is_inverse(session, change_set, run_back):
            return Right(judgement=original, inverse=reverts.manifest)
    lacking = "; ".join(map(str, judgement.quorum.lacking))
    why = "".join(f"; {ignored}" for ignored in judgement.ignored)
    raise NotApproved(f"change set {change_set.id} is not approved: {lacking}{why}")


def _record_revocation(setting: Setting, session: Session, change_set: ChangeSet, withdrawn: Counted) -> None:
    """Record a revocation that came as a file: from now on it holds even where that file is lost."""
    if moment.seconds_between(session.now(), withdrawn.statement.signed) > SECONDS_AHEAD:
        return  # its record could stand only in the future, and nothing after it before then
    append_record(
        setting,
        session,
        lambda number, time: Revoke(
            number=number, time=time, manifests=(change_set.digest,), statement=withdrawn.digest
        ),
        signed=(withdrawn.statement.signed,),
    )


def covered_by(
    setting: Setting, change_set: ChangeSet, rules: Rules, *, past: Past | None, operators: frozenset[str], now: str
) -> int | None:
    """Name the run whose approvals cover its exact inverse too, where this may be that; apply compares the rows."""
    reverts = change_set.manifest.reverts
    if reverts is None or past is None:
        return None
    original = original_judgement(setting, reverts, past=past, rules=rules, operators=operators, now=now)
    return reverts.number if original is not None and original.quorum else None


def original_judgement(
    setting: Setting, reverts: Reverts, *, past: Past, rules: Rules, operators: frozenset[str], now: str
) -> Judgement | None:
    """Judge the statements that covered a run and its inverse in one; None where that run is not the one meant."""
    manifest = known_manifest(setting.project, reverts.manifest)
    run = past.runs.get(reverts.number)
    if manifest is None or run is None or run.opened.manifest != reverts.manifest or reverts.manifest in past.revoked:
        return None
    lineage, statements = past.found.lineage, approvals.all_statements(setting.project)
    # Its revocation may have come as a file, and be in no record yet.
    if revocations(reverts.manifest, lineage=lineage, statements=statements, rules=rules, now=now):
        return None
    return judge(
        manifest,
        digest=reverts.manifest,
        lineage=past.found.lineage,
        statements=approvals.statements(setting.project, reverts.manifest),
        rules=rules,
        now=now,
        operators=operators | run.operators,
        accepted=("apply+rollback",),
    )


def _is_inverse(session: Session, change_set: ChangeSet, run: Run) -> bool:
    """Say whether every line takes back an applied line of the run, or part of it, by the log and not the manifest."""
    return first_stranger(session, run, _rows(change_set)) is None


def _rows(change_set: ChangeSet) -> Iterator[LogRow]:
    """Read the lines as the log would hold them."""
    first = 1
    for block in change_set.blocks():
        yield from read_chunk(block, first=first).log.rows()
        first += len(block)
