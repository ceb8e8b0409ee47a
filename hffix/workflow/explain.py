"""Explain: what the policy asks for a change set, who has signed, who still could, and who never counts."""

from dataclasses import dataclass

from hffix.errors.approvals import NotApproved
from hffix.model.policy import Claims, Requirement
from hffix.model.quorum import Part, Quorum
from hffix.model.statement import Statement
from hffix.model.toml_lines import line_of, lines_of
from hffix.store import approvals
from hffix.store.changesets import ChangeSet
from hffix.workflow.approve_pair import standing_of_files
from hffix.workflow.judge import Ignored, Judgement, barred_from, claims_of, judge, purpose_of, revocations
from hffix.workflow.rights import covered_by
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.status import past_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One `[[require]]`: its line, and how it is met where it is about this change set."""

    line: int | None
    requirement: Requirement
    part: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What the policy says of one change set."""

    change_set: ChangeSet
    claims: Claims
    demands: tuple[Demand, ...]
    quorum: Quorum
    words: tuple[Statement, ...]
    ignored: tuple[Ignored, ...]
    barred: tuple[tuple[str, str], ...]
    strangers: tuple[str, ...]
    revoked: bool
    covered_by: int | None
    stands: bool

    @property
    def hopeless(self) -> bool:
        """Say whether nobody is left who could give what is missing."""
        return any(part.hopeless for part in self.quorum.parts)


def explain(setting: Setting, change_set: ChangeSet) -> Explained:
    """Hold a change set against the policy in force, demand by demand, by the target's clock where it can be read."""
    rules, manifest = setting.rules(), change_set.manifest
    past, now = past_or_none(setting)
    run = past.run_of(change_set.digest) if past else None
    operators: frozenset[str] = run.operators if run else frozenset()
    claims, stands = claims_of(manifest, purpose=purpose_of(manifest)), standing_of_files(setting)
    judgement = _judged(setting, change_set, rules, operators=operators, now=now)
    barred = barred_from(manifest, operators, policy=rules.policy)
    withdrawn = revocations(
        change_set.digest,
        lineage=manifest.target.lineage,
        statements=approvals.all_statements(setting.project),
        rules=rules,
        now=now,
    )
    return Explained(
        change_set=change_set,
        claims=claims,
        demands=tuple(_demands(rules, claims, judgement)),
        quorum=judgement.quorum,
        words=tuple(one.statement for one in judgement.counted),
        ignored=judgement.ignored,
        barred=tuple((person, part) for person, part in barred if rules.policy.person(person)),
        strangers=tuple(email for email in manifest.fix.authors if "@" in email and not _known(rules, email)),
        revoked=bool(withdrawn) or (past is not None and change_set.digest in past.revoked),
        covered_by=covered_by(setting, change_set, rules, past=past, operators=operators, now=now),
        stands=stands is None or bool(stands),
    )


def _judged(setting: Setting, change_set: ChangeSet, rules: Rules, *, operators: frozenset[str], now: str) -> Judgement:
    try:
        return judge(
            change_set.manifest,
            digest=change_set.digest,
            lineage=change_set.manifest.target.lineage,
            statements=approvals.statements(setting.project, change_set.digest),
            rules=rules,
            now=now,
            operators=operators,
        )
    except NotApproved:
        # No requirement covers it: that is what there is to explain.
        return Judgement(quorum=Quorum(()), counted=(), ignored=())


def _known(rules: Rules, email: str) -> bool:
    return rules.policy.person_of_email(email) is not None or rules.policy.person(email) is not None


def _demands(rules: Rules, claims: Claims, judgement: Judgement) -> list[Demand]:
    lines = lines_of(rules.pair.policy.decode("utf-8"))
    parts = iter(judgement.quorum.parts)
    return [
        Demand(line=line_of(("require", at), lines), requirement=one, part=next(parts) if one.matches(claims) else None)
        for at, one in enumerate(rules.policy.requirements)
    ]
