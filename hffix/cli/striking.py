"""strike: a reviewer takes rows, cases or shapes out of a change set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call

NUMBER = click.IntRange(min=0)


@command(plans=True)
@click.argument("change_set")
@click.option("--table", metavar="TABLE", help="Where the rows and shapes are; needed where several tables have them.")
@click.option("--row", "rows", metavar="KEY", multiple=True, help="A row: 1234, or col=val,col=val; may be repeated.")
@click.option("--case", "cases", metavar="N", type=NUMBER, multiple=True, help="A case by its number; may be repeated.")
@click.option(
    "--shape", "shapes", metavar="N", type=NUMBER, multiple=True, help="Every row of a shape, as show numbers it."
)
@click.option("-m", "--why", metavar="WHY", help="Why; it is signed with the rest, so name no person in it.")
def strike(
    call: Call,
    *,
    change_set: str,
    table: str | None,
    rows: tuple[str, ...],
    cases: tuple[int, ...],
    shapes: tuple[int, ...],
    why: str | None,
) -> Answer:
    """Make a smaller change set of CHANGE_SET, without these rows, cases or shapes; no database is needed.

    A row goes whole, with all that would change in it, and where it belongs to a case its whole case goes with it.
    CHANGE_SET stays as it is. The smaller one names it, and needs approvals of its own.
    """
    from hffix.cli.render_strike import struck_answer
    from hffix.workflow.named import Selection
    from hffix.workflow.strike import strike

    found = call.change_set(change_set)
    selection = Selection(rows=rows, cases=cases, shapes=shapes, table=table)
    return struck_answer(strike(call.setting(of=found), found, selection, why=why), say=call.say, width=call.width)
