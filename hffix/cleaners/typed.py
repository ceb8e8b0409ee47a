"""What a cell that holds a number or a code shows, without the dirt around it."""

from hffix.cleaners.characters import drop_invisible, half_width, one_blank
from hffix.cleaners.damage import refuse_controls, refuse_damage
from hffix.cleaners.placeholders import is_placeholder
from hffix.model.unresolved import Unresolved

__all__ = ["HALF_WIDTH", "typed"]

HALF_WIDTH = "characters made half-width and of one form"

_LONGEST = 64
_ONE_FORM = str.maketrans("–—−‐‑‒―﹣\uffe5", "--------\u00a5")


def typed(value: str, steps: list[str]) -> str:
    """Give the half-width text of a cell; decline a blank, a placeholder, damage, and what no number is as long as."""
    refuse_damage(value)
    shown = one_blank(drop_invisible(value)).removeprefix("'").strip(" ")
    if not shown:
        raise Unresolved("BLANK: nothing to read")
    if shown != value:
        steps.append("outer blanks, invisible characters and text mark removed")
    refuse_controls(shown)
    result = half_width(shown).translate(_ONE_FORM)
    if result != shown:
        steps.append(HALF_WIDTH)
    if is_placeholder(result):
        raise Unresolved("PLACEHOLDER: nothing was written")
    if len(result) > _LONGEST:
        raise Unresolved("BAD_SHAPE: no known form")
    return result
