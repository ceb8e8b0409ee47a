"""Listing: the fixes of a project in their order, and where each stands on a target; no script is run."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hffix.model.run import Past
from hffix.workflow.setting import Setting
from hffix.workflow.status import Status, past_if_any, standings

ROLLED_BACK = "rolled back"
PARTLY = "partly rolled back"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFix:
    """One fix: its newest change set on the target and that one's state and run, and every run of the fix there."""

    number: int
    id: str
    title: str
    change_set: str | None
    state: str | None
    run: int | None
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The fixes by number; where the target could not be reached, only what the manifests here say of them."""

    fixes: tuple[ListedFix, ...]
    reached: bool


def list_fixes(setting: Setting) -> Listing:
    """List the scripts of a project with where they stand on a target."""
    past, now = past_if_any(setting)
    told = standings(setting, past, now)
    taken_back = _taken_back(told, past) if past else {}
    by_fix: dict[str, list[Status]] = {}
    struck_from = {one.change_set.manifest.parent for one in told}
    for one in sorted(told, key=_planned):
        # From whatever rows were struck, its smaller change set stands where it stood.
        superseded = one.run is None and one.change_set.digest in struck_from
        if one.change_set.manifest.reverts is None and not superseded:
            by_fix.setdefault(one.change_set.manifest.fix.id, []).append(one)
    listed = (_listed(path, by_fix.get(path.stem, ()), taken_back) for path in _scripts(setting.project.fixes))
    return Listing(fixes=tuple(listed), reached=past is not None)


def _listed(path: Path, told: Sequence[Status], taken_back: Mapping[int, str]) -> ListedFix:
    newest = told[-1] if told else None
    run = newest.run if newest else None
    return ListedFix(
        number=int(path.stem[:4]),
        id=path.stem,
        title=_title(path),
        change_set=newest.change_set.id if newest else None,
        state=taken_back.get(run or 0, newest.state) if newest else None,
        run=run,
        runs=tuple(sorted(one.run for one in told if one.run is not None)),
    )


def _taken_back(told: Sequence[Status], past: Past) -> dict[int, str]:
    """Say of each run that inverse change sets took back whether all of its rows came back."""
    rows: dict[int, int] = {}
    for one in told:
        reverts = one.change_set.manifest.reverts
        if reverts is not None and one.run is not None and reverts.number in past.runs:
            rows[reverts.number] = rows.get(reverts.number, 0) + past.runs[one.run].applied
    return {run: ROLLED_BACK if count >= past.runs[run].applied else PARTLY for run, count in rows.items() if count}


def _planned(status: Status) -> tuple[str, bool, int]:
    # Of two that were planned within one second, the one without a run came later, if either has one.
    return status.change_set.manifest.snapshot, status.run is None, status.run or 0


def _scripts(fixes: Path) -> Iterator[Path]:
    yield from sorted(fixes.glob("[0-9][0-9][0-9][0-9]_*.py"))


def _title(path: Path) -> str:
    """Read a script's title without running it."""
    try:
        told = ast.get_docstring(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return "?"
    return (told or "?").partition("\n")[0].strip()
