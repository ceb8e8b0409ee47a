"""Binding a script's scopes to the tables as they are: what is read, written, guarded, and what may not be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hffix.authoring.declared import Declared, DeclaredCases
from hffix.authoring.loading import Script
from hffix.authoring.words import named_in, params_of, words_of
from hffix.database import Snapshot
from hffix.database.session import NO_PARAMS, Params
from hffix.errors.fixes import BadDeclaration, KeyWritten, NothingDeclared, UnknownColumn
from hffix.errors.targets import QueryFailed
from hffix.model.schema import Table, parents_first
from hffix.model.scope import Scope, ScopeKind
from hffix.workflow.bind_effects import check_effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A declared scope with the facts that the manifest states."""

    number: int
    declared: Declared
    facts: Scope
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCases:
    """Declared cases with the facts that the manifest states: a scope for each table and each of its rights."""

    declared: DeclaredCases
    facts: tuple[Scope, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """All scopes of a script, on the tables that they touch."""

    tables: Mapping[str, Table]
    scopes: tuple[Bound, ...]
    cases: tuple[BoundCases, ...]
    order: tuple[str, ...]

    @property
    def facts(self) -> tuple[Scope, ...]:
        """The scopes as the manifest states them."""
        return (*(bound.facts for bound in self.scopes), *(fact for bound in self.cases for fact in bound.facts))

    @property
    def written_by_cases(self) -> frozenset[str]:
        """The tables whose rows cases may change."""
        return frozenset(
            table
            for cases in self.cases
            for table in (*cases.declared.writes, *cases.declared.inserts, *cases.declared.deletes)
        )

    def changing(self, table: str) -> tuple[Bound, ...]:
        """List the scopes that update rows of a table."""
        return tuple(s for s in self.scopes if s.facts.table == table and s.facts.kind != "delete")

    def deleting(self, table: str) -> tuple[Bound, ...]:
        """List the scopes that delete rows of a table."""
        return tuple(s for s in self.scopes if s.facts.table == table and s.facts.kind == "delete")


def bind(script: Script, snapshot: Snapshot, *, params: Params = NO_PARAMS) -> Binding:
    """Check every scope against the target's tables, and say what guards its rows."""
    fix = script.fix
    if not fix.scopes and not fix.case_scopes:
        raise NothingDeclared(f"{script.path.name} declares no scope")
    names = dict.fromkeys(
        (*(scope.table for scope in fix.scopes), *(table for cases in fix.case_scopes for table in cases.tables))
    )
    tables = {name: snapshot.table(name) for name in names}
    for table in tables.values():
        snapshot.refuse_null_keys(table)
    scopes = tuple(
        _bound(script, scope, tables[scope.table], snapshot, number=number, params=params)
        for number, scope in enumerate(fix.scopes)
    )
    cases = tuple(_bound_cases(script, declared, tables, snapshot, params=params) for declared in fix.case_scopes)
    for columns in fix.kept:
        _check_kept(script, columns, tables)
    check_effects(script, tables, snapshot)
    return Binding(tables=tables, scopes=scopes, cases=cases, order=parents_first(tables.values()))


def _bound(script: Script, scope: Declared, table: Table, snapshot: Snapshot, *, number: int, params: Params) -> Bound:
    place = f"{script.path.name}, line {scope.line}"
    for column in (*scope.reads, *scope.writes):
        if table.column(column) is None:
            whose = f"parameter or column {column} of {scope.function}" if scope.kind == "rows" else f"column {column}"
            raise UnknownColumn(f"{place}: {whose} is no column of {table.name}")
    _refuse_unwritable(scope.writes, table, place=place)
    sqls = [sql for sql in (scope.where, *scope.expressions) if sql]
    named = named_in(sqls, table.names)
    guards = table.stored if scope.kind == "delete" else _in_order(table, {*scope.reads, *named, *scope.writes})
    _try_sql(scope, table, snapshot, place=place, params=params)
    return Bound(
        number=number,
        declared=scope,
        guards=guards,
        facts=Scope(
            table=table.name,
            kind=scope.kind,
            reads=table.stored if scope.kind == "delete" else _in_order(table, {*scope.reads, *named}),
            writes=scope.writes,
            where=scope.where,
            unguarded=_other_tables(sqls, table, snapshot),
            to_null=scope.to_null,
            at_most=scope.at_most,
            function=scope.function,
        ),
    )


def _bound_cases(
    script: Script, cases: DeclaredCases, tables: Mapping[str, Table], snapshot: Snapshot, *, params: Params
) -> BoundCases:
    place = f"{script.path.name}, line {cases.line}"
    for name in cases.reads:
        for column in (*cases.reads[name], *cases.writes.get(name, ())):
            if tables[name].column(column) is None:
                raise UnknownColumn(f"{place}: column {column} of {cases.function} is no column of {name}")
        _refuse_unwritable(cases.writes.get(name, ()), tables[name], place=place)
    _try_query(cases, snapshot, place=place, params=params)
    words = words_of(cases.query)
    unguarded = tuple(sorted(w for w in words - {n.casefold() for n in cases.reads} if snapshot.has_table(w)))

    def scope(table: str, kind: ScopeKind, reads: Iterable[str], writes: Iterable[str]) -> Scope:
        return Scope(
            table=table,
            kind=kind,
            reads=tuple(reads),
            writes=tuple(writes),
            where=cases.query,
            unguarded=unguarded,
            to_null=cases.to_null,
            at_most=cases.at_most,
            function=cases.function,
        )

    return BoundCases(
        declared=cases,
        facts=(
            *(scope(n, "cases", _in_order(tables[n], set(c)), cases.writes.get(n, ())) for n, c in cases.reads.items()),
            *(scope(n, "cases-insert", (), tables[n].stored) for n in cases.inserts),
            *(scope(n, "cases-delete", tables[n].stored, ()) for n in cases.deletes),
        ),
    )


def _refuse_unwritable(columns: Iterable[str], table: Table, *, place: str) -> None:
    for column in columns:
        if column in table.key:
            raise KeyWritten(f"{place}: {column} is a key column of {table.name}")
        if column not in table.stored:
            raise KeyWritten(f"{place}: {column} of {table.name} is generated by the database")
        if (described := table.column(column)) is not None and described.numbered:
            raise KeyWritten(f"{place}: {column} of {table.name} is numbered by the database")


def _try_query(cases: DeclaredCases, snapshot: Snapshot, *, place: str, params: Params) -> None:
    """Let the database read the query over no row, and see that it has every column that the function takes."""
    nothing = f"SELECT * FROM (\n{cases.query}\n) AS cases WHERE 1 = 2"
    try:
        selected = snapshot.select(nothing, params=params_of(cases.query, params))
        for _ in selected.pages:
            pass
    except QueryFailed as fault:
        raise QueryFailed(f"{place}: {fault.message}") from fault
    missing = [name for name in cases.arguments if name not in selected.names]
    if missing:
        raise UnknownColumn(f"{place}: parameter {missing[0]} of {cases.function} is no column of its query")


def _try_sql(scope: Declared, table: Table, snapshot: Snapshot, *, place: str, params: Params) -> None:
    """Let the database read the author's SQL over no row, so that what it does not take is told with its line."""
    nowhere = f"1 = 2 AND ({scope.where or '1 = 1'}\n)"
    try:
        next(snapshot.scan(table, columns=(), expressions=scope.expressions, where=[nowhere], params=params), None)
    except QueryFailed as fault:
        raise QueryFailed(f"{place}: {fault.message}") from fault


def _in_order(table: Table, columns: set[str]) -> tuple[str, ...]:
    return tuple(name for name in table.names if name in columns)


def _other_tables(sqls: Iterable[str], table: Table, snapshot: Snapshot) -> tuple[str, ...]:
    """Name the tables that the SQL looks into besides its own: nothing guards their rows."""
    words = frozenset[str]().union(*map(words_of, sqls))
    return tuple(sorted(word for word in words if word != table.name.casefold() and snapshot.has_table(word)))


def _check_kept(script: Script, columns: Iterable[str], tables: Mapping[str, Table]) -> None:
    for dotted in columns:
        name, _, column = dotted.rpartition(".")
        if name not in tables:
            raise BadDeclaration(f"{script.path.name}: keeps names {dotted}, but no scope touches {name}")
        if tables[name].column(column) is None:
            raise UnknownColumn(f"{script.path.name}: keeps names {column}, which is no column of {name}")
