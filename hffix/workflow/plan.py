"""Plan: run a fix over one snapshot of the target and write its change set; nothing in the target changes."""

import platform
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

import hffix
from hffix.authoring.loading import Script, find_script, load
from hffix.changelog import install, reader
from hffix.database import Snapshot, open_for_reading
from hffix.database.claims import claims
from hffix.errors.fixes import OtherTarget, ScriptEdited
from hffix.errors.targets import NoChangeLog, QueryFailed
from hffix.model.change import SEED_BYTES
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, TargetFacts, Trial
from hffix.model.policy import Policy
from hffix.model.record import Open
from hffix.model.scope import Lookup
from hffix.store import changesets
from hffix.store.changesets import ChangeSet, Draft
from hffix.store.history import history
from hffix.workflow.after import refuse_before
from hffix.workflow.bind import Binding, bind
from hffix.workflow.cases import CaseDrafting
from hffix.workflow.conditions import check_requires
from hffix.workflow.correct import bind_corrections
from hffix.workflow.drafting import BoundCorrections, Drafting
from hffix.workflow.given import Given, give
from hffix.workflow.grants import grants_to_plan, refuse_lacking
from hffix.workflow.lines import LineWriter
from hffix.workflow.measure import Measure
from hffix.workflow.past import read_chain
from hffix.workflow.planning import Planning
from hffix.workflow.rooting import Roots
from hffix.workflow.setting import Setting, Step
from hffix.workflow.trial import TrialResult, try_out

NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


class Second(Protocol):
    """The same plan, made again in a second process."""

    def begin(self, snapshot: Snapshot, *, seed: bytes) -> Snapshot:
        """Begin it on the same state; give the snapshot that the first plan is to read."""

    def compare(self, root: str, unresolved: str) -> None:
        """Refuse a fix that gave other rows."""


class Repeat(Protocol):
    """How a plan is made twice."""

    def beside(self) -> AbstractContextManager[Second]:
        """Make the second plan ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a plan found, and the notes that a person should read."""

    change_set: ChangeSet
    notes: tuple[str, ...]
    trial_seconds: float | None


def plan(
    setting: Setting,
    *,
    fix: str,
    params: Mapping[str, str] = NO_TEXTS,
    trial: bool = False,
    repeat: Repeat | None = None,
) -> Planned:
    """Plan one fix on one target, with its params by name."""
    script = load(find_script(setting.project.fixes, fix))
    seed = secrets.token_bytes(SEED_BYTES)
    with (
        repeat.beside() if repeat else nullcontext() as second,
        open_for_reading(setting.url, folder=setting.folder) as opened,
    ):
        snapshot = second.begin(opened, seed=seed) if second else opened
        facts, chain = _planned_on(setting, snapshot, script)
        refuse_lacking(snapshot, grants_to_plan(script.fix))
        given = give(setting.project, script, snapshot, params=params, seed=seed)
        binding = bind(script, snapshot, params=given.bound)
        _check_requires(snapshot, script, given)
        with Roots() as roots, changesets.draft(setting.project.changesets, rooted=roots) as draft:
            measure, corrections = draft_lines(
                setting, script, snapshot, binding=binding, given=given, seed=seed, draft=draft
            )
            manifest = _manifest(setting, script, snapshot, binding=binding, given=given, draft=draft, measure=measure)
            lookups = corrections | given.lookups
            manifest = msgspec.structs.replace(manifest, target=facts, chain=chain, lookups=lookups)
            if second is not None:
                second.compare(manifest.root, manifest.unresolved.root)
            outcome = None
            if trial and manifest.leaves:
                outcome = try_out(setting, draft.preview(manifest), params=given.bound)
            change_set = draft.finish(
                _with_trial(manifest, outcome),
                schema={name: table.describe() for name, table in binding.tables.items()},
                params=given.lines,
                approvals=setting.project.approvals,
            )
        notes = snapshot.notes
    return Planned(change_set=change_set, notes=notes, trial_seconds=outcome.seconds if outcome else None)


def draft_lines(
    setting: Setting,
    script: Script,
    snapshot: Snapshot,
    *,
    binding: Binding,
    given: Given,
    seed: bytes,
    draft: Draft,
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

    def watch(rows: int) -> None:
        setting.watch(Step(name="plan", done=rows, total=None))

    with claims() as claimed:
        planning = Planning(
            script=script,
            binding=binding,
            snapshot=snapshot,
            given=given,
            writer=LineWriter(seed),
            claims=claimed,
            draft=draft,
            measure=measure,
            mask_of=setting.project.mask_of,
            watch=watch,
        )
        Drafting(planning, corrections).run()
        CaseDrafting(planning).run()
    return measure, digests


def _check_requires(snapshot: Snapshot, script: Script, given: Given) -> None:
    try:
        check_requires(snapshot, script.fix.required, params=given.bound)
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
    _refuse_elsewhere(script, setting.target.name)
    refuse_before(setting.project, past, script.fix.after)
    facts = TargetFacts(name=setting.target.name, lineage=past.found.lineage, dialect=snapshot.dialect)
    return facts, Place(number=head.number, head=head.head)


def _refuse_elsewhere(script: Script, target: str) -> None:
    named = script.fix.targets
    if named and not any(fnmatchcase(target, pattern) for pattern in named):
        raise OtherTarget(f"{script.path.name} is for {', '.join(named)}, and not for {target}")


def _refuse_edited(setting: Setting, script: Script, opened: Open) -> None:
    earlier = changesets.known_manifest(setting.project, opened.manifest)
    if earlier and earlier.fix.id == script.id and earlier.reverts is None and earlier.fix.files != script.files:
        changed = [name for name in script.files if earlier.fix.files.get(name) != script.files[name]]
        raise ScriptEdited(f"{', '.join(changed) or script.path.name} was changed since run {opened.run} applied it")


def _manifest(
    setting: Setting,
    script: Script,
    snapshot: Snapshot,
    *,
    binding: Binding,
    given: Given,
    draft: Draft,
    measure: Measure,
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
            params=given.facts,
            after=fix.after,
        ),
        target=TargetFacts(name=setting.target.name, lineage="", dialect=snapshot.dialect),
        chain=Place(number=0, head=""),
        schema={name: table.digest for name, table in binding.tables.items()},
        scope=binding.facts,
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
    told = history(script.path, beside=[name for name in script.files if name != script.path.name])
    return told.commit, {(policy.person_of_email(email) if policy else None) or email for email in told.authors}


def _with_trial(manifest: Manifest, outcome: TrialResult | None) -> Manifest:
    if outcome is None:
        return manifest
    trial = Trial(time=outcome.time, rows=outcome.rows, ensures=outcome.ensures)
    return msgspec.structs.replace(manifest, trial=trial, irreversible=outcome.irreversible)
