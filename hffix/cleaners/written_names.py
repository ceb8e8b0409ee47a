"""The characters of a name, of a person or a unit, in one form: what comes before its shape is judged."""

import re
from collections.abc import Callable
from typing import Literal

from hffix.cleaners.characters import drop_invisible, one_blank, unify, unify_radicals
from hffix.cleaners.damage import refuse_controls, refuse_damage, refuse_unknown, undo_latin1
from hffix.cleaners.private_use import from_gb18030
from hffix.model.unresolved import Unresolved

__all__ = ["HAN", "LATIN", "Mojibake", "Pua", "changed", "refuse_wrong_hints", "written_name"]

Pua = Literal["gb18030"]
Mojibake = Literal["utf8-as-latin1"]

# Unified ideographs, twelve of which stand among the compatibility ones, and the zero that names such as 武〇 hold.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e-\ufa29\U00020000-\U000323af"
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"

# A variation selector picks one font's form of the character before it.
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def refuse_wrong_hints(pua: str | None, mojibake: str | None) -> None:
    """Raise ValueError where a hint has a value that it cannot have."""
    if pua not in (None, "gb18030"):
        raise ValueError("pua is None or 'gb18030'")
    if mojibake not in (None, "utf8-as-latin1"):
        raise ValueError("mojibake is None or 'utf8-as-latin1'")


def changed(before: str, after: str, step: str, steps: list[str]) -> str:
    """Give the text after a step, and record the step where it changed something."""
    if after != before:
        steps.append(step)
    return after


def written_name(
    value: str, pua: str | None, mojibake: str | None, widths: Callable[[str], str], steps: list[str]
) -> str:
    """Give a name with one blank, nothing invisible and characters of one form; decline what is broken."""
    result = value
    if mojibake is not None:
        result = changed(result, undo_latin1(result), "turned back from Latin-1 to UTF-8", steps)
    refuse_damage(result)
    result = changed(result, drop_invisible(result), "invisible characters removed", steps)
    result = changed(result, one_blank(result), "blanks cut or made one space", steps)
    if not result:
        raise Unresolved("BLANK: nothing to read")
    refuse_controls(result)
    if pua is not None:
        result = changed(result, from_gb18030(result), "private-use characters read by GB 18030", steps)
    result = changed(result, unify_radicals(result), "radicals replaced by ideographs", steps)
    result = changed(result, unify(result), "compatibility forms replaced by their equals", steps)
    result = changed(result, widths(result), "characters made half-width", steps)
    refuse_unknown(result)
    if _VARIATION.search(result):
        raise Unresolved("UNKNOWN_CHAR: variation selector")
    # What was taken away may have hidden a sign of damage.
    refuse_damage(result)
    return result
