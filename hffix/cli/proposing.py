"""ci: what a branch proposes, for the page of its pull request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@command(plans=True)
@click.option("--base", metavar="REF", help="What the branch goes to; else origin's main branch.")
@click.option("--no-plan", "unplanned", is_flag=True, help="Reach for no database; only look at what git holds.")
@click.option("--staged", is_flag=True, help="Only refuse rows of people in the next commit, as a hook does.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file.")
@click.option("--force", is_flag=True, help="Replace the file of -o if it is there.")
def ci(call: Call, *, base: str | None, unplanned: bool, staged: bool, output: Path | None, force: bool) -> Answer:
    """Plan the fixes that a branch adds, and hold the branch against what git knows; write Markdown for its review.

    Nothing is written to the target. Ends with 1 where something stands against the proposal.
    """
    from hffix.cli.output import write_page
    from hffix.cli.render_proposal import proposed_answer, staged_answer
    from hffix.workflow.propose import propose, staged_rows

    if staged:
        return staged_answer(staged_rows(call.project.folder), say=call.say, width=call.width)
    proposal = propose(call.setting(), base=base, planned=not unplanned)
    answer = proposed_answer(proposal, say=call.say)
    if output is not None:
        write_page(answer.page, output, project=call.project, force=force)
    return answer
