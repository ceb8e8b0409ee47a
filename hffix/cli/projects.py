"""init and list: a project's beginning, and the fixes that it holds."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hffix.cli.call import Call
    from hffix.workflow.status import Status


@command(target=False)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(call: Call, *, folder: Path) -> Answer:
    """Make a project in DIR: hffix.toml, a policy to fill in, and the folders; what exists is left."""
    from hffix.cli.page import page
    from hffix.store.projects import init_project

    folder = folder.absolute()
    created = [str(path.relative_to(folder)) for path in init_project(folder)]
    text = "A project is in {folder}." if created else "A project is in {folder} already; nothing was written."
    edit = call.say.word("edit hffix.toml, approvals/policy.toml and approvals/allowed_signers; then")
    return Answer(
        page=page(
            call.say(text, folder=str(folder)),
            say=call.say,
            width=call.width,
            facts=[("made", ", ".join(created))] if created else (),
            after=f"{edit}  hffix init-target",
        ),
        data={"project": str(folder), "created": created},
    )


@command()
def list_fixes(call: Call) -> Answer:
    """List the fixes, and where their change sets on the target stand; no script is run."""
    from hffix.cli.page import page
    from hffix.reports.tables import table
    from hffix.workflow.status import overview

    setting = call.setting()
    listed = list(_listed(call.project.fixes, overview(setting)))
    headings = [call.say.word(heading) for heading in ("fix", "title", "change set", "state")]
    rows = [(*row[:3], call.say.word(row[3]) if row[3] else None) for row in listed]
    lines = [table(headings, rows=rows, width=call.width)] if rows else []
    verdict = call.say("{count:fix|fixes} on {target}", count=len(listed), target=setting.target.name)
    fixes = [dict(zip(("fix", "title", "change_set", "state", "run"), row, strict=True)) for row in listed]
    unplanned = next((row[0] for row in listed if row[2] is None), None)
    after = f"hffix plan {unplanned}" if unplanned else "hffix status"
    return Answer(
        page=page(verdict, say=call.say, width=call.width, lines=lines, after=after),
        data={"target": setting.target.name, "fixes": fixes},
    )


def _listed(fixes: Path, told: Sequence[Status]) -> Iterator[tuple[str, str, str | None, str | None, int | None]]:
    newest = {one.change_set.manifest.fix.id: one for one in sorted(told, key=_planned)}
    for path in sorted(fixes.glob("[0-9][0-9][0-9][0-9]_*.py")):
        found = newest.get(path.stem)
        stands = (found.change_set.id, found.state, found.run) if found else (None, None, None)
        yield path.stem, _title(path), *stands


def _planned(status: Status) -> str:
    return status.change_set.manifest.snapshot


def _title(path: Path) -> str:
    """Read a script's title without running it."""
    try:
        told = ast.get_docstring(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return "?"
    return (told or "?").partition("\n")[0].strip()
