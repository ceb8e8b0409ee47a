"""backup: the parts on disk, listed, proved, and put back into a scratch database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def backup() -> None:
    """List, verify or restore the backup parts of the runs."""


@command()
def list_parts(call: Call) -> Answer:
    """List every part on disk; one that no committed record names does not count."""
    from hffix.cli.render_backup import parts_answer
    from hffix.workflow.backup import list_parts

    return parts_answer(list_parts(call.setting()), proved=False, say=call.say, width=call.width)


@command()
@click.argument("run", type=int, required=False)
def verify_parts(call: Call, *, run: int | None) -> Answer:
    """Prove the parts of RUN, or all of them: their roots, their rows, and that a database gives them back."""
    from hffix.cli.render_backup import parts_answer
    from hffix.workflow.backup import verify_parts

    return parts_answer(verify_parts(call.setting(), run=run), proved=True, say=call.say, width=call.width)


@command()
@click.argument("run", type=int)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
def restore(call: Call, *, run: int, folder: Path) -> Answer:
    """Put every row of RUN, as it was before, into a scratch database in DIR."""
    from hffix.cli.render_backup import restored_answer
    from hffix.workflow.backup import restore

    call.known["run"] = run
    path, rows = restore(call.setting(), run, folder=folder)
    return restored_answer(path, rows=rows, run=run, say=call.say, width=call.width)


backup.add_command(list_parts, "list")
backup.add_command(verify_parts, "verify")
backup.add_command(restore, "restore")
