"""Signatures: what a function's parameters say that it reads, and what a declaration may not say."""

import inspect
from collections.abc import Callable, Iterable
from typing import Final

from hffix.authoring.declared import DeclaredCases
from hffix.errors.fixes import BadDeclaration
from hffix.model.canonical import LARGEST

_READABLE: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def parameters_of(function: Callable[..., object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the names of the columns that a function reads, and of the params and lookups that it takes."""
    line, name = function.__code__.co_firstlineno, function.__name__
    later = inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function)
    refuse_if(later, f"line {line}: {name} is async or yields; a fix decides at once and returns")
    columns: list[str] = []
    given: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        where = f"line {line}: {name}: parameter {parameter.name}"
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            refuse_if(parameter.default is not inspect.Parameter.empty, f"{where} has a default: it is always given")
            given.append(parameter.name)
            continue
        refuse_if(parameter.kind not in _READABLE, f"{where} is no column")
        refuse_if(parameter.default is not inspect.Parameter.empty, f"{where} has a default: a column has none")
        columns.append(parameter.name)
    return tuple(columns), tuple(given)


def check_cases(cases: DeclaredCases) -> None:
    """Refuse cases that could write what they do not read, or that say nothing."""
    line, at_most = cases.line, cases.at_most
    refuse_if(type(at_most) is not int or not 1 <= at_most <= LARGEST, f"line {line}: at_most is a number of rows")
    refuse_if(not cases.query.strip(), f"line {line}: the query is blank")
    refuse_if(not cases.reads, f"line {line}: the cases read no table")
    writing = (*cases.writes, *cases.deletes)
    unread = [table for table in writing if table not in cases.reads]
    refuse_if(bool(unread), f"line {line}: {', '.join(unread)} is written and not in reads")
    refuse_if(not (*writing, *cases.inserts), f"line {line}: the cases write, insert and delete nothing")
    several = (*cases.reads.values(), *cases.writes.values(), cases.inserts, cases.deletes)
    refuse_if(any(map(has_twice, several)), f"line {line}: a name stands twice in reads, writes, inserts or deletes")
    empty = [table for table, columns in (*cases.reads.items(), *cases.writes.items()) if not columns]
    refuse_if(bool(empty), f"line {line}: {', '.join(empty)} is given without a column")


def has_twice(names: Iterable[str]) -> bool:
    """Say whether a name stands there twice."""
    listed = tuple(names)
    return len(set(listed)) != len(listed)


def refuse_if(wrong: bool, message: str) -> None:  # noqa: FBT001 - a sentence's condition
    """Refuse a declaration."""
    if wrong:
        raise BadDeclaration(message)
