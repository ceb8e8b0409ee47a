"""The words of an SQL text: identifiers outside of strings and comments, quoted or not."""

import re
from collections.abc import Iterable
from typing import Final

_TOKENS: Final = re.compile(
    r"""'(?:[^']|'')*' | --[^\n]* | /\*.*?\*/ | "((?:[^"]|"")*)" | `([^`]*)` | \[([^\]]*)\] | ([^\W\d][\w$#]*)""",
    re.VERBOSE | re.DOTALL,
)


def words_of(sql: str) -> frozenset[str]:
    """List the identifiers, keywords among them, case-folded: an engine may compare them without case."""
    found: set[str] = set()
    for match in _TOKENS.finditer(sql):
        word = next((group for group in match.groups() if group is not None), None)
        if word is not None:
            found.add(word.replace('""', '"').casefold())
    return frozenset(found)


def named_in(sqls: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """List those of `names` that stand as a word in any of the texts; more is safe, less is not."""
    words = frozenset[str]().union(*map(words_of, sqls))
    return tuple(name for name in names if name.casefold() in words)
