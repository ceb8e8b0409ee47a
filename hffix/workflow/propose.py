"""Propose: what a branch asks for, planned where it may be planned, and held against what git already knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hffix.errors import HffixError
from hffix.errors.fixes import AfterUnmet, BadParam, OtherTarget
from hffix.reports.proposal import Proposal, ProposedFix
from hffix.store import branch
from hffix.store.branch import Kept
from hffix.workflow.check_policy import check_policy
from hffix.workflow.judge import judge, lacking_of
from hffix.workflow.offline import Against, contradictions
from hffix.workflow.plan import plan
from hffix.workflow.rowless import rows_in
from hffix.workflow.setting import Setting
from hffix.workflow.show import review

# What keeps a fix from being planned before it is merged, and is no fault of it.
WAITING: Final = (AfterUnmet, BadParam, OtherTarget)


def propose(setting: Setting, *, base: str | None, planned: bool = True) -> Proposal:
    """Look at a branch beside its base; plan the scripts that it brings, on the setting's target."""
    files = branch.proposed(setting.folder, base=base)
    against = (*contradictions(setting.project), *_rows(files), *_unsigned_pair(setting))
    scripts = branch.scripts_of(files)
    fixes = tuple(_planned(setting, one) if planned else ProposedFix(id=one) for one in scripts)
    return Proposal(target=setting.target.name if planned else None, fixes=fixes, against=against)


def staged_rows(folder: Path) -> tuple[Against, ...]:
    """Name the files of the next commit that hold rows of people, or keys."""
    return tuple(_rows(branch.staged(folder)))


def _unsigned_pair(setting: Setting) -> Iterator[Against]:
    """Say who must sign the policy and signers of the branch, where they are not those that the record stands on."""
    try:
        standing = check_policy(setting).standing
    except HffixError as fault:
        yield "approvals/policy.toml, approvals/allowed_signers", fault.message
        return
    for part in standing.lacking if standing is not None else ():
        yield "approvals/policy.toml, approvals/allowed_signers", f"they changed, and too few have signed that: {part}"


def _rows(files: tuple[Kept, ...]) -> Iterator[Against]:
    for path, why in rows_in(files):
        yield str(path), why


def _planned(setting: Setting, fix: str) -> ProposedFix:
    try:
        change_set = plan(setting, fix=fix).change_set
        judgement = judge(
            change_set.manifest,
            digest=change_set.digest,
            lineage=change_set.manifest.target.lineage,
            statements=(),
            rules=setting.rules(),
            now=change_set.manifest.snapshot,
        )
        lacking = lacking_of(judgement.quorum)
        shown = review(change_set, project=setting.project, state="planned", lacking=lacking)
    except HffixError as refused:
        return ProposedFix(id=fix, refused=refused, waits=isinstance(refused, WAITING))
    return ProposedFix(id=fix, review=shown, parts=judgement.quorum.parts)
