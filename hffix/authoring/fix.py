"""Fix: the approval metadata of a script, and the declarations of what it may touch."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar, overload
from uuid import UUID

from hffix.authoring.case import Case
from hffix.authoring.contracts import Contract, contracts_of
from hffix.authoring.declared import Declared, DeclaredCases, DeclaredLookup
from hffix.authoring.params import WORDS, ParamValue
from hffix.authoring.signatures import check_cases, has_twice, parameters_of, refuse_if
from hffix.authoring.words import params_in
from hffix.cleaners.columns import column_cleaner
from hffix.errors.fixes import BadDeclaration, BadParam
from hffix.model.besides import ROWS
from hffix.model.canonical import LARGEST
from hffix.model.scope import Condition, SideEffect

Parameters = ParamSpec("Parameters")
# What a function may return: a value that a column holds, or a dict of them for several columns.
OneCell = TypeVar("OneCell", bound=str | int | Decimal | float | bytes | bool | date | datetime | time | UUID | None)
SeveralCells = TypeVar("SeveralCells", bound=Mapping[str, object])
Cleaner = Callable[[str | None], str | None]
Risk = Literal["low", "medium", "high"]
OnConflict = Literal["stop", "skip"]

NOTHING: Final[Mapping[str, type[ParamValue]]] = MappingProxyType({})
NO_TABLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

_TEXT = Contract(frozenset({str, type(None)}), "str")


class Fix:
    """One bulk correction: who proposes it, under which ticket, at which risk, and its scopes."""

    def __init__(
        self,
        *,
        author: str,
        ticket: str | None = None,
        risk: Risk = "medium",
        on_conflict: OnConflict = "stop",
        params: Mapping[str, type[ParamValue]] = NOTHING,
        after: tuple[str, ...] = (),
        targets: tuple[str, ...] = (),
    ) -> None:
        line = _line()
        refuse_if(not author.strip(), f"line {line}: the author is blank")
        refuse_if(risk not in {"low", "medium", "high"}, f"line {line}: risk is low, medium or high")
        refuse_if(on_conflict not in {"stop", "skip"}, f"line {line}: on_conflict is stop or skip")
        self.author = author
        self.ticket = ticket
        self.risk: Risk = risk
        self.on_conflict: OnConflict = on_conflict
        foreign = [name for name, kind in params.items() if kind not in WORDS or not name.isidentifier()]
        refuse_if(
            bool(foreign), f"line {line}: a param is a str, int, Decimal, bool, date or datetime with a Python name"
        )
        refuse_if(
            isinstance(after, str) or isinstance(targets, str), f"line {line}: after and targets are tuples of text"
        )
        self.line = line
        self.params = dict(params)
        self.after = tuple(after)
        self.targets = tuple(targets)
        self.scopes: list[Declared] = []
        self.case_scopes: list[DeclaredCases] = []
        self.lookups: dict[str, DeclaredLookup] = {}
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
                column=column_cleaner(cleaner),
                contracts=(_TEXT,),
            )
        )

    @overload
    def rows(
        self,
        table: str,
        *,
        writes: str,
        at_most: int,
        where: str | None = None,
        to_null: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> Callable[[Callable[Parameters, OneCell]], Callable[Parameters, OneCell]]: ...

    @overload
    def rows(
        self,
        table: str,
        *,
        writes: tuple[str, ...],
        at_most: int,
        where: str | None = None,
        to_null: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> Callable[[Callable[Parameters, SeveralCells]], Callable[Parameters, SeveralCells]]: ...

    def rows(
        self,
        table: str,
        *,
        writes: str | tuple[str, ...],
        at_most: int,
        where: str | None = None,
        to_null: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decide rows by a function: its positional parameters are the columns read, what it returns is written."""
        named = dict(columns or {})

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            line = function.__code__.co_firstlineno
            parameters, given = parameters_of(function)
            refuse_if(not parameters, f"line {line}: {function.__name__} reads no column")
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
                    given=given,
                )
            )
            return function

        return declare

    def cases(
        self,
        query: str,
        *,
        reads: Mapping[str, tuple[str, ...]],
        at_most: int,
        writes: Mapping[str, tuple[str, ...]] = NO_TABLES,
        inserts: tuple[str, ...] = (),
        deletes: tuple[str, ...] = (),
        to_null: bool = False,
    ) -> Callable[[Callable[Concatenate[Case, Parameters], None]], Callable[Concatenate[Case, Parameters], None]]:
        """Decide several rows together: each row of the query is a case, its columns the function's parameters."""

        def declare(
            function: Callable[Concatenate[Case, Parameters], None],
        ) -> Callable[Concatenate[Case, Parameters], None]:
            line = function.__code__.co_firstlineno
            parameters, given = parameters_of(function)
            refuse_if(not parameters, f"line {line}: {function.__name__} takes a case first")
            try:
                contracts = contracts_of(function, parameters[1:])
            except (TypeError, NameError) as fault:
                raise BadDeclaration(f"line {line}: {function.__name__}: {fault}") from fault
            cases = DeclaredCases(
                query=query,
                line=line,
                at_most=at_most,
                function=function.__name__,
                decide=function,
                arguments=parameters[1:],
                contracts=contracts,
                given=given,
                reads={table: tuple(columns) for table, columns in reads.items()},
                writes={table: tuple(columns) for table, columns in writes.items()},
                inserts=tuple(inserts),
                deletes=tuple(deletes),
                to_null=to_null,
            )
            check_cases(cases)
            self.case_scopes.append(cases)
            return function

        return declare

    def lookup(self, name: str, *, key: str, value: str, table: str | None = None, file: str | None = None) -> None:
        """Give functions a mapping by name: from two columns of a table, or of a file beside the script."""
        line = _line()
        refuse_if((table is None) == (file is None), f"line {line}: a lookup has a table or a file")
        refuse_if(not name.isidentifier(), f"line {line}: a lookup has a Python name")
        refuse_if(name in self.lookups or name in self.params, f"line {line}: {name} is declared twice")
        self.lookups[name] = DeclaredLookup(name=name, line=line, key=key, value=value, table=table, file=file)

    def check(self) -> None:
        """Refuse names that nothing declares, and params and lookups that nothing uses."""
        taken: set[str] = set()
        scopes: list[Declared | DeclaredCases] = [*self.scopes, *self.case_scopes]
        for scope in scopes:
            for name in scope.given:
                known = name in self.params or name in self.lookups
                where = f"line {scope.line}: {scope.function}: parameter {name}"
                refuse_if(not known, f"{where} is no param and no lookup of this fix")
            taken.update(scope.given)
        for line, sql in self.texts():
            unknown = [name for name in params_in(sql) if name not in self.params]
            refuse_if(bool(unknown), f"line {line}: :{', :'.join(unknown)} in the SQL is no param of this fix")
            taken.update(params_in(sql))
        idle = [f"the param {name}" for name in self.params if name not in taken]
        idle += [f"the lookup {name}" for name in self.lookups if name not in taken]
        if idle:
            raise BadParam(f"line {self.line}: nothing uses {', '.join(idle)}")

    def texts(self) -> Iterable[tuple[int, str]]:
        """Give every SQL text of the fix, with its line."""
        for scope in self.scopes:
            yield from ((scope.line, sql) for sql in (scope.where, *scope.expressions) if sql)
        yield from ((cases.line, cases.query) for cases in self.case_scopes)
        yield from ((self.line, condition.query) for condition in (*self.required, *self.ensured))

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
        refuse_if(not dotted, f"line {_line()}: keeps takes names like table.column")
        self.kept.append(columns)

    def requires(self, title: str, query: str, *, equals: str | int | None) -> None:
        """Declare a query that must give this value at plan and again before the first write."""
        self.required.append(_condition(title, query, equals, line=_line()))

    def ensures(self, title: str, query: str, *, equals: str | int | None) -> None:
        """Declare a query that must give this value in a trial and after the last chunk."""
        self.ensured.append(_condition(title, query, equals, line=_line()))

    def side_effects(self, table: str, *columns: str) -> None:
        """Declare columns that the database itself changes when their row is written; without any, rows of a table.

        Rows of a table that a trigger writes along are counted; they are neither backed up nor taken back.
        """
        self.effects.extend(SideEffect(table=table, column=column) for column in columns or (ROWS,))

    def _declare(self, scope: Declared) -> None:
        at_most = scope.at_most
        whole = type(at_most) is int and 1 <= at_most <= LARGEST
        refuse_if(not whole, f"line {scope.line}: at_most is a number of rows from 1 to {LARGEST}")
        refuse_if(scope.kind != "delete" and not scope.writes, f"line {scope.line}: writes names no column")
        refuse_if(has_twice(scope.writes), f"line {scope.line}: writes names a column twice")
        refuse_if(scope.where is not None and not scope.where.strip(), f"line {scope.line}: where is blank")
        self.scopes.append(scope)


def _condition(title: str, query: str, equals: object, *, line: int) -> Condition:
    refuse_if(type(equals) not in {str, int, type(None)}, f"line {line}: equals is text, a whole number or None")
    large = isinstance(equals, int) and abs(equals) > LARGEST
    refuse_if(large, f"line {line}: equals is no whole number beyond {LARGEST}; compare it as text")
    return Condition(title=title, query=query, equals=equals)  # type: ignore[arg-type]


def _line() -> int:
    return sys._getframe(2).f_lineno
