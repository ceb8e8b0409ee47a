"""new: a fix begins, with its script and its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@command(target=False)
@click.argument("name")
@click.option("-m", "--title", metavar="TITLE", required=True, help="What approvers read first.")
@click.option("--ticket", metavar="TICKET", help="Where the correction was asked for.")
@click.option("--author", metavar="PERSON", help="Who writes it; else the policy's person of git's user.email.")
def new(call: Call, *, name: str, title: str, ticket: str | None, author: str | None) -> Answer:
    """Write fixes/NNNN_NAME.py, with the next free number, and its test; both run as they stand."""
    from hffix.cli.page import page
    from hffix.workflow.new import new

    made = new(call.project, name=name, title=title, ticket=ticket, author=author)
    script, test = (path.relative_to(call.project.folder).as_posix() for path in (made.script, made.test))
    return Answer(
        page=page(
            call.say("Wrote {script} and {test}.", script=script, test=test),
            say=call.say,
            width=call.width,
            facts=[("written by", made.author)],
            after=f"{call.say.word('edit them, then')}  pytest {test} && hffix plan {made.id[:4]}",
        ),
        data={"fix": made.id, "script": script, "test": test, "author": made.author},
    )
