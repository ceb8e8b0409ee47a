"""Characters that carry no meaning of their own or come in two forms: blanks, invisible marks, widths, radicals."""

import re
import unicodedata

__all__ = ["BLANKS", "CONTROLS", "drop_invisible", "half_width", "one_blank", "unify", "unify_radicals"]

CONTROLS = "".join(map(chr, (*range(0x20), 0x7F)))

BLANKS = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_RUN_OF_BLANKS = re.compile(f"[{BLANKS}]+")
_OUTER = BLANKS + CONTROLS

# Formatting marks that show nothing: soft hyphen, zero-width blank, direction marks, byte-order mark, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0001\U000e0020-\U000e007f]"
)
# A joiner shapes the letters or pictures of these scripts; anywhere else it is dirt.
_JOINERS = "\u180e\u200c\u200d"
_JOINED = (
    "\u0600-\u07ff\u0840-\u0dff\u1800-\u180d\u180f-\u18af\u2600-\u27bf\ufb50-\ufdff\ufe0f\ufe70-\ufefe"
    "\U0001f000-\U0001faff"
)
_STRAY_JOINERS = re.compile(f"(?<![{_JOINED}{_JOINERS}])[{_JOINERS}]+|[{_JOINERS}]++(?![{_JOINED}])")

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in (0x2E9F, 0x2EF3, *range(0x2F00, 0x2FD6))}


def drop_invisible(value: str) -> str:
    """Remove the marks that show nothing; a joiner stays where its script needs it."""
    return value if value.isascii() else _STRAY_JOINERS.sub("", _INVISIBLE.sub("", value))


def one_blank(value: str) -> str:
    """Cut blanks and control characters at both ends, and make each inner run of blanks one space."""
    return _RUN_OF_BLANKS.sub(" ", value.strip(_OUTER))


def half_width(value: str) -> str:
    """Make every full-width ASCII character half-width: for codes, dates and numbers, not for prose."""
    return value if value.isascii() else value.translate(_HALF_WIDTH)


def unify_radicals(value: str) -> str:
    """Replace the radicals which Unicode maps to an ideograph: Kangxi's, and two of the supplement."""
    return value if value.isascii() else value.translate(_RADICALS)


def unify(value: str) -> str:
    """Give canonically equal characters one form (Unicode NFC): the same text by definition."""
    return unicodedata.normalize("NFC", value)
