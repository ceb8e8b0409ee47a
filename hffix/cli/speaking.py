"""Speaking: the language of a help page, which is shown before any command has read its options."""

from collections.abc import Sequence
from os import environ

import click

from hffix.cli.catalogue import COMMANDS
from hffix.cli.sentences import Sentences
from hffix.errors.project import UsageError
from hffix.reports.messages import language_of


class Spoken(click.Command):
    """A command whose help begins with its line of the catalogue where that is known in the reader's language."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the command does."""
        listed = COMMANDS.get(ctx.info_name or "")
        say = spoken(ctx)
        if listed is None or say.language == "en":
            return super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say.word(listed.does))
        return None


def language_in(words: Sequence[str]) -> str | None:
    """Find the language among a command's words: an error or a help page comes before they are parsed."""
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == "--lang":
            chosen = value if equals else next(iter(words[place + 1 : place + 2]), "")
            return chosen if chosen in {"zh", "en"} else None
    return None


def spoken(context: click.Context) -> Sentences:
    """Give the sentences of a call's language; one that is not spoken is refused by the command itself."""
    try:
        return Sentences(language_of(context.find_root().obj, environ))
    except UsageError:
        return Sentences("en")
