"""approve and revoke: one person's signature over one change set, shown before it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.errors.project import NotAnswered

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.model.policy import Purpose
    from hffix.workflow.approve import Signing

PURPOSES = ("apply", "apply+rollback", "rollback")


@command(signs=True)
@click.argument("change_sets", nargs=-1, required=True)
@click.option("--purpose", type=click.Choice(PURPOSES), help="Without it: apply, or rollback where a run is reverted.")
@click.option("-m", "--comment", metavar="TEXT", help="A word that is signed with it.")
def approve(call: Call, *, change_sets: tuple[str, ...], purpose: str | None, comment: str | None) -> Answer:
    """Sign CHANGE_SETS: shows what is signed, and asks for the number of rows."""
    from hffix.cli.render_signed import signed_answer
    from hffix.workflow.approve import approve

    def one(beginning: str) -> Answer:
        found = call.change_set(beginning)
        signed = approve(
            call.setting(of=found),
            found,
            purpose=cast("Purpose | None", purpose),
            comment=comment,
            confirm=lambda signing: confirm(call, signing),
        )
        return signed_answer(signed, project=call.project.folder, say=call.say, width=call.width)

    return call.each(change_sets, one, go_on=False)


@command(signs=True)
@click.argument("change_set")
@click.option("-m", "--comment", metavar="TEXT", help="Why, which is signed with it.")
def revoke(call: Call, *, change_set: str, comment: str | None) -> Answer:
    """Withdraw CHANGE_SET for good; where the target can be reached, a running apply stops at its next chunk."""
    from hffix.cli.render_signed import revoked_answer
    from hffix.workflow.approve import revoke

    found = call.change_set(change_set)
    signed = revoke(call.setting(of=found), found, comment=comment, confirm=lambda signing: confirm(call, signing))
    return revoked_answer(signed, project=call.project.folder, say=call.say, width=call.width)


def confirm(call: Call, signing: Signing) -> None:
    """Show what is about to be signed, and ask for the number of rows unless nothing may be asked."""
    from hffix.reports.approval import answer, question, signing_text, what_is_signed

    statement = signing.statement
    facts = what_is_signed(
        signing.change_set.manifest,
        signing.change_set.digest,
        person=statement.person,
        name=signing.name,
        fingerprint=statement.key,
        purpose=statement.purpose,
        expires=statement.expires,
    )
    call.tell(signing_text(facts, say=call.say, width=call.width))
    if not call.no_input and call.ask(question(facts, say=call.say)).replace(",", "") != answer(facts):
        raise NotAnswered("the answer was another number; nothing was signed", hint="Run the command again.")
