"""PostgreSQL: one state of a database, its values read as the server writes them under pinned settings."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection

from hffix.database import postgresql_statements as statements
from hffix.database.postgresql_catalog import HANDED_OUT
from hffix.database.postgresql_faults import denied, passing, query_refused
from hffix.database.postgresql_grants import lacking
from hffix.database.postgresql_link import Link
from hffix.database.postgresql_pins import READING
from hffix.database.postgresql_schema import Described, describe, quoted
from hffix.database.postgresql_settle import keeper, settler
from hffix.database.postgresql_statements import bind
from hffix.database.postgresql_values import as_array, as_arrays, as_text, quote
from hffix.database.session import NO_PARAMS, Params, Row, Selected
from hffix.database.unsettled import Unsettled
from hffix.errors import HffixError
from hffix.errors.targets import QueryFailed, TableRefused
from hffix.model.grant import Grant, Lacking
from hffix.model.schema import ForeignKey, Table
from hffix.model.value import Raw

DIALECT: Final = "postgresql"
PAGE_ROWS: Final = 5_000
SELECTED_ROWS: Final = 1_000
MOST_REMEMBERED: Final = 100_000
_ACTING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


class PostgreSQL:
    """A snapshot, or the reading half of a session."""

    dialect = DIALECT
    apart = True
    several = True
    notes: tuple[str, ...] = ()

    def __init__(self, url: URL, link: Link) -> None:
        self._url = url
        self._link = link
        self._aside: Link | None = None
        self._tables: dict[str, Described] = {}
        self._asked = lru_cache(maxsize=MOST_REMEMBERED)(self._ask)

    def close(self) -> None:
        """Hang up."""
        if self._aside is not None:
            self._aside.close()
        self._link.close()

    @property
    def connection(self) -> Connection:
        """The connection, for the change log's own tables."""
        return self._link.connection

    def shared(self) -> str | None:
        """Let the server name the snapshot."""
        return self._link.export()

    def passing(self, fault: BaseException) -> HffixError | None:
        """Name a lock, a deadlock, or a connection that broke."""
        return passing(fault)

    def denied(self, fault: BaseException) -> HffixError | None:
        """Name a right that this account lacks."""
        return denied(fault)

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:
        """Ask the server for each right."""
        return tuple(lacking(self._link, grants))

    def versions(self) -> dict[str, str]:
        """Name the server's version."""
        return {DIALECT: self._value("SELECT current_setting('server_version')")}

    def now(self) -> str:
        """Read the server's clock."""
        return self._value("""SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""")

    def place(self) -> dict[str, str]:
        """Give the cluster's identifier, the database's number and name, and the address that the server answers on."""
        ((system, oid, name, address, port),) = self._link.fetch(
            "SELECT (SELECT system_identifier::text FROM pg_control_system()), d.oid::text, d.datname::text,"
            " coalesce(host(inet_server_addr()), 'local'), coalesce(inet_server_port()::text, current_setting('port'))"
            " FROM pg_database d WHERE d.datname = current_database()"
        )
        return {"system": system, "oid": oid, "database": name, "address": address, "port": port}

    def _value(self, sql: str) -> str:
        return str(self._link.fetch(sql)[0][0])

    def has_table(self, name: str) -> bool:
        """Look a name up without case, in any schema; the change log's own tables only where they are made."""
        found = (
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE lower(c.relname) = lower($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND CASE WHEN left($1, 6) = 'hffix_' THEN n.nspname = 'public'"
            " ELSE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') END LIMIT 1"
        )
        return bool(self._link.fetch(found, (name,)))

    def table(self, name: str) -> Table:
        """Describe a table as it is now."""
        described = self._tables[name] = describe(self._link, name)
        return described.table

    def _described(self, table: Table) -> Described:
        if table.name not in self._tables:
            self.table(table.name)
        return self._tables[table.name]

    def refuse_null_keys(self, table: Table) -> None:
        """Do nothing: a primary key holds no NULL."""

    def scan(
        self,
        table: Table,
        *,
        columns: Sequence[str],
        expressions: Sequence[str] = (),
        where: Sequence[str] = (),
        params: Params = NO_PARAMS,
    ) -> Iterator[list[Row]]:
        """Read pages by key: each begins after the last key of the page before, so none costs more than another."""
        key = ", ".join(f"t.{quote(column)}" for column in table.key)
        # The line ends let an author's SQL close with a comment.
        read = [f"t.{quote(c)}" for c in (*table.key, *columns)] + [f"({e}\n)" for e in expressions]
        chosen = " OR ".join(f"({condition}\n)" for condition in where) or "true"
        start, bound = bind(f"SELECT {', '.join(read)} FROM {quoted(table.name)} AS t WHERE ({chosen})", params)
        end = f" ORDER BY {key} LIMIT {PAGE_ROWS}"
        marks = ", ".join(f"${len(bound) + place}" for place in range(1, len(table.key) + 1))
        whole = not where
        page = self._page(start + end, bound, whole=whole)
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            last = [as_text(value) for value in page[-1][: len(table.key)]]
            page = self._page(f"{start} AND ({key}) > ({marks}){end}", [*bound, *last], whole=whole)

    def _page(self, sql: str, values: Sequence[object], *, whole: bool) -> list[Row]:
        self._link.sort_never(on=whole)
        page = self._answer(sql, values)
        self._link.sort_never(on=False)
        return page

    def _answer(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run an author's SQL."""
        self._link.join_by_key(on=False)
        return self._link.answer(sql, values)

    def select(self, query: str, *, params: Params = NO_PARAMS) -> Selected:
        """Run a query of a fix behind a cursor of the server, so that its answer need not fit into memory."""
        sql, bound = bind(query, params)
        self._link.mend()
        self._link.join_by_key(on=False)
        name = self._link.cursor_name()
        hold = "" if self._link.status == TransactionStatus.INTRANS else " WITH HOLD"
        try:
            self._link.run(f"DECLARE {name} NO SCROLL CURSOR{hold} FOR {sql}", bound)
            described = self._link.run(f"FETCH 0 FROM {name}")
            self._link.new_types(described)
        except psycopg.Error as fault:
            raise query_refused(fault, sql) from fault
        return Selected(tuple(column.name for column in described.description or ()), self._pages(name, sql))

    def _pages(self, name: str, sql: str) -> Iterator[list[Row]]:
        """Read a cursor on, and close it behind its last row."""
        try:
            while page := self._link.run(f"FETCH {SELECTED_ROWS} FROM {name}").fetchall():
                yield page
            self._link.run(f"CLOSE {name}")
        except psycopg.Error as fault:
            raise query_refused(fault, sql) from fault

    def single(self, query: str, *, params: Params = NO_PARAMS) -> Raw:
        """Run a query that gives one value in one row."""
        rows = self._answer(*bind(query, params))
        if len(rows) != 1 or len(rows[0]) != 1:
            raise QueryFailed("the query must give exactly one value in one row")
        return rows[0][0]

    def answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Ask many questions of one form in one statement; those with a NULL at the same places are of one form."""
        return self._answers(table, columns, asked)

    def _answers(
        self, table: Table, columns: Sequence[str], asked: Sequence[Row], *, ending: str = ""
    ) -> list[list[Row]]:
        found: list[list[Row]] = [[] for _ in asked]
        forms: dict[tuple[bool, ...], list[int]] = {}
        for number, values in enumerate(asked):
            forms.setdefault(tuple([value is None for value in values]), []).append(number)
        # A column that is asked for need not be in an index: the planner may read the table once for all questions.
        self._link.join_by_key(on=False)
        for form, numbers in forms.items():
            given = [column for column, null in zip(columns, form, strict=True) if not null]
            nulls = [column for column, null in zip(columns, form, strict=True) if null]
            told = [[value for value in asked[number] if value is not None] for number in numbers]
            sql = statements.answers(self._described(table), given, nulls=nulls, ending=ending)
            for number, *row in self._link.fetch(sql, [*as_arrays(told, width=len(given)), as_array(numbers)]):
                found[number].append(tuple(row))
        return found

    def hands_out(self, table: Table, *, key: Row) -> bool:
        """Compare with what the sequences that fill the key's columns gave last."""
        oid = str(self._described(table).oid)
        for column, value in zip(table.key, key, strict=True):
            for schema, name, *facts in self._link.fetch(HANDED_OUT, (oid, column)):
                sequence = f"SELECT last_value, is_called FROM {quote(schema)}.{quote(name)}"
                if isinstance(value, int) and _could_give(value, facts, self._link.fetch(sequence)[0]):
                    return True
        return False

    def rows(self, table: Table, *, keys: Sequence[Row], columns: Sequence[str] | None = None) -> dict[Row, Row]:
        """Read rows by key."""
        return self._by_key(table, keys, columns or table.names, keyed=statements.given(len(table.key)))

    def _by_key(
        self, table: Table, keys: Sequence[Row], columns: Sequence[str], *, keyed: str, ending: str = ""
    ) -> dict[Row, Row]:
        if not keys:
            return {}
        self._link.join_by_key(on=True)
        sql = statements.read(self._described(table), columns, keys=keyed, ending=ending)
        rows = self._link.fetch(sql, as_arrays(keys, width=len(table.key)))
        places = [columns.index(column) for column in table.key]
        return dict(zip(zip(*([row[place] for row in rows] for place in places), strict=True), rows, strict=True))

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Give the value as the column will hold it."""
        return self.settler(table, column)(value)

    def settler(self, table: Table, column: str) -> Callable[[Raw], Raw]:
        """Find the column's type once for all of its values."""
        return settler(self._described(table).stored[column], self._asked)

    def keeper(self, table: Table, column: str) -> Callable[[Sequence[str]], bool]:
        """Find the column's type once for many texts at once."""
        return keeper(self._described(table).stored[column])

    def _ask(self, text: str, kind: str) -> Raw:
        """Ask the server, beside the snapshot that a refusal would end, what a type makes of a text."""
        if self._aside is None:
            self._aside = Link(self._url, pins=READING)
        try:
            value: Raw = self._aside.answer(f"SELECT $1::{kind}", (text,))[0][0]
        except QueryFailed as fault:
            raise Unsettled("the column does not take a value of this kind") from fault
        return value

    def holders(self, table: Table, columns: Sequence[str], *, values: Sequence[Raw]) -> list[Row]:
        """Find the keys of the rows that hold these values."""
        stored = self._described(table).stored
        where = [f"{quote(c)} = ${place}::{stored[c].carried.cast}" for place, c in enumerate(columns, 1)]
        read = ", ".join(map(quote, table.key))
        sql = f"SELECT {read} FROM {quoted(table.name)} WHERE {' AND '.join(where)}"
        return self._link.fetch(sql, [as_text(value) for value in values])

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find the children that ON DELETE or ON UPDATE would touch."""
        for link in table.referred:
            if (link.on_delete if kind == "delete" else link.on_update) in _ACTING:
                yield from self._children(table, link, rows)

    def _children(self, table: Table, link: ForeignKey, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        key = self._key_of(link.table)
        described = self._described(table)
        read = ", ".join(f"t.{quote(column)}" for column in key) or "NULL::text"
        parents = statements.cast(described, link.to_columns)
        matched = " AND ".join(f"t.{quote(c)} = {p}" for c, p in zip(link.columns, parents, strict=True))
        places = [table.names.index(column) for column in link.to_columns]
        referred = [[row[place] for place in places] for row in rows]
        self._link.join_by_key(on=False)
        sql = f"SELECT {read} FROM {statements.given(len(places))} JOIN {quoted(link.table)} AS t ON {matched}"
        for child in self._link.fetch(sql, as_arrays(referred, width=len(places))):
            yield link.table, child

    def _key_of(self, name: str) -> tuple[str, ...]:
        """Name the key of a child; one that cannot be described is in no plan, and that it is there is enough."""
        try:
            return (self._tables[name].table if name in self._tables else self.table(name)).key
        except TableRefused:
            return ()


def _could_give(value: int, facts: Sequence[Any], state: Sequence[Any]) -> bool:
    """Say whether a sequence may still come to a number; one that is taken in advance says little by its last."""
    step, lowest, highest, cycles, cached = facts
    last, called = state
    ahead = value > last if step > 0 else value < last
    return lowest <= value <= highest and (cycles or cached > 1 or ahead or (value == last and not called))
