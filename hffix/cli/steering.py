"""pause, resume and pace: what a run is asked at its next chunk's edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@command(plans=True, writes=True)
@click.argument("change_set")
def pause(call: Call, *, change_set: str) -> Answer:
    """Stop the run of CHANGE_SET at its next chunk's edge."""
    from hffix.cli.render_steering import steered_answer
    from hffix.workflow.control import pause

    found = call.change_set(change_set)
    asked = pause(call.setting(of=found), found)
    return steered_answer(asked, found, after=f"hffix resume {found.id}", say=call.say, width=call.width)


@command(plans=True, writes=True)
@click.argument("change_set")
def resume(call: Call, *, change_set: str) -> Answer:
    """Let the paused run of CHANGE_SET be applied again."""
    from hffix.cli.render_steering import steered_answer
    from hffix.workflow.control import resume

    found = call.change_set(change_set)
    asked = resume(call.setting(of=found), found)
    return steered_answer(asked, found, after=f"hffix apply {found.id}", say=call.say, width=call.width)


@command(plans=True, writes=True)
@click.argument("change_set")
@click.argument("pace", metavar="chunk-rows=N")
def pace(call: Call, *, change_set: str, pace: str) -> Answer:
    """Set how many rows the run of CHANGE_SET writes in one transaction: chunk-rows=N."""
    from hffix.cli.render_steering import steered_answer
    from hffix.workflow import control

    name, _, rows = pace.partition("=")
    if name != "chunk-rows" or not (rows.isascii() and rows.isdecimal() and len(rows) < 10):
        raise click.UsageError("The pace is written chunk-rows=N.")
    found = call.change_set(change_set)
    asked = control.pace(call.setting(of=found), found, chunk_rows=int(rows))
    after = f"hffix status {found.id}"
    return steered_answer(asked, found, after=after, say=call.say, width=call.width, paced=True)
