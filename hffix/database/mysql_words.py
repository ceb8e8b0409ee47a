"""An author's SQL: refused where MariaDB would read its strings and comments otherwise than hffix reads them.

Guards are found by the words of a text outside of its strings and comments, as standard SQL has them. A text that this
engine cuts up differently could hide a column from that reading.
"""

import re
from typing import Final

from hffix.authoring.words import with_marks
from hffix.database.mysql_literals import given
from hffix.database.queries import refuse_escaped_quotes
from hffix.database.session import Params
from hffix.errors.targets import QueryFailed

_PARTS: Final = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | (--(?=\S)) | --[^\n]* | (/\*M?!) | /\*.*?\*/ | (\#)""",
    re.VERBOSE | re.DOTALL,
)
_FOREIGN: Final = {
    1: "-- begins a comment here only where a blank follows it",
    2: "a comment that the server would run",
    3: "# begins a comment here; write -- and a blank",
}


def bound(sql: str, params: Params) -> str:
    """Write the params of an author's SQL into it; refuse a text that could be read in two ways."""
    refuse_escaped_quotes(sql)
    refuse_foreign(sql)
    return with_marks(sql, lambda name: given(params[name]) if name in params else f":{name}", brackets=False)


def refuse_foreign(sql: str) -> None:
    """Refuse comments that only this engine knows, or that it does not know."""
    for match in _PARTS.finditer(sql):
        if match.lastindex:
            raise QueryFailed(f"the SQL is not read by everybody alike: {_FOREIGN[match.lastindex]}")
