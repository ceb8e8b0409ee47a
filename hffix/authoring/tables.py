"""The tables that an SQL text looks into, read from the text alone: what stands after FROM and JOIN of a SELECT.

Where the database can be asked, it says better which words are tables; this is for where nobody may ask it yet.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKENS: Final = re.compile(
    r"""'(?:[^']|'')*' | --[^\n]* | /\*.*?\*/
    | (?P<quoted> "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\] ) | (?P<word> [^\W\d][\w$\#]* ) | (?P<sign> [().,] )""",
    re.VERBOSE | re.DOTALL,
)
_NO_NAMES: Final = frozenset({"select", "lateral", "values", "only", "unnest", "table"})


class _Token(NamedTuple):
    text: str
    quoted: bool = False


class _Level:
    """One pair of parentheses: whether a SELECT stands in it, so that a FROM in it begins a list of tables."""

    def __init__(self) -> None:
        self.selects = False
        self.listing = False
        """Whether the next name is one of a table."""
        self.in_from = False


def tables_in(sql: str, *, folded: bool = False) -> tuple[str, ...]:
    """List the tables that a text names after FROM and JOIN, each once; what it defines itself by WITH is none.

    With `folded` a name that is not quoted is written small, as PostgreSQL reads it.
    """
    tokens = list(_tokens(sql, folded=folded))
    defined = set(_defined(tokens))
    found = (name for name in _named(tokens) if name.casefold() not in defined)
    return tuple(dict.fromkeys(found))


def _tokens(sql: str, *, folded: bool) -> Iterator[_Token]:
    for match in _TOKENS.finditer(sql):
        if match["quoted"]:
            text = match["quoted"]
            yield _Token(text[1:-1].replace('""', '"') if text[0] == '"' else text[1:-1], quoted=True)
        elif match["word"] or match["sign"]:
            yield _Token((match["word"].lower() if folded else match["word"]) if match["word"] else match["sign"])


def _defined(tokens: list[_Token]) -> Iterator[str]:
    """Give the names of common table expressions: a name, perhaps its columns, AS and a parenthesis."""
    words = [token.text.casefold() for token in tokens]
    if "with" not in words:
        return
    for place, word in enumerate(words[:-1]):
        if word == "as" and words[place + 1] in {"(", "materialized", "not"} and place:
            before = place - 1
            if words[before] == ")":
                before = _opening(words, before) - 1
            if before >= 0:
                yield words[before]


def _opening(words: list[str], closing: int) -> int:
    depth = 0
    for place in range(closing, -1, -1):
        depth += (words[place] == ")") - (words[place] == "(")
        if not depth:
            return place
    return 0


def _named(tokens: list[_Token]) -> Iterator[str]:
    levels = [_Level()]
    place = 0
    while place < len(tokens):
        token, level = tokens[place], levels[-1]
        word = "" if token.quoted else token.text.casefold()
        if word == "(":
            # A list of tables may itself stand in parentheses.
            levels.append(_Level())
            levels[-1].selects = levels[-1].listing = levels[-1].in_from = level.listing
            level.listing = False
        elif word == ")":
            if len(levels) > 1:
                levels.pop()
        elif word == "select":
            level.selects, level.listing, level.in_from = True, False, False
        elif word == "from" and level.selects:
            # IS DISTINCT FROM compares; EXTRACT(… FROM …) and its like have no SELECT beside them.
            level.listing = level.in_from = not (place and tokens[place - 1].text.casefold() == "distinct")
        elif word == "join" and level.selects:
            level.listing = level.in_from = True
        elif word == "," and level.in_from:
            level.listing = True
        elif word in {"where", "group", "order", "having", "limit", "union", "intersect", "except", "on", "using"}:
            level.listing = False
            level.in_from = level.in_from and word in {"on", "using"}
        elif level.listing and word not in _NO_NAMES and word not in {".", ","}:
            name, place = _whole(tokens, place)
            level.listing = False
            # A name with a parenthesis behind it is a function.
            if place + 1 >= len(tokens) or tokens[place + 1] != _Token("("):
                yield name
        place += 1


def _whole(tokens: list[_Token], place: int) -> tuple[str, int]:
    """Read a name with its schema, and say where it ends."""
    name = tokens[place].text
    while place + 2 < len(tokens) and tokens[place + 1] == _Token("."):
        place += 2
        name = f"{name}.{tokens[place].text}"
    return name, place
