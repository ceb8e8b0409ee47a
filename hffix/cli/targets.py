"""init-target and doctor: a target's change log, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.model.grant import ROLES, Role

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.workflow.elsewhere import Elsewhere


@command(signs=True, writes=True)
@click.option("--moved", is_flag=True, help="The database stands elsewhere now: the same lineage goes on, signed.")
@click.option("--copy", is_flag=True, help="This is a copy of another database: a new lineage begins, signed.")
@click.option("--print-grants", is_flag=True, help="Print what each role needs as SQL to review; touches nothing.")
@click.option("--fix", "fixes", multiple=True, metavar="FIX", help="With --print-grants: only for this fix.")
def init_target(call: Call, *, moved: bool, copy: bool, print_grants: bool, fixes: tuple[str, ...]) -> Answer:
    """Give the target its change log, upgrade it, or say that the database was moved or copied.

    With --print-grants it only prints SQL for whoever owns the database: the roles of planner, operator, approver,
    auditor and eraser with the least that each needs, for the fixes named by --fix or for all in fixes/.
    """
    from hffix.cli.confirming import confirm_place
    from hffix.cli.render_target import initialised_answer
    from hffix.workflow.init_target import init_target

    if moved and copy:
        raise click.UsageError("--moved and --copy exclude each other.")
    if print_grants:
        return _print_grants(call, fixes, others=moved or copy)
    if fixes:
        raise click.UsageError("--fix goes with --print-grants.")
    elsewhere: Elsewhere | None = "move" if moved else "copy" if copy else None
    setting = call.setting()
    done = init_target(setting, elsewhere=elsewhere, confirm=lambda signing: confirm_place(call, signing))
    return initialised_answer(done, target=setting.target.name, say=call.say, width=call.width)


def _print_grants(call: Call, fixes: tuple[str, ...], *, others: bool) -> Answer:
    from hffix.cli.render_grants import printed_answer
    from hffix.workflow.grants import print_grants

    if others:
        raise click.UsageError("--print-grants touches nothing, and goes with neither --moved nor --copy.")
    if call.audit is not None:
        # Nothing is written, so its event need not lie in the target.
        call.audit.writes = False
    setting = call.setting()
    return printed_answer(print_grants(setting, fixes=fixes), target=setting.target.name, say=call.say)


@command(signs=True)
@click.option("--role", type=click.Choice(ROLES), help="What the url's account is for; else by your policy's roles.")
def doctor(call: Call, *, role: Role | None) -> Answer:
    """Look at everything that a correction needs, and say what is missing; ends with 1 where anything is.

    Of the account that the url names it says which rights lack, each with the GRANT to run.
    """
    from hffix.cli.doctor import examine
    from hffix.cli.render_target import doctor_answer

    return doctor_answer(examine(call, role=role), say=call.say, width=call.width)
