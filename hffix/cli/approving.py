"""approve and revoke: one person's signature over a change set, or over a new policy, shown before it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.errors.project import NotAnswered, UsageError

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.model.policy import Purpose
    from hffix.workflow.approve import Signing
    from hffix.workflow.approve_pair import PairSigning

PURPOSES = ("apply", "apply+rollback", "rollback", "policy")


@command(signs=True)
@click.argument("change_sets", nargs=-1)
@click.option("--purpose", type=click.Choice(PURPOSES), help="Without it: apply, or rollback where a run is reverted.")
@click.option("--together", is_flag=True, help="One statement over all of them; each is still shown.")
@click.option("-m", "--comment", metavar="TEXT", help="A word that is signed with it.")
def approve(
    call: Call, *, change_sets: tuple[str, ...], purpose: str | None, together: bool, comment: str | None
) -> Answer:
    """Sign CHANGE_SETS: shows what is signed, and asks for the number of rows of each.

    Each gets a statement of its own; with --together all get one. With --purpose policy and no change set: sign the
    policy and the signers as their files are now.
    """
    from hffix.cli.render_signed import signed_answer
    from hffix.workflow.approve import approve

    if purpose == "policy":
        if together:
            raise UsageError("--together is about change sets, and --purpose policy about none")
        return _approve_pair(call, change_sets, comment=comment)
    if not change_sets:
        raise UsageError("name the change sets to sign, or give --purpose policy")

    if together:
        return _approve_together(call, change_sets, purpose=cast("Purpose | None", purpose), comment=comment)

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


def _approve_together(
    call: Call, change_sets: tuple[str, ...], *, purpose: Purpose | None, comment: str | None
) -> Answer:
    from hffix.cli.render_signed import signed_together_answer
    from hffix.workflow.approve import approve_together

    found = tuple({one.digest: one for one in map(call.change_set, change_sets)}.values())
    call.known.clear()
    signed = approve_together(
        call.setting(of=found[0]),
        found,
        purpose=purpose,
        comment=comment,
        confirm=lambda signing: confirm(call, signing),
    )
    answer = signed_together_answer(signed, project=call.project.folder, say=call.say, width=call.width)
    for one in signed:
        if call.audit is not None:
            call.audit.answered(Answer(data={"change_set": one.change_set.id}))
    return answer


def _approve_pair(call: Call, change_sets: tuple[str, ...], *, comment: str | None) -> Answer:
    from hffix.cli.render_policy import signed_pair_answer
    from hffix.workflow.approve_pair import approve_pair

    if change_sets:
        raise UsageError("--purpose policy signs policy.toml and allowed_signers, and takes no change set")
    signed = approve_pair(call.setting(), comment=comment, confirm=lambda signing: _confirm_pair(call, signing))
    return signed_pair_answer(signed, project=call.project.folder, say=call.say, width=call.width)


@command(signs=True, writes=True)
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
    from hffix.workflow.acts import acts_in

    statement = signing.statement
    facts = what_is_signed(
        signing.change_set.manifest,
        signing.change_set.digest,
        person=statement.person,
        name=signing.name,
        fingerprint=statement.key,
        purpose=statement.purpose,
        expires=statement.expires,
        acts=acts_in(signing.change_set),
    )
    call.tell(signing_text(facts, say=call.say, width=call.width))
    if not call.no_input and call.ask(question(facts, say=call.say)).replace(",", "") != answer(facts):
        raise NotAnswered("the answer was another number; nothing was signed", hint="Run the command again.")


def _confirm_pair(call: Call, signing: PairSigning) -> None:
    """Show what changes, and ask for the beginning of its digest unless nothing may be asked."""
    from hffix.cli.render_policy import answer_to_sign, pair_text

    call.tell(pair_text(signing, say=call.say, width=call.width))
    wanted = answer_to_sign(signing)
    question = call.say("Type the first 12 digits of the digest to sign: {answer}", answer=wanted)
    if not call.no_input and call.ask(question) != wanted:
        raise NotAnswered("the answer was another one; nothing was signed", hint="Run the command again.")
