"""erase: a person's rows go from change log, change sets and backups; signed first, and then for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.errors.project import NotAnswered, UsageError

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.workflow.erase import Erasing
    from hffix.workflow.erase_word import ErasureSigning


@command(signs=True, writes=True)
@click.argument("rows", nargs=-1, metavar="[TABLE:ROW]...")
@click.option("--sign", is_flag=True, help="Sign that they are erased; it is done when enough people have.")
@click.option("-m", "--comment", metavar="WHY", help="Why, which is signed with it.")
def erase(call: Call, *, rows: tuple[str, ...], sign: bool, comment: str | None) -> Answer:
    """Erase rows (person:1234, or loan:bank=01,no=7) for good, once enough people have signed it.

    Finds every line that holds them in the change log, in change sets and in backups, and counts them; no value is
    shown. Without a row: take from this machine's files what was erased already. The tables themselves are not touched.
    """
    named = tuple(map(_row, rows))
    if sign:
        if not named:
            raise UsageError("name the rows to sign for, each as TABLE:ROW")
        return _sign(call, named, rows, comment=comment)
    if comment is not None:
        raise UsageError("-m is signed, so it needs --sign")
    from hffix.cli.render_erase import erased_answer
    from hffix.workflow.erase import erase

    done = erase(call.setting(), named, confirm=lambda erasing: _confirm_erasing(call, erasing))
    return erased_answer(done, say=call.say, width=call.width)


def _sign(call: Call, named: tuple[tuple[str, str], ...], rows: tuple[str, ...], *, comment: str | None) -> Answer:
    from hffix.cli.render_erase import signed_erasure_answer
    from hffix.workflow.erase_word import sign_erasure

    signed = sign_erasure(
        call.setting(), named, comment=comment, confirm=lambda signing: _confirm_signing(call, signing)
    )
    return signed_erasure_answer(signed, named=rows, project=call.project.folder, say=call.say, width=call.width)


def _row(text: str) -> tuple[str, str]:
    table, colon, row = text.partition(":")
    if not (table and colon and row):
        raise UsageError("a row is written TABLE:ROW, such as person:1234 or loan:bank=01,no=7")
    return table, row


def _confirm_signing(call: Call, signing: ErasureSigning) -> None:
    from hffix.cli.render_erase import signing_text

    call.tell(signing_text(signing, say=call.say, width=call.width))
    question = call.say("Type the number of lines to sign: {lines}", lines=str(len(signing.statement.subjects)))
    _ask(call, question, len(signing.statement.subjects), unanswered="nothing was signed")


def _confirm_erasing(call: Call, erasing: Erasing) -> None:
    from hffix.cli.render_erase import erasing_text

    lines = len(erasing.found.leaves)
    call.tell(erasing_text(erasing, say=call.say, width=call.width))
    _ask(
        call,
        call.say("Type the number of lines to erase: {lines}", lines=str(lines)),
        lines,
        unanswered="nothing was erased",
    )


def _ask(call: Call, question: str, lines: int, *, unanswered: str) -> None:
    if not call.no_input and call.ask(question).replace(",", "") != str(lines):
        raise NotAnswered(f"the answer was another number; {unanswered}", hint="Run the command again.")
