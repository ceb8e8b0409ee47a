"""The words of an SQL text: identifiers outside of strings and comments, quoted or not, and its params.

What stands between brackets is a name to SQLite and an array to PostgreSQL; so a text is read in both ways. A word too
many guards one column more, a word too few lets a row go that has left its scope.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeVar

Value = TypeVar("Value")

_ASIDE: Final = r"'(?:[^']|'')*' | --[^\n]* | /\*.*?\*/"
_NAME: Final = r'"((?:[^"]|"")*)" | `((?:[^`]|``)*)`'
# Engines take every character beyond ASCII for a letter, and some a digit for the first one.
_PLAIN: Final = r"((?:[\w$#]|[^\x00-\x7f])+)"
_TOKENS: Final = (
    re.compile(rf"{_ASIDE} | {_NAME} | \[([^\]]*)\] | {_PLAIN}", re.VERBOSE | re.DOTALL),
    re.compile(rf"{_ASIDE} | {_NAME} | {_PLAIN}", re.VERBOSE | re.DOTALL),
)
_PARTS: Final = re.compile(r"\w+")
# What every SQL text of a fix calls the table, and what follows where only a column of it is meant.
_ROW: Final = "t"
_COLUMN: Final = re.compile(r"\s*\.\s*[^\s*]")


def words_of(sql: str) -> frozenset[str]:
    """List the identifiers, keywords among them, case-folded: an engine may compare them without case."""
    found: set[str] = set()
    for word, plain, _ in _words(sql):
        found.add(word)
        if plain:
            # An operator such as # may part two names where no blank does.
            found.update(_PARTS.findall(word))
    return frozenset(found)


def named_in(sqls: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """List those of `names` that stand as a word in any of the texts; more is safe, less is not.

    Where a text takes the row as a whole, as `to_jsonb(t)` does, every name may stand behind it.
    """
    texts = tuple(sqls)
    if any(map(_takes_row, texts)):
        return tuple(names)
    words = frozenset[str]().union(*map(words_of, texts))
    return tuple(name for name in names if name.casefold() in words)


def _takes_row(sql: str) -> bool:
    return any(word == _ROW and not _COLUMN.match(sql, end) for word, _, end in _words(sql))


def _words(sql: str) -> Iterator[tuple[str, bool, int]]:
    """Give each word, whether it stands without quotes, and where it ends."""
    for tokens in _TOKENS:
        for match in tokens.finditer(sql):
            groups = match.groups()
            word = next((group for group in groups if group is not None), None)
            if word is not None:
                yield word.replace('""', '"').replace("``", "`").casefold(), groups[-1] is not None, match.end()


_QUOTED: Final = r'"(?:[^"]|"")*" | `[^`]*`'
_PARAM: Final = r":: | :([^\W\d]\w*)"
_MARKS: Final = {
    True: re.compile(rf"{_ASIDE} | {_QUOTED} | \[[^\]]*\] | {_PARAM}", re.VERBOSE | re.DOTALL),
    False: re.compile(rf"{_ASIDE} | {_QUOTED} | {_PARAM}", re.VERBOSE | re.DOTALL),
}


def params_in(sql: str) -> tuple[str, ...]:
    """List the params that stand in a text as :name, each once."""
    return tuple(dict.fromkeys(match[1] for marks in _MARKS.values() for match in marks.finditer(sql) if match[1]))


def params_of(sql: str, params: Mapping[str, Value]) -> dict[str, Value]:
    """Give a text only the params that stand in it: an engine need not take others."""
    return {name: params[name] for name in params_in(sql) if name in params}


def with_marks(sql: str, mark: Callable[[str], str], *, brackets: bool) -> str:
    """Put the driver's own mark where each param stands; strings, comments and casts stay as they are.

    `brackets` says whether they quote a name, in which no param stands.
    """
    return _MARKS[brackets].sub(lambda match: mark(match[1]) if match[1] else match[0], sql)
