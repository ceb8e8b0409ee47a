"""Grants: what each role needs in the database for the fixes of a project, and what an account lacks of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from hffix.authoring.fix import Fix
from hffix.authoring.loading import Script, find_script, load
from hffix.authoring.tables import tables_in
from hffix.changelog.grants import OF_ROLE
from hffix.database import Snapshot
from hffix.database.grants import Script as Statements
from hffix.database.grants import script_of
from hffix.errors import HffixError
from hffix.errors.targets import GrantLacking
from hffix.model.grant import ROLES, STAGE, Grant, Lacking, Role, together
from hffix.model.schema import ForeignKey
from hffix.workflow.chunk import ACTING
from hffix.workflow.setting import Setting

# The first of these that the policy gives to a person says what his account is for.
_OF_POLICY: Final[Mapping[str, Role]] = {
    "operator": "operator",
    "author": "planner",
    "auditor": "auditor",
    "leader": "approver",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Statements for each role, and the fixes that they were made for."""

    statements: Statements
    fixes: tuple[str, ...]


def print_grants(setting: Setting, *, fixes: Sequence[str] = ()) -> Printed:
    """Write what each role needs on the target, for the fixes named or for all; nothing is asked of the database."""
    scripts = scripts_for(setting, fixes)
    wanted = {role: grants_of(setting, role, scripts) for role in ROLES}
    return Printed(statements=script_of(setting.url, wanted), fixes=tuple(script.id for script in scripts))


def scripts_for(setting: Setting, fixes: Sequence[str] = ()) -> tuple[Script, ...]:
    """Load the fixes that may be planned on the target: those named, or all. Their functions are not called."""
    folder = setting.project.fixes
    paths = [find_script(folder, fix) for fix in fixes] or sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.py"))
    scripts = (load(path) for path in paths)
    name = setting.target.name
    return tuple(s for s in scripts if not s.fix.targets or any(fnmatchcase(name, one) for one in s.fix.targets))


def grants_of(setting: Setting, role: Role, scripts: Iterable[Script]) -> tuple[Grant, ...]:
    """List what a role does with the change log, and with the tables of these fixes."""
    folded = setting.url.startswith("postgresql")
    throttle = tables_in(setting.project.throttle or "", folded=folded) if role == "operator" else ()
    fixes = [script.fix for script in scripts]
    of_fixes = (grant for fix in fixes for grant in _of_fix(fix, role, folded=folded))
    return together((*OF_ROLE[role], *(Grant(action="SELECT", table=name) for name in throttle), *of_fixes))


def grants_of_reached(snapshot: Snapshot, scripts: Iterable[Script]) -> tuple[Grant, ...]:
    """List the tables whose rows the database itself would change or delete with rows that fixes may touch."""
    deleted: set[str] = set()
    updated: dict[str, set[str]] = {}
    for script in scripts:
        for grant in _written(script.fix):
            if grant.action == "DELETE":
                deleted.add(grant.table)
            elif grant.action == "UPDATE":
                updated.setdefault(grant.table, set()).update(grant.columns)
    return together(
        Grant(action="SELECT", table=link.table)
        for name in sorted(deleted | updated.keys())
        for link in _referring(snapshot, name)
        if (link.on_delete in ACTING and name in deleted)
        or (link.on_update in ACTING and not updated.get(name, set()).isdisjoint(link.to_columns))
    )


def _referring(snapshot: Snapshot, name: str) -> tuple[ForeignKey, ...]:
    # A table that is refused is refused by a plan as well, which says why.
    with suppress(HffixError):
        return snapshot.table(name).referred
    return ()


def grants_to_plan(fix: Fix) -> tuple[Grant, ...]:
    """List what a plan reads because the fix declares it."""
    return together(_read(fix))


def refuse_lacking(snapshot: Snapshot, grants: Iterable[Grant]) -> None:
    """Refuse an account that lacks any of these rights, naming all of them."""
    lacking = snapshot.lacking(tuple(grants))
    if lacking:
        raise GrantLacking(f"the account of the url lacks {told(lacking)}")


def told(lacking: Sequence[Lacking]) -> str:
    """Name rights in one line."""
    return "; ".join(one.told for one in lacking)


def role_of(setting: Setting, person: str | None) -> Role:
    """Say what the account of a person is for, by the roles that the policy gives him; else to plan."""
    policy = setting.policy_if_any()
    known = policy.person(person) if policy and person else None
    return next((role for name, role in _OF_POLICY.items() if known and name in known.roles), "planner")


def _of_fix(fix: Fix, role: Role, *, folded: bool) -> Iterator[Grant]:
    if role == "approver":
        return
    if role in {"auditor", "eraser"}:
        yield from (Grant(action="SELECT", table=grant.table) for grant in _written(fix) if grant.action != "LOCK")
        return
    yield STAGE
    named = (name for _, sql in fix.texts() for name in tables_in(sql, folded=folded))
    yield from (*_read(fix), *(Grant(action="SELECT", table=table) for table in named))
    if role == "operator":
        yield from _written(fix)


def _read(fix: Fix) -> Iterator[Grant]:
    lookups = (lookup.table for lookup in fix.lookups.values() if lookup.table is not None)
    cases = (table for cases in fix.case_scopes for table in cases.tables)
    for table in (*(scope.table for scope in fix.scopes), *cases, *lookups):
        yield Grant(action="SELECT", table=table)
    # Whether a key could still be handed out to somebody else is looked at before a row is inserted with it.
    yield from (Grant(action="NUMBER", table=table) for cases in fix.case_scopes for table in cases.inserts)


def _written(fix: Fix) -> Iterator[Grant]:
    """List what writing needs, and taking back: what was deleted is inserted again, and what was inserted goes."""
    for scope in fix.scopes:
        if scope.kind == "delete":
            yield from _whole_rows(scope.table)
        else:
            yield Grant(action="UPDATE", table=scope.table, columns=scope.writes)
    for cases in fix.case_scopes:
        yield from (Grant(action="LOCK", table=table, columns=columns) for table, columns in cases.reads.items())
        yield from (Grant(action="UPDATE", table=table, columns=columns) for table, columns in cases.writes.items())
        for table in (*cases.inserts, *cases.deletes):
            yield from _whole_rows(table)


def _whole_rows(table: str) -> Iterator[Grant]:
    # Who may delete and insert may change whatever he likes: a lock by way of UPDATE gives nothing more.
    yield Grant(action="INSERT", table=table)
    yield Grant(action="DELETE", table=table)
    yield Grant(action="LOCK", table=table)
