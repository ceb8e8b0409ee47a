"""Verifying the word behind a run: its manifest, and the statements, judged as they stood when each session began."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hffix.errors import HffixError
from hffix.errors.approvals import KeyUnrevoked
from hffix.model import canonical
from hffix.model.manifest import Manifest, read_manifest
from hffix.model.record import Erase, Found, Move, Open, Resume
from hffix.model.run import Past, Run
from hffix.store import approvals
from hffix.store.approvals import Pair, Signed
from hffix.store.files import read
from hffix.store.verified import MANIFEST
from hffix.workflow.forward import unrevoked, went_back
from hffix.workflow.judge import Judgement, judge
from hffix.workflow.pairs import name_of, reached
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.verify_chain import Chain
from hffix.workflow.verify_findings import Findings

WENT_BACK: Final = "its policy and signers are older than those of the record before"
NOT_REACHED: Final = "no signed statements lead from the first policy and signers to its"

Sessions = tuple[Open | Resume, ...]
Words = Mapping[str, Signed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What the statements of a lineage's runs are judged with."""

    setting: Setting
    chain: Chain
    past: Past
    words: Words


def read_words(setting: Setting) -> dict[str, Signed]:
    """Read every signed statement, by the digest that records name it by."""
    return {canonical.digest(signed.data): signed for signed in approvals.all_statements(setting.project)}


def check_rights(judging: Judging, run: Run, findings: Findings) -> Manifest | None:
    """Check a run's manifest, and the statements of each session that wrote; give the manifest, if it is whole."""
    manifest = _manifest(judging, run, findings)
    if manifest is None:
        return None
    for session in _writing(run):
        _check_session(judging, run, session, manifest, findings)
    _check_revoked(judging, run, findings)
    return manifest


def rules_of(setting: Setting, *, policy: str, signers: str, revoked: str | None) -> Rules:
    """Read a policy, signers and revoked keys by their digests; refuse where one is not in the history."""
    kept = approvals.from_history
    return Rules.read(
        Pair(
            policy=kept(setting.project, policy),
            signers=kept(setting.project, signers),
            revoked=None if revoked is None else kept(setting.project, revoked),
        )
    )


def _manifest(judging: Judging, run: Run, findings: Findings) -> Manifest | None:
    opened, where = run.opened, f"run {run.id}"
    manifest, fault = approved_manifest(judging.setting, opened.manifest)
    if manifest is None:
        findings.problem("manifest", where, fault)
        return None
    if (manifest.root, manifest.leaves) != (opened.root, opened.leaves):
        findings.problem("approved-root", where, "its open record names another root than its manifest")
    if manifest.target.lineage != judging.past.found.lineage:
        findings.problem("other-lineage", where, "its manifest was planned on another lineage")
    planned = manifest.chain
    if planned.number >= run.id or judging.chain.heads.get(planned.number) != planned.head:
        findings.problem("chain-head", where, f"the chain did not hold the head at record {planned.number} of its plan")
    return manifest


def approved_manifest(setting: Setting, digest: str) -> tuple[Manifest | None, str]:
    """Read a manifest from beside its statements, or say why it cannot be."""
    path = setting.project.approvals / digest[:12] / MANIFEST
    if not path.is_file():
        return None, f"approvals/{digest[:12]}/{MANIFEST} is not there"
    data = read(path)
    if canonical.digest(data) != digest:
        return None, f"approvals/{digest[:12]}/{MANIFEST} is not the one that was approved"
    try:
        return read_manifest(data), ""
    except HffixError as fault:
        return None, fault.message


def _writing(run: Run) -> Iterator[Open | Resume]:
    """Give the open record, and each resume that a chunk follows: one that only closes needs no approval."""
    yield run.opened
    ends = [session.number for session in run.sessions[1:]]
    last = run.chunks[-1].number if run.chunks else 0
    for session, (start, end) in zip(run.sessions[1:], pairwise([*ends, last + 1]), strict=False):
        if any(start < chunk.number < end for chunk in run.chunks):
            yield session


def _check_session(judging: Judging, run: Run, session: Open | Resume, manifest: Manifest, findings: Findings) -> None:
    where = f"record {session.number}"
    named = [judging.words[digest] for digest in session.statements if digest in judging.words]
    for digest in session.statements:
        if digest not in judging.words:
            findings.problem("statement-missing", where, f"statement {digest[:12]} is not in approvals/")
    opened = run.opened
    try:
        rules = rules_of(judging.setting, policy=opened.policy, signers=opened.signers, revoked=session.revoked)
        judgement = _judged(judging, run, session, manifest, named, rules)
    except HffixError as fault:
        findings.problem("policy", where, fault.message)
        return
    if not is_reached(judging, rules, now=session.time):
        findings.problem("policy-not-reached", where, NOT_REACHED)
    if went_back_at(judging, rules, session):
        findings.problem("policy-went-back", where, WENT_BACK)
    lost = _unrevoked(judging, rules, session)
    if lost:
        findings.problem("key-unrevoked", where, f"earlier records know these keys to be revoked: {', '.join(lost)}")
    for ignored in judgement.ignored:
        findings.problem("statement", f"{where}, {ignored.file}", f"it does not count: {ignored.objection}")
    if not judgement.quorum:
        lacking = "; ".join(map(str, judgement.quorum.lacking))
        findings.problem("quorum", where, f"its statements do not meet the policy: {lacking}")
    if not rules.policy.may_operate(session.operator):
        findings.problem("operator", where, f"the policy did not let {session.operator} operate")


def is_reached(judging: Judging, rules: Rules, *, now: str, beginning: Found | None = None) -> bool:
    """Say whether signed statements lead from a lineage's first policy and signers to these, at a moment."""
    return reached(
        judging.setting.project,
        first=name_of(beginning or judging.past.found),
        wanted=rules.pair,
        statements=judging.words.values(),
        now=now,
    )


def went_back_at(judging: Judging, rules: Rules, record: Open | Resume | Erase | Move) -> bool:
    """Say whether a record names an older policy and signers than the record before; a resume names none."""
    if isinstance(record, Resume):
        return False
    return went_back(
        judging.setting.project,
        rules,
        past=judging.past,
        before=record.number,
        statements=judging.words.values(),
        now=record.time,
    )


def _unrevoked(judging: Judging, rules: Rules, session: Open | Resume) -> tuple[str, ...]:
    try:
        return unrevoked(judging.setting.project, rules, past=judging.past, before=session.number)
    except KeyUnrevoked:
        return ()  # what is missing from the history is told where it was used


def _judged(
    judging: Judging, run: Run, session: Open | Resume, manifest: Manifest, named: list[Signed], rules: Rules
) -> Judgement:
    """Judge the statements of a session; those of the run that it takes back, where they covered both."""
    lineage, reverts = judging.past.found.lineage, manifest.reverts
    own = judge(
        manifest,
        digest=run.opened.manifest,
        lineage=lineage,
        statements=named,
        rules=rules,
        now=session.time,
        operators=run.operators,
    )
    original = judging.past.runs.get(reverts.number) if reverts and run.opened.inverse == reverts.manifest else None
    if own.quorum or original is None or original.opened.manifest != run.opened.inverse:
        return own
    taken, _ = approved_manifest(judging.setting, original.opened.manifest)
    if taken is None:
        return own
    return judge(
        taken,
        digest=original.opened.manifest,
        lineage=lineage,
        statements=named,
        rules=rules,
        now=session.time,
        operators=run.operators | original.operators,
        accepted=("apply+rollback",),
    )


def _check_revoked(judging: Judging, run: Run, findings: Findings) -> None:
    """Tell of a run that went on after its revocation; one that was revoked afterwards is worth a note."""
    for record in judging.chain.revocations:
        if run.opened.manifest not in record.manifests:
            continue
        if any(record.number < written.number for written in (run.opened, *run.chunks)):
            where = f"run {run.id}"
            findings.problem("revoked", where, f"it went on after record {record.number} revoked its change set")
        else:
            findings.note(f"the change set of run {run.id} was revoked afterwards, by record {record.number}")
