"""Failing: what happened, what was not touched, and what to do next, as text and as JSON."""

import re
from collections.abc import Mapping
from typing import Final

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


def error_text(error: HffixError, *, known: Mapping[str, object], say: Messages) -> str:
    """Write an error: its code and what happened, what was not touched, the next command."""
    label = say.word("note" if error.status in GENTLE else "error")
    lines = [f"{label} {error.code} {safe(error.message, longest=LONGEST)}"]
    if error.untouched:
        lines.append(f"  {say.word(error.untouched)}")
    if hint := hint_of(error, known=known, say=say):
        lines.append(say("Next: {command}", command=safe(hint, longest=LONGEST)))
    return "\n".join(lines)
