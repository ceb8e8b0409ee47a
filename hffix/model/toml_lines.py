"""Where things stand in a TOML file: the line of each key, so that a fault can be named by it."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """Give the line on which each key, and each table, of a file that can be read begins.

    A statement ends with the first line at which what was read since the one before is TOML by itself.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    statement, begins = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        statement += line + "\n"
        try:
            told = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = _table(told, found)
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], begins)
        else:
            for path in _paths(told):
                found.setdefault((*table, *path), begins)
        statement, begins = "", number + 1
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Give the line of a path, or of the nearest table around it; None where it stands nowhere."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _table(told: Any, found: Mapping[Path, int]) -> Path:
    """Name the table that a header opens: the next of its kind for `[[…]]`, and else in the last one of each list."""
    path: Path = ()
    while told:
        ((name, told),) = told.items()
        path = (*path, name)
        count = sum(one[:-1] == path and isinstance(one[-1], int) for one in found if one)
        if isinstance(told, list):
            return (*path, count)
        if count:
            path = (*path, count - 1)
    return path


def _paths(told: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in told.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, *path) for path in _paths(value))
