"""apply and close: the commands that write rows, or end their writing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.cli.hours import moment_until, seconds_of
from hffix.cli.interrupts import asked_to_stop

if TYPE_CHECKING:
    from hffix.cli.call import Call

NOTICE = "Stopping at the next chunk's edge; once more stops at once, and what is begun is rolled back."


@command(signs=True, writes=True)
@click.argument("change_sets", nargs=-1, required=True)
@click.option("--max-time", metavar="DURATION", help="Stop at a chunk's edge after so long: 30m, 1h30m, 90s.")
@click.option("--until", metavar="HOUR", help="Stop at a chunk's edge at this hour: 06:00.")
@click.option("--expect", metavar="HEAD", help="Refuse unless the chain holds this head.")
@click.option("--adopt", metavar="HEAD", help="Go on although nobody owns the records up to this head.")
def apply(
    call: Call,
    *,
    change_sets: tuple[str, ...],
    max_time: str | None,
    until: str | None,
    expect: str | None,
    adopt: str | None,
) -> Answer:
    """Write the approved rows of CHANGE_SETS; called again, it goes on, or says that it is done."""
    from hffix.cli.render_apply import applied_answer
    from hffix.workflow.apply import Limits, apply

    seconds = seconds_of(max_time, option="--max-time") if max_time else None
    hour = moment_until(until, now=datetime.now().astimezone(), option="--until") if until else None

    def one(beginning: str) -> Answer:
        found = call.change_set(beginning)
        with asked_to_stop(call.say.word(NOTICE)) as asked:
            limits = Limits(seconds=seconds, until=hour, asked=asked)
            applied = apply(call.setting(of=found), found, limits=limits, expect=expect, adopt=adopt)
        return applied_answer(applied, say=call.say, width=call.width)

    return call.each(change_sets, one, go_on=False)


@command(signs=True, writes=True)
@click.argument("change_set")
def close(call: Call, *, change_set: str) -> Answer:
    """End the open run of CHANGE_SET: the rows that are left stay as they are, and need a new plan."""
    from hffix.cli.render_apply import closed_answer
    from hffix.workflow.close import close

    found = call.change_set(change_set)
    return closed_answer(close(call.setting(of=found), found), say=call.say, width=call.width)
