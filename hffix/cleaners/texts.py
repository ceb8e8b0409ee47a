"""Prose: addresses, reasons, notes; only what carries no meaning is changed."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from hffix.cleaners.characters import BLANKS, drop_invisible, one_blank, unify, unify_radicals
from hffix.cleaners.damage import refuse_controls, refuse_damage, refuse_unknown, undo_latin1
from hffix.cleaners.private_use import from_gb18030
from hffix.model.narrow import table_of, turned
from hffix.model.unresolved import Unresolved

__all__ = ["text", "texts", "trace_text"]

# Common Han (but 锟, a sign of damage), printing ASCII and Chinese marks: nothing here needs a look.
_KNOWN = (
    "!-~\u4e00-\u951e\u9520-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\u3001-\u3011\uff08\uff09\uff0c\uff1a\uff1b\u00b7"
)
_WIDE = "０-９Ａ-Ｚａ-ｚ"
_CLEAN = re.compile(f"[{_KNOWN}]+(?: [{_KNOWN}]+)*")
# With full-width letters and digits, which are made half-width, and blanks, which are cut: nothing else can be wrong.
_PLAIN = re.compile(f"[{_KNOWN}{_WIDE}{BLANKS}]+")
_LINES = re.compile(f"[{_KNOWN}{_WIDE} \n]+")
_NEEDLESS_BLANK = re.compile("[ \n] | (?:\n|\\Z)")

_LETTERS_AND_DIGITS = {
    code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)
}
_NARROW = table_of(lambda one: one.translate(_LETTERS_AND_DIGITS) if one == "\n" or one.isprintable() else None)


def text(
    value: str | None,
    *,
    pua: Literal["gb18030"] | None = None,
    mojibake: Literal["utf8-as-latin1"] | None = None,
) -> str | None:
    """Clean prose: one blank, nothing invisible, half-width letters and digits; decline what is broken."""
    return _cleaned(value, pua, mojibake, [])


def texts(values: Sequence[str]) -> list[str] | None:
    """Clean a whole column of prose as `text` does; None where one of its values needs a look of its own."""
    joined = "\n".join(values)
    if not all(values) or joined.count("\n") != len(values) - 1:
        return None
    if " " in joined and (joined.startswith(" ") or _NEEDLESS_BLANK.search(joined)):
        return None
    cleaned = turned(joined, _NARROW)
    if cleaned is None and _LINES.fullmatch(joined):
        cleaned = joined.translate(_LETTERS_AND_DIGITS)
    return None if cleaned is None else cleaned.split("\n")


def trace_text(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Clean prose and append each step that was applied."""
    return _cleaned(value, hints.pop("pua", None), hints.pop("mojibake", None), steps, **hints)


def _cleaned(value: str | None, pua: str | None, mojibake: str | None, steps: list[str]) -> str | None:
    if pua not in (None, "gb18030"):
        raise ValueError("pua is None or 'gb18030'")
    if mojibake not in (None, "utf8-as-latin1"):
        raise ValueError("mojibake is None or 'utf8-as-latin1'")
    if value is None or (mojibake is None and _CLEAN.fullmatch(value)):
        return value
    result = _changed(value, pua, mojibake, steps)
    return value if result == value else result


def _changed(value: str, pua: str | None, mojibake: str | None, steps: list[str]) -> str:
    def changed(step: str, now: str) -> str:
        if now != result:
            steps.append(step)
        return now

    result = value
    # Of what is plain, most signs need not be looked for.
    plain = mojibake is None and _PLAIN.fullmatch(value) is not None
    if mojibake is not None:
        result = changed("turned back from Latin-1 to UTF-8", undo_latin1(result))
    if not plain:
        refuse_damage(result)
        result = changed("invisible characters removed", drop_invisible(result))
    result = changed("blanks cut or made one space", one_blank(result))
    if not result:
        raise Unresolved("BLANK: nothing to read")
    if not plain:
        refuse_controls(result)
    if pua is not None:
        result = changed("private-use characters read by GB 18030", from_gb18030(result))
    result = changed("letters and digits made half-width", result.translate(_LETTERS_AND_DIGITS))
    if plain:
        return result
    result = changed("radicals replaced by ideographs", unify_radicals(result))
    result = changed("compatibility forms replaced by their equals", unify(result))
    refuse_unknown(result)
    # What was taken away may have hidden a sign of damage.
    refuse_damage(result)
    return result
