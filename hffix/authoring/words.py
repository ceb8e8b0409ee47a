"""The words of an SQL text: identifiers outside of strings and comments, quoted or not, and its params."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

Value = TypeVar("Value")

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


_MARKS: Final = re.compile(
    r"""'(?:[^']|'')*' | --[^\n]* | /\*.*?\*/ | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\] | :: | :([^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)


def params_in(sql: str) -> tuple[str, ...]:
    """List the params that stand in a text as :name, each once."""
    return tuple(dict.fromkeys(match[1] for match in _MARKS.finditer(sql) if match[1]))


def params_of(sql: str, params: Mapping[str, Value]) -> dict[str, Value]:
    """Give a text only the params that stand in it: an engine need not take others."""
    return {name: params[name] for name in params_in(sql) if name in params}


def with_marks(sql: str, mark: Callable[[str], str]) -> str:
    """Put the driver's own mark where each param stands; strings, comments and casts stay as they are."""
    return _MARKS.sub(lambda match: mark(match[1]) if match[1] else match[0], sql)
