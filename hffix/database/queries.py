"""An author's queries: refused where they are none, or where a database may cut them up otherwise than hffix does."""

import re
from typing import Final

from hffix.errors.targets import QueryFailed

_READS: Final = re.compile(
    r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:SELECT|WITH|VALUES|TABLE)\b", re.DOTALL | re.IGNORECASE
)
_ESCAPED_QUOTE: Final = re.compile(r"""(?<!\\)(?:\\\\)*\\['"`]""")


def refuse_writing(sql: str) -> None:
    """Refuse a statement that is no query."""
    if not _READS.match(sql):
        raise QueryFailed("a query begins with SELECT, WITH, VALUES or TABLE")


def refuse_escaped_quotes(sql: str) -> None:
    """Refuse a quote behind a backslash: to some databases a string goes on there, to others it ends."""
    if _ESCAPED_QUOTE.search(sql):
        raise QueryFailed("the SQL escapes a quote by a backslash", hint="Write the quote twice.")
