"""Answers: what a command found, for a person and for a program, and how they reach the streams."""

import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import click

from hffix.cli.failing import error_as_json, error_text
from hffix.errors import HffixError
from hffix.reports.messages import Messages

WIDEST: Final = 100
# JSON takes these as they are, but on a terminal they act or hide.
_ACTING: Final = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The page for a person, the object for a program, and what ended the command if it did not end well."""

    page: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    problem: HffixError | None = None
    ended: int = 0
    always: int | None = None
    shown: bool = False

    @property
    def status(self) -> int:
        """The exit status: that of what ended the command, unless it `always` ends with another."""
        if self.always is not None:
            return self.always
        return self.problem.status if self.problem is not None else self.ended


def as_object(answer: Answer, *, say: Messages) -> dict[str, object]:
    """Give the object that --json prints: what is known, and the error."""
    if answer.problem is None:
        return dict(answer.data)
    return {**answer.data, "error": error_as_json(answer.problem, known=answer.data, say=say)}


def print_json(value: object) -> None:
    """Print one JSON value on one line of stdout, with every invisible character as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    print_text(_ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text), colour=False)


def print_text(page: str, *, colour: bool) -> None:
    """Print a page on stdout; where it is no terminal, without loading what colours it."""
    if colour and sys.stdout.isatty():
        from hffix.reports.pages import print_page

        print_page(page, file=sys.stdout)
    else:
        sys.stdout.write(page + "\n")
    sys.stdout.flush()


def print_error(error: HffixError, *, known: Mapping[str, object], say: Messages, colour: bool) -> None:
    """Print an error on stderr."""
    terminal = sys.stderr.isatty()
    width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns) if terminal else None
    first, _, rest = error_text(error, known=known, say=say, width=width).partition(" ")
    marked = click.style(first, fg="red", bold=True) if colour and terminal else first
    sys.stderr.write(f"{marked} {rest}\n")
    sys.stderr.flush()
