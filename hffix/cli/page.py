"""A page: the verdict first, then the facts, the exact next command last."""

from collections.abc import Iterable
from typing import Final

from hffix.reports.messages import Messages
from hffix.reports.widths import fold, labelled

GOOD: Final = "✓"
LOOK: Final = "!"
BAD: Final = "✗"


def page(
    verdict: str,
    *,
    say: Messages,
    width: int,
    mark: str = GOOD,
    facts: Iterable[tuple[str, str]] = (),
    lines: Iterable[str] = (),
    after: str | None = None,
) -> str:
    """Write a page; the labels of the facts are translated, what they say is not."""
    first, *more = fold(verdict, width=width - 2)
    whole = [f"{mark} {first}", *(f"  {line}" for line in more)]
    whole += labelled([(say.word(label), text) for label, text in facts], width=width)
    whole += lines
    if after is not None:
        whole.append(say("Next: {command}", command=after))
    return "\n".join(whole)
