"""policy: whether it can be read and met, and what it asks for a change set, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def policy() -> None:
    """Check the policy; say who has signed a change set, who could, and what is missing."""


@command()
def check(call: Call) -> Answer:
    """Say whether policy.toml and allowed_signers can be read, be met, and stand; end with 4 where they do not."""
    from hffix.cli.render_explain import checked_answer
    from hffix.workflow.check_policy import check_policy

    return checked_answer(check_policy(call.setting()), say=call.say, width=call.width)


@command()
@click.argument("change_set")
def explain(call: Call, *, change_set: str) -> Answer:
    """Say what the policy asks for CHANGE_SET: who has signed, who could, who never counts, and what is missing."""
    from hffix.cli.render_explain import explained_answer
    from hffix.workflow.explain import explain

    found = call.change_set(change_set)
    return explained_answer(explain(call.setting(of=found), found), say=call.say, width=call.width)


policy.add_command(check)
policy.add_command(explain)
