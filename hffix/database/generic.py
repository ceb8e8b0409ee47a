"""Any other database: one state of it, its values as its driver gives them, each held against its column's type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Select, literal_column, select
from sqlalchemy.sql import Executable

from hffix.database import generic_spool
from hffix.database import generic_statements as statements
from hffix.database.generic_clock import clock_of, written
from hffix.database.generic_faults import REFUSALS
from hffix.database.generic_link import Link
from hffix.database.generic_schema import Catalogue, Described
from hffix.database.generic_settle import settler
from hffix.database.generic_statements import Query, Verbatim
from hffix.database.generic_types import Foreign, Read, as_parameter, read_any
from hffix.database.generic_unasked import Unasked
from hffix.database.mysql_words import refuse_foreign
from hffix.database.portable import after, bound
from hffix.database.queries import refuse_escaped_quotes, refuse_writing
from hffix.database.session import NO_PARAMS, Params, Row, Selected, Unshared
from hffix.database.unsettled import Unsettled
from hffix.errors import HffixError
from hffix.errors.targets import KeyRefused, NotPinned, QueryFailed, TableRefused
from hffix.model.schema import ForeignKey, Table
from hffix.model.value import Raw

PAGE_ROWS: Final = 5_000
SELECTED_ROWS: Final = 1_000
MOST_VALUES: Final = 500
_ACTING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


class Generic(Unshared, Unasked):
    """A snapshot, or the reading half of a session."""

    apart = True
    several = False

    def __init__(self, link: Link, *, place: Mapping[str, str], notes: tuple[str, ...] = ()) -> None:
        self._link: Final = link
        self._place = place
        self._catalogue = Catalogue(link)
        self._tables: dict[str, Described] = {}
        self._clock = clock_of(link)
        self._empty_is_null: bool | None = None
        self.dialect = link.dialect.name
        self.notes = notes

    @property
    def connection(self) -> Connection:
        """The connection, for the change log's own tables."""
        connection: Connection = self._link.connection
        return connection

    def passing(self, fault: BaseException) -> HffixError | None:
        """Name a lock, a deadlock, or a connection that broke."""
        return self._link.passing(fault)

    def versions(self) -> dict[str, str]:
        """Name the dialect, and the version that its database told."""
        told = getattr(self._link.dialect, "server_version_info", None) or ("unknown",)
        return {self.dialect: ".".join(map(str, told))}

    def now(self) -> str:
        """Read the database's clock."""
        if self._clock is None:
            raise NotPinned(f"{self.dialect} does not tell its time in UTC by any name that hffix knows")
        return written(self._fetch(self._clock)[0][0])

    def place(self) -> dict[str, str]:
        """Say where the database stands as the url says it: no two databases tell it in the same words."""
        return dict(self._place)

    def has_table(self, name: str) -> bool:
        """Look a name up without case; the change log's own tables only where they are made."""
        return self._catalogue.has(name)

    def table(self, name: str) -> Table:
        """Describe a table as it is now."""
        described = self._tables[name] = self._catalogue.describe(name)
        return described.table

    def _described(self, table: Table) -> Described:
        if table.name not in self._tables:
            self.table(table.name)
        return self._tables[table.name]

    def refuse_null_keys(self, table: Table) -> None:
        """Refuse a table that holds NULL in its key, where its database allows it."""
        source = self._described(table).source
        for column in table.columns:
            if column.name in table.key and column.nullable:
                empty = source.c[column.name].is_(None)
                if self._fetch(select(literal_column("1")).select_from(source).where(empty).limit(1)):
                    raise KeyRefused(f"table {table.name} holds NULL in its key column {column.name}")

    def scan(
        self,
        table: Table,
        *,
        columns: Sequence[str],
        expressions: Sequence[str] = (),
        where: Sequence[str] = (),
        params: Params = NO_PARAMS,
    ) -> Iterator[list[Row]]:
        """Read by key: in pages that begin after a key, where its order is no collation's, else in the server's own."""
        described = self._described(table)
        source = described.source
        key = [source.c[name] for name in table.key]
        for theirs in (*expressions, *where):
            self._refuse_ambiguous(theirs)
        # The line ends let an author's SQL close with a comment.
        asked = [Verbatim(f"({expression}\n)", params) for expression in expressions]
        chosen = statements.any_of([Verbatim(f"({condition}\n)", params) for condition in where])
        query = (
            select(*key, *(source.c[name] for name in columns), *asked).select_from(source).where(chosen).order_by(*key)
        )
        readers = [*described.readers_of((*table.key, *columns)), *[("an expression", read_any)] * len(asked)]
        if described.ordered:
            return self._by_pages(table, query, readers)
        return self._spooled(table.name, query, readers, rows=PAGE_ROWS)

    def _by_pages(self, table: Table, query: Select[Any], readers: Sequence[tuple[str, Read]]) -> Iterator[list[Row]]:
        source = self._described(table).source
        key = [source.c[name] for name in table.key]
        page = self._page(table.name, query.limit(PAGE_ROWS), readers)
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            last = [as_parameter(value) for value in page[-1][: len(key)]]
            page = self._page(table.name, query.where(after(key, last)).limit(PAGE_ROWS), readers)

    def _page(self, name: str, query: Executable, readers: Sequence[tuple[str, Read]]) -> list[Row]:
        with self._theirs():
            return _read(self._link.fetch(query), readers, where=f"table {name}")

    def _spooled(
        self, name: str, query: Executable, readers: Sequence[tuple[str, Read]], *, rows: int
    ) -> Iterator[list[Row]]:
        with self._theirs():
            return self._spool(query, lambda _: readers, rows=rows, where=f"table {name}")[1]

    def _spool(
        self,
        query: Executable,
        readers_of: Callable[[Sequence[str]], Sequence[tuple[str, Read]]],
        *,
        rows: int,
        where: str,
    ) -> tuple[tuple[str, ...], Iterator[list[Row]]]:
        """Read an answer to its end, and keep it; give its names, and its rows in pages."""
        self._link.warned = False
        try:
            answer = self._link.run(query, stream=rows)
            names = tuple(answer.keys())
            readers = readers_of(names)
            take = partial(_take, answer, readers, rows=rows, where=where)
            found = generic_spool.pages(take)
        except REFUSALS as fault:
            raise self._link.refused(fault) from fault
        self._link.refuse_warned()
        return names, found

    def select(self, query: str, *, params: Params = NO_PARAMS) -> Selected:
        """Run a query of a fix and spool its rows."""
        self._refuse_unreadable(query)
        with self._theirs():
            found = self._spool(
                Query(query, params),
                lambda names: [(name, read_any) for name in names],
                rows=SELECTED_ROWS,
                where="the query",
            )
        return Selected(*found)

    def single(self, query: str, *, params: Params = NO_PARAMS) -> Raw:
        """Run a query that gives one value in one row."""
        self._refuse_unreadable(query)
        with self._theirs():
            rows = self._link.fetch(Query(query, params))
        if len(rows) != 1 or len(rows[0]) != 1:
            raise QueryFailed("the query must give exactly one value in one row")
        return _read(rows, [("its value", read_any)], where="the query")[0][0]

    def _refuse_unreadable(self, query: str) -> None:
        refuse_writing(query)
        self._refuse_ambiguous(query)

    def _refuse_ambiguous(self, sql: str) -> None:
        """Refuse a text that this database may cut up otherwise than hffix does, which looks for columns in it."""
        refuse_escaped_quotes(sql)
        if self._link.family == "mysql":
            refuse_foreign(sql)

    def _theirs(self) -> AbstractContextManager[None]:
        """Run an author's SQL; a snapshot is rolled back at its end, whatever a function wrote."""
        return nullcontext()

    def _fetch(self, statement: Executable, values: Any = None) -> list[tuple[Any, ...]]:
        return self._link.fetch(statement, values)

    def answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Ask one question after another; those with a NULL at the same places are one statement."""
        return self._answers(table, columns, asked, lock=lambda query: query)

    def _answers(
        self,
        table: Table,
        columns: Sequence[str],
        asked: Sequence[Row],
        *,
        lock: Callable[[Select[Any]], Select[Any]],
    ) -> list[list[Row]]:
        described = self._described(table)
        source = described.source
        whole = select(*(source.c[name] for name in table.names)).order_by(*(source.c[name] for name in table.key))
        forms: dict[tuple[bool, ...], Select[Any]] = {}
        settlers = [self.settler(table, column) for column in columns]
        found: list[list[Row]] = []
        for values in asked:
            try:
                held = [settle(value) for settle, value in zip(settlers, values, strict=True)]
            except Unsettled:
                # A value that a column cannot hold is in none of its rows.
                found.append([])
                continue
            form = tuple(value is not None for value in held)
            if form not in forms:
                forms[form] = lock(whole.where(statements.matching(source, columns, given=form)))
            rows = self._fetch(forms[form], statements.parameters(list(map(as_parameter, held))))
            found.append(_read(rows, described.readers_of(table.names), where=f"table {table.name}"))
        return found

    def hands_out(self, table: Table, *, key: Row) -> bool:
        """Say so of every column that the database numbers by itself: where it stands cannot be asked in one way."""
        numbered = self._described(table).numbered
        return any(isinstance(value, int) and column in numbered for column, value in zip(table.key, key, strict=True))

    def rows(self, table: Table, *, keys: Sequence[Row], columns: Sequence[str] | None = None) -> dict[Row, Row]:
        """Read rows by key, some hundred in a statement."""
        return self._by_key(table, keys, columns or table.names, lock=lambda query: query)

    def _by_key(
        self,
        table: Table,
        keys: Sequence[Row],
        names: Sequence[str],
        *,
        lock: Callable[[Select[Any]], Select[Any]],
    ) -> dict[Row, Row]:
        described = self._described(table)
        source = described.source
        key = [source.c[name] for name in table.key]
        wanted = select(*(source.c[name] for name in names)).order_by(*key)
        places = [names.index(name) for name in table.key]
        found: dict[Row, Row] = {}
        step = max(1, MOST_VALUES // len(key))
        for start in range(0, len(keys), step):
            some = [[as_parameter(value) for value in one] for one in keys[start : start + step]]
            rows = self._fetch(lock(wanted.where(statements.in_keys(key, some))))
            for row in _read(rows, described.readers_of(names), where=f"table {table.name}"):
                found[tuple(row[place] for place in places)] = row
        return found

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Give the value as the column will hold it."""
        return self.settler(table, column)(value)

    def settler(self, table: Table, column: str) -> Callable[[Raw], Raw]:
        """Find the column's type once for all of its values."""
        return settler(self._described(table).kinds[column], empty_is_null=self._holds_null)

    def keeper(self, table: Table, column: str) -> Callable[[Sequence[str]], bool]:  # noqa: ARG002
        """Say nothing of many texts: each is settled by itself."""
        return lambda _: False

    def _holds_null(self) -> bool:
        if self._empty_is_null is None:
            self._empty_is_null = self._fetch(select(bound("")))[0][0] is None
        return self._empty_is_null

    def holders(self, table: Table, columns: Sequence[str], *, values: Sequence[Raw]) -> list[Row]:
        """Find the keys of the rows that hold these values."""
        try:
            held = [self.settle(table, column, value=value) for column, value in zip(columns, values, strict=True)]
        except Unsettled:
            return []
        return self._holding(self._described(table), table.key, columns, held)

    def _holding(
        self, described: Described, key: Sequence[str], columns: Sequence[str], values: Sequence[Raw]
    ) -> list[Row]:
        source = described.source
        held = [as_parameter(value) for value in values]
        query = select(*(source.c[name] for name in key)).where(
            statements.matched([source.c[name] for name in columns], held)
        )
        return _read(self._fetch(query), described.readers_of(key), where=f"table {described.table.name}")

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find the children that ON DELETE or ON UPDATE would touch."""
        for link in table.referred:
            if (link.on_delete if kind == "delete" else link.on_update) in _ACTING:
                yield from self._children(table, link, rows)

    def _children(self, table: Table, link: ForeignKey, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        places = [table.names.index(column) for column in link.to_columns]
        try:
            child = self._tables.get(link.table) or self._catalogue.describe(link.table)
        except TableRefused:
            child = None
        for row in rows:
            referred = [row[place] for place in places]
            if None in referred:
                continue
            if child is not None:
                for key in self._holding(child, child.table.key, link.columns, referred):
                    yield link.table, key
                continue
            # A row that no plan can hold; that there is one is all that needs to be known.
            source = statements.table_of(link.table, link.columns)
            matched = statements.matched([source.c[name] for name in link.columns], list(map(as_parameter, referred)))
            for _ in self._fetch(select(literal_column("1")).select_from(source).where(matched)):
                yield link.table, ()


def _take(answer: statements.Answer, readers: Sequence[tuple[str, Read]], *, rows: int, where: str) -> list[Row]:
    return _read(answer.fetchmany(rows), readers, where=where)


def _read(rows: Sequence[Sequence[Any]], readers: Sequence[tuple[str, Read]], *, where: str) -> list[Row]:
    """Hold every value against what its column's type says; refuse one of another type by the column's name."""
    if not rows:
        return []
    read: list[list[Raw]] = []
    for (name, reader), values in zip(readers, zip(*rows, strict=True), strict=True):
        try:
            read.append([reader(value) for value in values])
        except Foreign as foreign:
            told = f"{where}: the driver gives {foreign} for {name}, which is not carried exactly"
            raise (TableRefused(told) if where.startswith("table") else QueryFailed(told)) from None
    return list(zip(*read, strict=True))
