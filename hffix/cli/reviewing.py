"""show and status: what a change set holds, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call

FORMATS = ("text", "json", "markdown")


@command()
@click.argument("change_set")
@click.option("--shapes", is_flag=True, help="Every shape, not only the rarest and the commonest.")
@click.option("--table", metavar="TABLE", help="Only this table.")
@click.option("--shape", type=int, metavar="N", help="The rows of one shape, by its number.")
@click.option("--only", type=click.Choice(["unresolved"]), help="Only the rows that are left to people.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="markdown fits a pull request.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.option("--force", is_flag=True, help="Replace the file of -o if it is there.")
@click.option("--unmask", is_flag=True, help="Show personal data whole.")
def show(
    call: Call,
    *,
    change_set: str,
    shapes: bool,
    table: str | None,
    shape: int | None,
    only: str | None,
    form: str,
    output: Path | None,
    force: bool,
    unmask: bool,
) -> Answer:
    """Show CHANGE_SET as a person reviews it, by the shapes of its changes; no database is needed."""
    from hffix.cli.output import write_page
    from hffix.cli.render_review import review_answer, written_answer
    from hffix.workflow.show import review
    from hffix.workflow.status import status

    found = call.change_set(change_set)
    stands = status(call.setting(of=found), found, rows=False)
    reviewed = review(
        found,
        project=call.project,
        state=stands.state,
        lacking=() if stands.run else stands.lacking,
        covered_by=stands.covered_by,
        unmask=unmask,
        table=table,
        shape=shape,
        only_unresolved=only is not None,
    )
    answer = review_answer(reviewed, form=form, every_shape=shapes, say=call.say, width=call.width)
    if output is None:
        return answer
    write_page(answer.page, output, project=call.project, force=force)
    return written_answer(answer, output, say=call.say, width=call.width)


@command()
@click.argument("change_set", required=False)
@click.option("--fix", metavar="FIX", help="Only the change sets of this fix, on every target.")
def status(call: Call, *, change_set: str | None, fix: str | None) -> Answer:
    """Say where CHANGE_SET stands, or all of them: approvals held and missing, the run, fresh or drifted rows."""
    from hffix.cli.render_status import overview_answer, status_answer
    from hffix.store.changesets import damaged
    from hffix.workflow.status import overview, status

    if change_set is not None:
        found = call.change_set(change_set)
        return status_answer(status(call.setting(of=found), found), say=call.say, width=call.width)
    targets = call.project.targets if fix is not None and call.target is None else [None]
    told = [one for target in targets for one in overview(call.setting(target=target))]
    if fix is not None:
        wanted = fix.rjust(4, "0") if fix.isdecimal() else Path(fix).stem
        told = [one for one in told if wanted in {one.change_set.manifest.fix.id, one.change_set.manifest.fix.id[:4]}]
    return overview_answer(told, damaged=damaged(call.project), say=call.say, width=call.width)
