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
from hffix.errors.targets import NoChangeLog
from hffix.workflow.past import read_chain
from hffix.workflow.space import LEAST_SPACE
from hffix.workflow.witness import check_witnesses, refuse_lost_log

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look showed, and the refusal where something is missing."""

    name: str
    told: str
    problem: HffixError | None = None


def examine(call: Call) -> tuple[Finding, ...]:
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
    return versions, project, target, *(_look(name, partial(look, setting)) for name, look in looks)


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


def _space(setting: Setting) -> str:
    free = disk_usage(setting.project.folder).free
    if free < LEAST_SPACE:
        raise NoSpace(f"{free // 2**20} MB are free where backups/ lies")
    return f"{free // 2**20:,} MB free"
