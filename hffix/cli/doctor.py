"""Doctor: one look at each thing that a correction needs."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from shutil import disk_usage
from typing import TYPE_CHECKING

import hffix
from hffix.changelog import install
from hffix.database import open_for_reading
from hffix.errors import HffixError
from hffix.errors.applying import NoSpace
from hffix.errors.targets import GrantLacking, NoChangeLog
from hffix.model.grant import together
from hffix.workflow.grants import grants_of, grants_of_reached, role_of, scripts_for, told
from hffix.workflow.past import read_chain
from hffix.workflow.space import LEAST_SPACE
from hffix.workflow.witness import check_witnesses, refuse_lost_log

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.model.grant import Role
    from hffix.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look showed, and the refusal where something is missing."""

    name: str
    told: str
    problem: HffixError | None = None
    remedies: tuple[str, ...] = ()


def examine(call: Call, *, role: Role | None = None) -> tuple[Finding, ...]:
    """Look at everything; what cannot be looked at for want of a project is left out."""
    versions = Finding(name="versions", told=f"hffix {hffix.__version__}, python {platform.python_version()}")
    project = _look("project", lambda: str(call.project.folder))
    if project.problem is not None:
        return versions, project
    target = _look("target", lambda: call.setting().target.name)
    if target.problem is not None:
        return versions, project, target
    setting = call.setting()
    looks = (
        ("policy", _policy),
        ("key", _key),
        ("database", _database),
        ("change log", _change_log),
        ("witnesses", _witnesses),
        ("space", _space),
    )
    findings = tuple(_look(name, partial(look, setting)) for name, look in looks)
    return versions, project, target, *findings, _rights(setting, role or role_of(setting, call.acting))


def _look(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, told=look())
    except HffixError as problem:
        return Finding(name=name, told=f"{problem.code} {problem.message}", problem=problem)


def _policy(setting: Setting) -> str:
    rules = setting.rules()
    return f"{len(rules.policy.people)} people, {len(rules.signers.entries)} keys"


def _key(setting: Setting) -> str:
    signers = setting.rules().signers
    return setting.key(signers).public.fingerprint


def _database(setting: Setting) -> str:
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        return ", ".join(f"{name} {version}" for name, version in snapshot.versions().items())


def _change_log(setting: Setting) -> str:
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        revision = install.revision(snapshot)
        if revision is None:
            raise NoChangeLog(f"the target {setting.target.name} has no change log")
        past = read_chain(snapshot)
    newest = install.newest()
    return f"revision {revision} of {newest}, lineage {past.found.lineage}, {len(past.runs)} runs"


def _witnesses(setting: Setting) -> str:
    """Hold the target against its place, its receipts and this machine's journal, as apply would."""
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        if install.revision(snapshot) is None:
            refuse_lost_log(setting)
            return "none yet"
        witnessed = check_witnesses(setting, snapshot, read_chain(snapshot))
    newest = witnessed.newest
    return f"the newest receipt covers record {newest.number}" if newest else "no receipt yet"


def _rights(setting: Setting, role: Role) -> Finding:
    """Say what the account of the url lacks for its role, for the fixes that are here."""
    try:
        scripts = scripts_for(setting)
        grants = grants_of(setting, role, scripts)
        with open_for_reading(setting.url, folder=setting.folder) as snapshot:
            reached = grants_of_reached(snapshot, scripts) if role in {"planner", "operator"} else ()
            lacking = snapshot.lacking(together((*grants, *reached)))
    except HffixError as problem:
        return Finding(name="rights", told=f"{problem.code} {problem.message}", problem=problem)
    if not lacking:
        return Finding(name="rights", told=f"{role}, for {len(scripts)} {'fix' if len(scripts) == 1 else 'fixes'}")
    missing = GrantLacking(f"as {role}, the account of the url lacks {told(lacking)}")
    remedies = tuple(one.remedy for one in lacking)
    return Finding(name="rights", told=f"{missing.code} {missing.message}", problem=missing, remedies=remedies)


def _space(setting: Setting) -> str:
    free = disk_usage(setting.project.folder).free
    if free < LEAST_SPACE:
        raise NoSpace(f"{free // 2**20} MB are free where backups/ lies")
    return f"{free // 2**20:,} MB free"
