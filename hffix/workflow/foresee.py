"""Foresee: whether anybody is left who could approve a new change set, so that nobody waits for a signature in vain."""

from hffix.errors.approvals import ApprovalError, NotApproved
from hffix.store.changesets import ChangeSet
from hffix.workflow.judge import judge
from hffix.workflow.rights import covered_by
from hffix.workflow.setting import Setting
from hffix.workflow.status import past_or_none


def why_nobody(setting: Setting, change_set: ChangeSet) -> str | None:
    """Say why nobody could ever approve a change set, or None where enough people could, or nothing is to be approved.

    A policy that cannot be read yet keeps nobody from planning.
    """
    if not change_set.manifest.leaves:
        return None
    try:
        rules = setting.rules()
    except ApprovalError:
        return None
    try:
        judgement = judge(
            change_set.manifest,
            digest=change_set.digest,
            lineage=change_set.manifest.target.lineage,
            statements=(),
            rules=rules,
            now=change_set.manifest.snapshot,
        )
    except NotApproved as uncovered:
        return uncovered.message
    hopeless = "; ".join(str(part) for part in judgement.quorum.parts if part.hopeless)
    if not hopeless:
        return None
    past, now = past_or_none(setting)
    covered = covered_by(setting, change_set, rules, past=past, operators=frozenset(), now=now)
    return None if covered is not None else hopeless
