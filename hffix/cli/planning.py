"""plan and rollback: the two commands that write change sets."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.errors.project import UnknownTarget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hffix.cli.call import Call

CHANGES = 2


@command(plans=True)
@click.argument("fix")
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A param of the fix; may be repeated."
)
@click.option("--trial", is_flag=True, help="Apply and take back everything on rows that are put back, before signing.")
@click.option("--repeat", is_flag=True, help="Plan twice, in another process, and refuse where the results differ.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 where there are changes.")
def plan(
    call: Call, *, fix: str, params: tuple[str, ...], trial: bool, repeat: bool, detailed_exitcode: bool
) -> Answer:
    """Run FIX (a path, an id or its number) over a snapshot of the target, and write its change set.

    Nothing in the target changes. --target 'city-*' plans on every target that fits, one change set each.
    """
    from hffix.cli.render_plan import planned_answer
    from hffix.workflow.foresee import why_nobody
    from hffix.workflow.plan import plan
    from hffix.workflow.repeat import Repeated

    given = _params(params)

    def one(target: str | None) -> Answer:
        setting = call.setting(target=target)
        again = Repeated(setting=setting, fix=fix, params=given) if repeat else None
        planned = plan(setting, fix=fix, params=given, trial=trial, repeat=again)
        ended = CHANGES if detailed_exitcode and planned.change_set.manifest.counts.changed else 0
        nobody = why_nobody(setting, planned.change_set)
        return planned_answer(planned, nobody=nobody, say=call.say, width=call.width, ended=ended)

    wanted = call.target
    if wanted is None or not any(mark in wanted for mark in "*?["):
        return one(wanted)
    return call.each(_targets(call, wanted), one, go_on=True)


def _params(texts: Iterable[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or name in given:
            raise click.UsageError("-p takes name=value, each name once.")
        given[name] = value
    return given


def _targets(call: Call, pattern: str) -> tuple[str, ...]:
    found = tuple(name for name in call.project.targets if fnmatchcase(name, pattern))
    if not found:
        raise UnknownTarget(f"no target of hffix.toml fits {pattern}; it knows {', '.join(call.project.targets)}")
    return found


@command(plans=True)
@click.argument("run", type=int)
@click.option("--table", metavar="TABLE", help="Only the rows of this table.")
@click.option("--row", metavar="ROW", help="Only this row: 1234, or col=val,col=val; with --table.")
@click.option(
    "--besides", multiple=True, metavar="TABLE", help="A table of which a trigger then writes rows; may be repeated."
)
def rollback(call: Call, *, run: int, table: str | None, row: str | None, besides: tuple[str, ...]) -> Answer:
    """Make the change set that takes RUN back: only what it changed, and only where that still stands."""
    from hffix.cli.render_plan import rolled_back_answer
    from hffix.workflow.foresee import why_nobody
    from hffix.workflow.rollback import rollback

    if row is not None and table is None:
        raise click.UsageError("--row needs --table.")
    call.known["run"] = run
    setting = call.setting()
    made = rollback(setting, run, table=table, row=row, besides=besides)
    nobody = why_nobody(setting, made.change_set)
    return rolled_back_answer(made, run=run, nobody=nobody, say=call.say, width=call.width)
