"""The program `hffix`: commands are loaded when they are called, and nothing ends in a traceback."""

import sys
from collections.abc import Sequence
from importlib import import_module
from os import O_WRONLY, devnull, dup2, environ
from os import open as open_file
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import click

import hffix
from hffix.cli.answer import print_error, print_json, print_text
from hffix.cli.catalogue import COMMANDS
from hffix.cli.failing import error_as_json
from hffix.cli.interpreter import set_up
from hffix.cli.sentences import Sentences
from hffix.cli.speaking import language_in, spoken
from hffix.errors import HffixError
from hffix.errors.applying import Interrupted
from hffix.errors.project import UsageError
from hffix.reports.messages import language_of

TRACEBACK: Final = "HFFIX_TRACEBACK"
ABOUT: Final = "Auditable batch correction of production data: plan, approve, apply, trace, verify, roll back."
ROLLED_BACK: Final = "A transaction that was not committed was rolled back."


class LazyGroup(click.Group):
    """A group that knows its commands by name, and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List the commands in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].place.partition(":")
        found: click.Command = getattr(import_module(f"hffix.cli.{module}"), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        say = spoken(ctx)
        with formatter.section(say.word("Commands")):
            shown = [(name, listed) for name, listed in COMMANDS.items() if not listed.hidden]
            formatter.write_dl([(name, say.word(listed.does)) for name, listed in shown])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what hffix is."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(spoken(ctx).word(ABOUT))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--lang", type=click.Choice(["zh", "en"]), expose_value=False, help="The language of what is shown.")
@click.version_option(version=hffix.__version__, prog_name="hffix", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Show the help where no command is given."""
    if context.invoked_subcommand is None:
        print_text(context.get_help(), colour=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status."""
    set_up()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not environ.get(TRACEBACK):
        sys.excepthook = _Surprise(as_json="--json" in given)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(cli.main(given, prog_name="hffix", standalone_mode=False, obj=language_in(given)) or 0)
    except click.exceptions.NoArgsIsHelpError as asked:
        print_text(asked.format_message(), colour=False)
        return 0
    except click.ClickException as fault:
        return _refuse(_usage(fault), say=_say(given), as_json="--json" in given)
    except (click.Abort, KeyboardInterrupt):
        stopped = Broken("the command was interrupted")
        return _refuse(stopped, say=_say(given), as_json="--json" in given)
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not flush into the closed pipe once more.
        dup2(open_file(devnull, O_WRONLY), sys.stdout.fileno())
        return 1


def _usage(fault: click.ClickException) -> UsageError:
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "hffix"
    return UsageError(fault.format_message(), hint=f"{path} --help")


def _say(given: Sequence[str]) -> Sentences:
    try:
        return Sentences(language_of(language_in(given), environ))
    except UsageError:
        return Sentences("en")


def _refuse(error: HffixError, *, say: Sentences, as_json: bool) -> int:
    print_error(error, known={}, say=say, colour=not environ.get("NO_COLOR"))
    if as_json:
        print_json({"error": error_as_json(error, known={}, say=say)})
    return error.status


class Broken(Interrupted):
    """The command was interrupted at once, wherever it was."""

    untouched = ROLLED_BACK
    hint = "Run the command again."


class InternalError(HffixError):
    """Something happened that hffix did not foresee."""

    untouched = ROLLED_BACK
    hint = f"Report this line to the maintainers of hffix; {TRACEBACK}=1 shows where it comes from."


class _Surprise:
    """What is said of an exception that nobody foresaw: its type and place, never a value."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def __call__(self, kind: type[BaseException], raised: BaseException, trace: TracebackType | None) -> Any:
        if issubclass(kind, KeyboardInterrupt):
            return sys.__excepthook__(kind, raised, trace)
        place = "?"
        while trace is not None:
            file = Path(trace.tb_frame.f_code.co_filename)
            if "hffix" in file.parts:
                place = f"{file.parent.name}/{file.name}:{trace.tb_lineno}"
            trace = trace.tb_next
        error = InternalError(f"internal error: {kind.__name__} at {place}, hffix {hffix.__version__}")
        return _refuse(error, say=_say(()), as_json=self._as_json)


if __name__ == "__main__":
    sys.exit(main())
