"""Fix: the approval metadata of a script, and the declarations of what it may touch."""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, ParamSpec, TypeVar

from hffix.authoring.contracts import Contract, contracts_of
from hffix.authoring.declared import Declared
from hffix.errors.fixes import BadDeclaration
from hffix.model.canonical import LARGEST
from hffix.model.scope import Condition, SideEffect

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Cleaner = Callable[[str | None], str | None]
Risk = Literal["low", "medium", "high"]
OnConflict = Literal["stop", "skip"]

_TEXT = Contract(frozenset({str, type(None)}), "str")
_READABLE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Fix:
    """One bulk correction: who proposes it, under which ticket, at which risk, and its scopes."""

    def __init__(
        self, *, author: str, ticket: str | None = None, risk: Risk = "medium", on_conflict: OnConflict = "stop"
    ) -> None:
        line = _line()
        _refuse(not author.strip(), f"line {line}: the author is blank")
        _refuse(risk not in {"low", "medium", "high"}, f"line {line}: risk is low, medium or high")
        _refuse(on_conflict not in {"stop", "skip"}, f"line {line}: on_conflict is stop or skip")
        self.author = author
        self.ticket = ticket
        self.risk: Risk = risk
        self.on_conflict: OnConflict = on_conflict
        self.scopes: list[Declared] = []
        self.kept: list[tuple[str, ...]] = []
        self.required: list[Condition] = []
        self.ensured: list[Condition] = []
        self.effects: list[SideEffect] = []

    def clean(
        self,
        table: str,
        column: str,
        cleaner: Cleaner,
        *,
        at_most: int,
        where: str | None = None,
        to_null: bool = False,
    ) -> None:
        """Pass one column's text through one cleaner; NULL stays NULL."""

        def cleaned(value: str | None) -> str | None:
            return None if value is None else cleaner(value)

        self._declare(
            Declared(
                kind="clean",
                table=table,
                line=_line(),
                at_most=at_most,
                writes=(column,),
                reads=(column,),
                where=where,
                to_null=to_null,
                function=getattr(cleaner, "__name__", None),
                decide=cleaned,
                contracts=(_TEXT,),
            )
        )

    def rows(
        self,
        table: str,
        *,
        writes: str | tuple[str, ...],
        at_most: int,
        where: str | None = None,
        to_null: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
        """Decide rows by a function: its positional parameters are the columns read, what it returns is written."""
        named = dict(columns or {})

        def declare(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
            line = function.__code__.co_firstlineno
            parameters = _parameters(function)
            several = (writes,) if isinstance(writes, str) else tuple(writes)
            try:
                contracts = contracts_of(function, parameters)
            except (TypeError, NameError) as fault:
                raise BadDeclaration(f"line {line}: {function.__name__}: {fault}") from fault
            self._declare(
                Declared(
                    kind="rows",
                    table=table,
                    line=line,
                    at_most=at_most,
                    writes=tuple(named.get(name, name) for name in several),
                    reads=tuple(named.get(name, name) for name in parameters),
                    where=where,
                    to_null=to_null,
                    function=function.__name__,
                    decide=function,
                    contracts=contracts,
                    results=None if isinstance(writes, str) else {n: named.get(n, n) for n in several},
                )
            )
            return function

        return declare

    def sql(
        self, table: str, values: Mapping[str, str], *, at_most: int, where: str | None = None, to_null: bool = False
    ) -> None:
        """Compute columns by the database at plan, from expressions in which the table is `t`."""
        self._declare(
            Declared(
                kind="sql",
                table=table,
                line=_line(),
                at_most=at_most,
                writes=tuple(values),
                expressions=tuple(values.values()),
                where=where,
                to_null=to_null,
            )
        )

    def delete(self, table: str, *, where: str, at_most: int) -> None:
        """Delete the rows for which `where` holds; each is guarded whole."""
        self._declare(Declared(kind="delete", table=table, line=_line(), at_most=at_most, where=where))

    def corrections(
        self, file: str, *, table: str, writes: str | tuple[str, ...], at_most: int, to_null: bool = False
    ) -> None:
        """Write the values of a file in corrections/, one cell a line."""
        several = (writes,) if isinstance(writes, str) else tuple(writes)
        self._declare(
            Declared(
                kind="corrections",
                table=table,
                line=_line(),
                at_most=at_most,
                writes=several,
                to_null=to_null,
                file=file,
            )
        )

    def keeps(self, *columns: str) -> None:
        """Declare that the exact total over all these `table.column` stays what it is."""
        dotted = bool(columns) and all("." in column for column in columns)
        _refuse(not dotted, f"line {_line()}: keeps takes names like table.column")
        self.kept.append(columns)

    def requires(self, title: str, query: str, *, equals: str | int | None) -> None:
        """Declare a query that must give this value at plan and again before the first write."""
        self.required.append(_condition(title, query, equals, line=_line()))

    def ensures(self, title: str, query: str, *, equals: str | int | None) -> None:
        """Declare a query that must give this value in a trial and after the last chunk."""
        self.ensured.append(_condition(title, query, equals, line=_line()))

    def side_effects(self, table: str, *columns: str) -> None:
        """Declare columns that the database itself changes when their row is written."""
        self.effects.extend(SideEffect(table=table, column=column) for column in columns)

    def _declare(self, scope: Declared) -> None:
        at_most = scope.at_most
        whole = type(at_most) is int and 1 <= at_most <= LARGEST
        _refuse(not whole, f"line {scope.line}: at_most is a number of rows from 1 to {LARGEST}")
        _refuse(scope.kind != "delete" and not scope.writes, f"line {scope.line}: writes names no column")
        _refuse(_twice(scope.writes), f"line {scope.line}: writes names a column twice")
        _refuse(scope.where is not None and not scope.where.strip(), f"line {scope.line}: where is blank")
        self.scopes.append(scope)


def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    line, name = function.__code__.co_firstlineno, function.__name__
    found = inspect.signature(function).parameters.values()
    for parameter in found:
        where = f"line {line}: {name}: parameter {parameter.name}"
        _refuse(parameter.kind is inspect.Parameter.KEYWORD_ONLY, f"{where} is no param and no lookup of this fix")
        _refuse(parameter.kind not in _READABLE, f"{where} is no column")
        _refuse(parameter.default is not inspect.Parameter.empty, f"{where} has a default: a column has none")
    _refuse(not found, f"line {line}: {name} reads no column")
    return tuple(parameter.name for parameter in found)


def _condition(title: str, query: str, equals: object, *, line: int) -> Condition:
    _refuse(type(equals) not in {str, int, type(None)}, f"line {line}: equals is text, a whole number or None")
    large = isinstance(equals, int) and abs(equals) > LARGEST
    _refuse(large, f"line {line}: equals is no whole number beyond {LARGEST}; compare it as text")
    return Condition(title=title, query=query, equals=equals)  # type: ignore[arg-type]


def _line() -> int:
    return sys._getframe(2).f_lineno


def _twice(names: Iterable[str]) -> bool:
    listed = tuple(names)
    return len(set(listed)) != len(listed)


def _refuse(wrong: bool, message: str) -> None:  # noqa: FBT001 - a sentence's condition
    if wrong:
        raise BadDeclaration(message)
