"""Failing: what happened, what was not touched, and what to do next, as text and as JSON."""

import re
from collections.abc import Mapping
from typing import Final

from hffix.cli.chinese_messages import message_in_chinese
from hffix.errors import HffixError
from hffix.reports.messages import Messages
from hffix.reports.safe import safe

LONGEST: Final = 4_000
# These ends are not failures: the run is paused, was done before, or was interrupted where it is safe.
GENTLE: Final = frozenset({5, 7, 130})
_NAMES: Final = {"CHANGESET": "change_set", "RUN": "run"}
_NAMED: Final = re.compile(r"\b(CHANGESET|RUN)\b")


def hint_of(error: HffixError, *, known: Mapping[str, object], say: Messages) -> str:
    """Say what to do next, with the change set and the run that are meant where they are known."""
    return _NAMED.sub(lambda found: str(known.get(_NAMES[found[1]]) or found[1]), say.word(error.advice))


def error_as_json(error: HffixError, *, known: Mapping[str, object], say: Messages) -> dict[str, str]:
    """Give an error as the object that stands under `error`."""
    hint = hint_of(error, known=known, say=say)
    return {"code": error.code, "message": error.message, "hint": hint, "untouched": error.untouched}


def error_text(error: HffixError, *, known: Mapping[str, object], say: Messages, width: int | None = None) -> str:
    """Write an error: its code and what happened, what was not touched, the next command; folded to a width if any."""
    label = say.word("note" if error.status in GENTLE else "error")
    lines = _folded(f"{label} {error.code} {safe(_message(error, say=say), longest=LONGEST)}", width=width)
    if error.untouched:
        lines += ["  " + line for line in _folded(say.word(error.untouched), width=width and width - 2)]
    if hint := hint_of(error, known=known, say=say):
        lines.append(say("Next: {command}", command=safe(hint, longest=LONGEST)))
    return "\n".join(lines)


def _message(error: HffixError, *, say: Messages) -> str:
    """Say the message in the reader's language where it is known there; a program is always given the English one."""
    return message_in_chinese(error.message) if say.language == "zh" else error.message


def _folded(text: str, *, width: int | None) -> list[str]:
    """Fold a text, its later lines set in; the command that comes next is never folded, so that it can be copied."""
    if width is None or len(text) * 2 <= width:
        return [text]
    from hffix.reports.widths import fold

    first, *more = fold(text, width=width - 2)
    return [first, *(f"  {line}" for line in more)]
