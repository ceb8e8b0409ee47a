"""Plan: run a fix over one snapshot of the target and write its change set; nothing in the target changes."""

import platform
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

import hffix
from hffix.authoring.loading import Script, find_script, load
from hffix.changelog import install, reader
from hffix.database import Snapshot, open_for_reading
from hffix.errors.fixes import NotRepeatable, ScriptEdited
from hffix.errors.targets import NoChangeLog, QueryFailed
from hffix.model.change import SEED_BYTES
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, TargetFacts, Trial
from hffix.model.policy import Policy
from hffix.model.record import Open
from hffix.model.scope import Lookup
from hffix.store import changesets
from hffix.store.changesets import ChangeSet, Draft
from hffix.store.history import history
from hffix.workflow.bind import Binding, bind
from hffix.workflow.conditions import check_requires
from hffix.workflow.correct import bind_corrections
from hffix.workflow.drafting import BoundCorrections, Drafting
from hffix.workflow.measure import Measure
from hffix.workflow.past import read_chain
from hffix.workflow.setting import Setting, Step
from hffix.workflow.trial import TrialResult, try_out

Repeat = Callable[[bytes], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a plan found, and the notes that a person should read."""

    change_set: ChangeSet
    notes: tuple[str, ...]
    trial_seconds: float | None


def plan(setting: Setting, *, fix: str, trial: bool = False, repeat: Repeat | None = None) -> Planned:
    """Plan one fix on one target."""
    script = load(find_script(setting.project.fixes, fix))
    seed = secrets.token_bytes(SEED_BYTES)
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        facts, chain = _planned_on(setting, snapshot, script)
        binding = bind(script, snapshot)
        _check_requires(snapshot, script)
        with changesets.draft(setting.project.changesets) as draft:
            measure, corrections = draft_lines(setting, script, snapshot, binding=binding, seed=seed, draft=draft)
            manifest = _manifest(setting, script, snapshot, binding=binding, draft=draft, measure=measure)
            manifest = msgspec.structs.replace(manifest, target=facts, chain=chain, lookups=corrections)
            if repeat is not None:
                _refuse_other_root(manifest, repeat(seed))
            outcome = try_out(setting, draft.preview(manifest)) if trial and manifest.leaves else None
            change_set = draft.finish(
                _with_trial(manifest, outcome),
                schema={name: table.describe() for name, table in binding.tables.items()},
                approvals=setting.project.approvals,
            )
        notes = snapshot.notes
    return Planned(change_set=change_set, notes=notes, trial_seconds=outcome.seconds if outcome else None)


def draft_lines(
    setting: Setting, script: Script, snapshot: Snapshot, *, binding: Binding, seed: bytes, draft: Draft
) -> tuple[Measure, dict[str, Lookup]]:
    """Write the lines of a plan into a draft; give its sums and the digests of the files it read."""
    measure = Measure(script.fix.kept)
    corrections: dict[int, BoundCorrections] = {}
    digests: dict[str, Lookup] = {}
    for bound in binding.scopes:
        if bound.facts.kind == "corrections":
            found = bind_corrections(
                setting.project.corrections, bound, snapshot=snapshot, table=binding.tables[bound.facts.table]
            )
            corrections[bound.number] = found.bound
            digests[found.name] = Lookup(digest=found.digest, file=found.name, table=None, key=None, value=None)
    Drafting(
        script=script,
        binding=binding,
        snapshot=snapshot,
        seed=seed,
        draft=draft,
        measure=measure,
        corrections=corrections,
        mask_of=setting.project.mask_of,
        watch=lambda rows: setting.watch(Step(name="plan", done=rows, total=None)),
    ).run()
    return measure, digests


def _check_requires(snapshot: Snapshot, script: Script) -> None:
    try:
        check_requires(snapshot, script.fix.required)
    except QueryFailed as fault:
        raise QueryFailed(f"{script.path.name}: {fault.message}") from fault


def _planned_on(setting: Setting, snapshot: Snapshot, script: Script) -> tuple[TargetFacts, Place]:
    """Find the lineage and the head that this plan rests on; refuse a script that was edited since it was applied."""
    if not install.exists(snapshot):
        raise NoChangeLog(f"the target {setting.target.name} has no change log")
    past = read_chain(snapshot)
    head = reader.read_head(snapshot)
    for run in past.runs.values():
        _refuse_edited(setting, script, run.opened)
    facts = TargetFacts(name=setting.target.name, lineage=past.found.lineage, dialect=snapshot.dialect)
    return facts, Place(number=head.number, head=head.head)


def _refuse_edited(setting: Setting, script: Script, opened: Open) -> None:
    earlier = changesets.known_manifest(setting.project, opened.manifest)
    if earlier and earlier.fix.id == script.id and earlier.reverts is None and earlier.fix.files != script.files:
        changed = [name for name in script.files if earlier.fix.files.get(name) != script.files[name]]
        raise ScriptEdited(f"{', '.join(changed) or script.path.name} was changed since run {opened.run} applied it")


def _manifest(
    setting: Setting, script: Script, snapshot: Snapshot, *, binding: Binding, draft: Draft, measure: Measure
) -> Manifest:
    fix, sums = script.fix, draft.sums
    policy = setting.policy_if_any()
    planner = setting.planner(policy)
    commit, authors = _written_by(script, policy)
    return Manifest(
        format=FORMAT,
        fix=FixFacts(
            id=script.id,
            title=script.title,
            reason=script.reason,
            author=fix.author,
            authors=tuple(sorted({fix.author, *authors})),
            commit=commit,
            ticket=fix.ticket,
            risk=fix.risk,
            files=script.files,
            on_conflict=fix.on_conflict,
            params={},
            after=(),
        ),
        target=TargetFacts(name=setting.target.name, lineage="", dialect=snapshot.dialect),
        chain=Place(number=0, head=""),
        schema={name: table.digest for name, table in binding.tables.items()},
        scope=tuple(bound.facts for bound in binding.scopes),
        side_effects=tuple(fix.effects),
        requires=tuple(fix.required),
        ensures=tuple(fix.ensured),
        snapshot=snapshot.now(),
        counts=measure.counts(),
        keeps=measure.keeps(),
        lookups={},
        root=sums.root,
        leaves=sums.leaves,
        parts=sums.parts,
        unresolved=sums.unresolved,
        irreversible=None,
        trial=None,
        struck=None,
        parent=None,
        reverts=None,
        planner=planner,
        versions={"hffix": hffix.__version__, "python": platform.python_version(), **snapshot.versions()},
    )


def _written_by(script: Script, policy: Policy | None) -> tuple[str | None, set[str]]:
    told = history(script.path)
    return told.commit, {(policy.person_of_email(email) if policy else None) or email for email in told.authors}


def _with_trial(manifest: Manifest, outcome: TrialResult | None) -> Manifest:
    if outcome is None:
        return manifest
    trial = Trial(time=outcome.time, rows=outcome.rows, ensures=outcome.ensures)
    return msgspec.structs.replace(manifest, trial=trial, irreversible=outcome.irreversible)


def _refuse_other_root(manifest: Manifest, roots: tuple[str, str]) -> None:
    if roots != (manifest.root, manifest.unresolved.root):
        raise NotRepeatable("planned again in a second process, the fix gave other rows")
