"""init: a project's beginning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@command(target=False)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(call: Call, *, folder: Path) -> Answer:
    """Make a project in DIR: hffix.toml, a policy to fill in, and the folders; what exists is left."""
    from hffix.cli.page import page
    from hffix.store.projects import init_project

    folder = folder.absolute()
    created = [str(path.relative_to(folder)) for path in init_project(folder)]
    text = "A project is in {folder}." if created else "A project is in {folder} already; nothing was written."
    edit = call.say.word("edit hffix.toml, approvals/policy.toml and approvals/allowed_signers; then")
    return Answer(
        page=page(
            call.say(text, folder=str(folder)),
            say=call.say,
            width=call.width,
            facts=[("made", ", ".join(created))] if created else (),
            after=f"{edit}  hffix init-target",
        ),
        data={"project": str(folder), "created": created},
    )
