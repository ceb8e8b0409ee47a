"""An author's SQL: refused where PostgreSQL would cut it up otherwise than hffix does.

Guards are found by the words of a text outside of its strings and comments, as standard SQL has them. A quote that
ends elsewhere for the server could hide a column from that reading.
"""

import re
from typing import Final

from hffix.errors.targets import QueryFailed

# As PostgreSQL's own scanner has them.
_PARTS: Final = re.compile(
    r"""([eE]')(?:[^'\\]|\\.|'')*' | [uU]&'(?:[^']|'')*' | ([uU]&") | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]*
    | /\*(.*?)\*/ | (?:[A-Za-z_]|[^\x00-\x7f])(?:[\w$]|[^\x00-\x7f])* | (\$) | [0-9]\w*""",
    re.VERBOSE | re.DOTALL,
)
# Also in a text that goes on in the next line, which takes the escapes of its beginning.
_ESCAPED_QUOTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\'")


def refuse_foreign(sql: str) -> None:
    """Refuse a text that could be read in two ways."""
    told = next(filter(None, map(_foreign, _PARTS.finditer(sql))), None)
    if "\r" in sql:
        told = "a carriage return ends a comment here"
    if told is not None:
        raise QueryFailed(f"the SQL is not read by everybody alike: {told}")


def _foreign(match: re.Match[str]) -> str | None:
    escaped, name, comment, dollar = match.groups()
    if escaped is not None and _ESCAPED_QUOTE.search(match.string):
        return "a quote is escaped by a backslash; write the quote twice"
    if name is not None:
        return 'U&" begins a name with escapes here'
    if comment is not None and "/*" in comment:
        return "a comment within a comment"
    return "$ begins a quoted text here; write it between quotes" if dollar is not None else None
