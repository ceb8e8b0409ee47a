"""init-target and doctor: a target's change log, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.workflow.elsewhere import Elsewhere


@command(signs=True, writes=True)
@click.option("--moved", is_flag=True, help="The database stands elsewhere now: the same lineage goes on, signed.")
@click.option("--copy", is_flag=True, help="This is a copy of another database: a new lineage begins, signed.")
def init_target(call: Call, *, moved: bool, copy: bool) -> Answer:
    """Give the target its change log, upgrade it, or say that the database was moved or copied."""
    from hffix.cli.confirming import confirm_place
    from hffix.cli.render_target import initialised_answer
    from hffix.workflow.init_target import init_target

    if moved and copy:
        raise click.UsageError("--moved and --copy exclude each other.")
    elsewhere: Elsewhere | None = "move" if moved else "copy" if copy else None
    setting = call.setting()
    done = init_target(setting, elsewhere=elsewhere, confirm=lambda signing: confirm_place(call, signing))
    return initialised_answer(done, target=setting.target.name, say=call.say, width=call.width)


@command(signs=True)
def doctor(call: Call) -> Answer:
    """Look at everything that a correction needs, and say what is missing; ends with 1 where anything is."""
    from hffix.cli.doctor import examine
    from hffix.cli.render_target import doctor_answer

    return doctor_answer(examine(call), say=call.say, width=call.width)
