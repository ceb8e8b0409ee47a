"""init: a project's beginning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.store.templates_ci import Host

HOSTS = ("github", "gitlab", "gitea")


@command(target=False)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--ci", type=click.Choice(HOSTS), help="A pipeline that plans each proposal, and a hook for commits.")
def init(call: Call, *, folder: Path, ci: Host | None) -> Answer:
    """Make a project in DIR: hffix.toml, a policy to fill in, and the folders; what exists is left."""
    from hffix.cli.page import page
    from hffix.store.projects import init_project

    folder = folder.absolute()
    created = [str(path.relative_to(folder)) for path in init_project(folder, ci=ci)]
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
