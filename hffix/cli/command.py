"""A command: the options that all of them take, one body, and how its answer reaches the caller."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from hffix.cli.answer import Answer, as_object, print_json
from hffix.cli.auditing import INTERNAL, INTERRUPTED, Audit
from hffix.cli.call import Call
from hffix.cli.failpoint import install
from hffix.cli.sentences import Sentences
from hffix.cli.speaking import Spoken
from hffix.errors import HffixError

Body = Callable[..., Answer]


def command(
    *, target: bool = True, signs: bool = False, plans: bool = False, writes: bool = False
) -> Callable[[Body], click.Command]:
    """Make a command of a body that takes a Call and its own arguments and gives an Answer; some write a target."""

    def made(body: Body) -> click.Command:
        @functools.wraps(body)
        def called(**given: Any) -> None:
            context = click.get_current_context()
            given["lang"] = given["lang"] or context.find_root().obj
            context.exit(run(body, given, name=context.command_path.partition(" ")[2], writes=writes))

        callback: Callable[..., None] = called
        for option in reversed(tuple(_options(target=target, signs=signs, plans=plans))):
            callback = option(callback)
        return click.command(cls=Spoken, context_settings={"help_option_names": ["-h", "--help"]})(callback)

    return made


def run(body: Body, given: dict[str, Any], *, name: str, writes: bool) -> int:
    """Run a body, leave its event, show its answer or what stopped it, and give the exit status."""
    say = Sentences("en")
    with ExitStack() as stack:
        call = Call(
            say=say,
            environment=os.environ,
            as_json=given.pop("as_json"),
            no_input=given.pop("no_input"),
            target=given.pop("target", None),
            sign_with=given.pop("sign_with", None),
            person=given.pop("person", None),
            stack=stack,
        )
        language = given.pop("lang")
        audit = call.audit = Audit(call=call, command=_told(name, given), writes=writes)
        try:
            call.say = language_for(language)
            install(call.environment)
            audit.begin()
            answer = body(call, **given)
        except HffixError as error:
            answer = Answer(data=dict(call.known), problem=error)
        except BaseException as fault:
            audit.leave(INTERRUPTED if isinstance(fault, KeyboardInterrupt) else INTERNAL, known=call.known)
            raise
        if not audit.left:
            audit.answered(answer)
    if not answer.shown:
        call.show(answer)
    if call.as_json:
        print_json(as_object(answer, say=call.say))
    return answer.status


def _told(name: str, given: Mapping[str, Any]) -> str:
    """Name a command as its event does: who asked for personal data whole is told."""
    return f"{name} --unmask" if given.get("unmask") else name


def language_for(option: str | None) -> Sentences:
    """Choose the language of a call."""
    from hffix.reports.messages import language_of

    return Sentences(language_of(option, os.environ))


def _options(*, target: bool, signs: bool, plans: bool) -> list[Callable[[Callable[..., None]], Callable[..., None]]]:
    options = []
    if target:
        options.append(click.option("--target", metavar="NAME", help="The target of hffix.toml; else its default one."))
    if signs:
        key = click.Path(path_type=Path)
        shown = "The private key; else the ssh-agent's, or git's user.signingkey."
        options.append(click.option("--sign-with", metavar="FILE", type=key, help=shown))
    if signs or plans:
        options.append(click.option("--as", "person", metavar="PERSON", help="Who you are, to be checked."))
    return [
        *options,
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line."),
        click.option("--no-input", is_flag=True, help="Ask nothing; refuse where an answer is needed."),
        click.option("--lang", type=click.Choice(["zh", "en"]), help="The language of what is shown."),
    ]
