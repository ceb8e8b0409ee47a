"""SQLite: values read by their storage class, rows written by key."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from hffix.database.session import NO_PARAMS, Params, Row, Selected, Unshared
from hffix.database.sqlite_faults import passing, refusal_of, told_by_query
from hffix.database.sqlite_pins import durable, lacking
from hffix.database.sqlite_schema import key_of, quote, read_table
from hffix.database.sqlite_statements import MOST_PARAMETERS, appended, asking, bind_params, in_keys, run_of
from hffix.database.sqlite_values import Settling, alike, as_parameter, as_parameters, bind, keeper, read_text
from hffix.errors import HffixError
from hffix.errors.targets import Busy, KeyRefused, QueryFailed
from hffix.model.besides import Counts
from hffix.model.grant import Grant, Lacking
from hffix.model.schema import ForeignKey, Table
from hffix.model.value import Raw

DIALECT: Final = "sqlite"
PAGE_ROWS: Final = 5_000
MOST_ASKED: Final = 900
SELECTED_ROWS: Final = 1_000
# How the driver begins to say that a text is not UTF-8; the rest of its message quotes that text.
_UNREADABLE: Final = "Could not decode to UTF-8"


class SQLite(Unshared):
    """A session on one SQLite file."""

    dialect = DIALECT
    apart = False
    several = False

    def __init__(
        self, driver: sqlite3.Connection, connection: Connection, *, path: Path, notes: tuple[str, ...]
    ) -> None:
        self._driver = driver
        self._path = path
        self._settling = Settling()
        self._ours, self._before = 0, 0
        self.connection = connection
        self.notes = notes

    def passing(self, fault: BaseException) -> HffixError | None:
        """Say that the database is locked, where that is the fault."""
        return passing(fault)

    def denied(self, fault: BaseException) -> HffixError | None:  # noqa: ARG002
        """Say nothing: SQLite has no accounts."""
        return None

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:
        """Look whether the file may be written."""
        return tuple(lacking(self._path, grants))

    def versions(self) -> dict[str, str]:
        """Name SQLite's version."""
        return {DIALECT: sqlite3.sqlite_version}

    def now(self) -> str:
        """Read the clock of the machine that SQLite runs on."""
        return str(self._driver.execute("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')").fetchone()[0])

    def place(self) -> dict[str, str]:
        """Give the absolute path, and device and inode, whose change is only a note."""
        status = self._path.stat()
        return {"path": str(self._path.resolve()), "device": str(status.st_dev), "inode": str(status.st_ino)}

    def has_table(self, name: str) -> bool:
        """Look the name up in the main database, without case, as SQLite does."""
        found = "SELECT 1 FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE"
        return bool(self._driver.execute(found, (name,)).fetchone())

    def table(self, name: str) -> Table:
        """Describe a table."""
        return read_table(self._driver, name)

    def refuse_null_keys(self, table: Table) -> None:
        """Refuse a table that holds NULL in its key: SQLite allows it but for INTEGER PRIMARY KEY."""
        for column in table.key:
            described = table.column(column)
            found = f"SELECT 1 FROM main.{quote(table.name)} WHERE {quote(column)} IS NULL LIMIT 1"
            if described and described.nullable and self._fetch(found, ()):
                raise KeyRefused(f"table {table.name} holds NULL in its key column {column}")

    def _fetch(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        """Read rows; only where a text is not UTF-8 read them again with the slower reader that keeps its bytes."""
        try:
            return self._driver.execute(sql, parameters).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as fault:
            if not str(fault).startswith(_UNREADABLE):
                raise QueryFailed(f"SQLite refused a query: {told_by_query(fault, sql)}") from fault
        self._driver.text_factory = read_text
        try:
            return self._driver.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise QueryFailed(f"SQLite refused a query: {told_by_query(fault, sql)}") from fault
        finally:
            self._driver.text_factory = str

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
        read = ", ".join(
            [f"t.{quote(column)}" for column in (*table.key, *columns)] + [f"({e}\n)" for e in expressions]
        )
        # The line ends let an author's SQL close with a comment.
        chosen = " OR ".join(f"({condition}\n)" for condition in where) or "1"
        start, bound = bind_params(f"SELECT {read} FROM main.{quote(table.name)} AS t WHERE ({chosen})", params)
        end = f" ORDER BY {key} LIMIT {PAGE_ROWS}"
        page = self._fetch(start + end, bound)
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            last = page[-1][: len(table.key)]
            after = f" AND ({key}) > ({', '.join(bind(last))})"
            page = self._fetch(start + after + end, [*bound, *(as_parameter(value) for value in last)])

    def select(self, query: str, *, params: Params = NO_PARAMS) -> Selected:
        """Run a query of a fix on a cursor of its own."""
        sql, bound = bind_params(query, params)
        cursor = self._driver.cursor()
        self._driver.execute("PRAGMA query_only = ON")
        try:
            cursor.execute(sql, bound)
        except (sqlite3.Error, sqlite3.Warning) as fault:
            raise QueryFailed(f"SQLite refused a query: {told_by_query(fault, sql)}") from fault
        finally:
            self._driver.execute("PRAGMA query_only = OFF")
        names = tuple(described[0] for described in cursor.description or ())
        return Selected(names, self._pages(cursor, sql))

    def _pages(self, cursor: sqlite3.Cursor, sql: str) -> Iterator[list[Row]]:
        """Read a cursor on; a row that the driver could not decode would be lost, so all are read as their bytes."""
        while True:
            self._driver.text_factory = read_text
            try:
                page = cursor.fetchmany(SELECTED_ROWS)
            except sqlite3.Error as fault:
                raise QueryFailed(f"SQLite refused a query: {told_by_query(fault, sql)}") from fault
            finally:
                self._driver.text_factory = str
            if not page:
                return
            yield page

    def answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Ask many questions of one form in one statement."""
        found: list[list[Row]] = [[] for _ in asked]
        step = max(1, MOST_ASKED // (len(columns) + 1))
        for start in range(0, len(asked), step):
            some = asked[start : start + step]
            sql = asking(table, columns, some, first=start)
            for row in self._fetch(sql, [as_parameter(value) for values in some for value in values]):
                found[row[0]].append(row[1:])
        return found

    lock_answers = answers

    def hands_out(self, table: Table, *, key: Row) -> bool:
        """Compare with the last key of an AUTOINCREMENT table; any other key follows its rows."""
        if "AUTOINCREMENT" not in table.options or not isinstance(key[0], int):
            return False
        last = self._fetch("SELECT seq FROM main.sqlite_sequence WHERE name = ?", (table.name,))
        return key[0] > (last[0][0] if last else 0)

    def rows(self, table: Table, *, keys: Sequence[Row], columns: Sequence[str] | None = None) -> dict[Row, Row]:
        """Read rows by key, in one go where each key is the other's next, else as many as may be parameters."""
        names = columns or table.names
        places = [names.index(column) for column in table.key]
        read = f"SELECT {', '.join(map(quote, names))} FROM main.{quote(table.name)} WHERE"
        ends = run_of(table, keys)
        if ends is not None:
            run = self._keyed(f"{read} {quote(table.key[0])} BETWEEN {' AND '.join(bind(ends))}", ends, places)
            # A fraction between them, or a number that is held as a text, is another matter.
            if run.keys() == set(keys):
                return run
        found: dict[Row, Row] = {}
        step = MOST_PARAMETERS // len(table.key)
        for some in (keys[start : start + step] for start in range(0, len(keys), step)):
            found |= self._keyed(f"{read} {in_keys(table, some)}", list(chain.from_iterable(some)), places)
        return found

    def _keyed(self, sql: str, values: Sequence[Raw], places: Sequence[int]) -> dict[Row, Row]:
        rows = self._fetch(sql, as_parameters(values))
        return dict(zip(zip(*([row[place] for row in rows] for place in places), strict=True), rows, strict=True))

    lock = rows  # a SQLite transaction that writes has locked every row already

    def single(self, query: str, *, params: Params = NO_PARAMS) -> Raw:
        """Run a query that gives one value in one row."""
        sql, bound = bind_params(query, params)
        # A session that may write must not write here, whatever the query says.
        self._driver.execute("PRAGMA query_only = ON")
        try:
            rows = self._fetch(sql, bound)
        finally:
            self._driver.execute("PRAGMA query_only = OFF")
        if len(rows) != 1 or len(rows[0]) != 1:
            raise QueryFailed("the query must give exactly one value in one row")
        value: Raw = rows[0][0]
        return value

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Apply the column's affinity, or its type where the table is STRICT."""
        return self.settler(table, column)(value)

    def settler(self, table: Table, column: str) -> Callable[[Raw], Raw]:
        """Find the column's type once for all of its values."""
        described = table.column(column)
        return self._settling.settler(declared=described.type if described else "", strict="STRICT" in table.options)

    def keeper(self, table: Table, column: str) -> Callable[[Sequence[str]], bool]:
        """Say it of a whole column: one of texts keeps every text."""
        return keeper(table.column(column), strict="STRICT" in table.options)

    def holders(self, table: Table, columns: Sequence[str], *, values: Sequence[Raw]) -> list[Row]:
        """Find the keys of the rows that hold these values."""
        read = ", ".join(map(quote, table.key))
        where = " AND ".join(f"{quote(c)} = {b}" for c, b in zip(columns, bind(values), strict=True))
        sql = f"SELECT {read} FROM main.{quote(table.name)} WHERE {where}"
        return self._fetch(sql, [as_parameter(value) for value in values])

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find the children that ON DELETE or ON UPDATE would touch."""
        for link in table.referred:
            action = link.on_delete if kind == "delete" else link.on_update
            if action in {"CASCADE", "SET NULL", "SET DEFAULT"}:
                yield from self._children(table, link, rows)

    def _children(self, table: Table, link: ForeignKey, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        # A child without a key can be in no plan; that there is one is all that needs to be known.
        read = ", ".join(map(quote, key_of(self._driver, link.table))) or "NULL"
        places = [table.names.index(column) for column in link.to_columns]
        for row in rows:
            referred = [row[place] for place in places]
            matched = " AND ".join(f"{quote(c)} = {b}" for c, b in zip(link.columns, bind(referred), strict=True))
            sql = f"SELECT {read} FROM main.{quote(link.table)} WHERE {matched}"
            for child in self._fetch(sql, [as_parameter(value) for value in referred]):
                yield link.table, child

    def renew(self) -> None:
        """Do nothing: there is no connection that could break."""

    def durability(self) -> dict[str, str]:
        """Assert that a commit is on disk when it returns."""
        return durable(self._driver)

    def begin(self) -> None:
        """Take the write lock at once: a deferred one could fail when it is too late."""
        try:
            self._driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            raise Busy(f"{self._path.name} is locked by another transaction") from fault

    def commit(self) -> None:
        """Commit; a deferred constraint that fails here undoes the transaction."""
        try:
            self._driver.execute("COMMIT")
        except sqlite3.Error as fault:
            self.rollback()
            raise refusal_of(fault) from fault

    def rollback(self) -> None:
        """Roll back whatever is open."""
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")

    def savepoint(self) -> None:
        """Mark a place in the transaction."""
        self._driver.execute("SAVEPOINT hffix_savepoint")

    def undo(self) -> None:
        """Go back to the last savepoint."""
        self._driver.execute("ROLLBACK TO hffix_savepoint")

    def update(self, table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Row, Row]]) -> int:
        """Write rows by key, one prepared statement for all that bind alike."""
        matched = 0
        for bound, some in alike([(*values, *key) for key, values in rows]):
            written = ", ".join(f"{quote(c)} = {b}" for c, b in zip(columns, bound, strict=False))
            where = " AND ".join(f"{quote(c)} = {b}" for c, b in zip(table.key, bound[len(columns) :], strict=True))
            matched += self._write(f"UPDATE OR ABORT main.{quote(table.name)} SET {written} WHERE {where}", some)
        return matched

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows, every column stated."""
        written = 0
        for bound, some in alike(rows):
            into = f"main.{quote(table.name)} ({', '.join(map(quote, columns))})"
            # A table may say ON CONFLICT REPLACE, and another row would go without a word.
            written += self._write(f"INSERT OR ABORT INTO {into} VALUES ({', '.join(bound)})", some)
        return written

    def delete(self, table: Table, *, keys: Sequence[Row]) -> int:
        """Delete rows by key."""
        deleted = 0
        for bound, some in alike(keys):
            where = " AND ".join(f"{quote(c)} = {b}" for c, b in zip(table.key, bound, strict=True))
            deleted += self._write(f"DELETE FROM main.{quote(table.name)} WHERE {where}", some)
        return deleted

    def _write(self, sql: str, rows: Sequence[Sequence[object]]) -> int:
        try:
            matched = self._driver.executemany(sql, rows).rowcount
        except sqlite3.Error as fault:
            raise refusal_of(fault) from fault
        self._ours += matched
        return matched

    def watch(self) -> None:
        """Remember how many rows were written so far, by whatever wrote them."""
        self._ours, self._before = 0, self._driver.total_changes

    def beside(self) -> Counts:
        """Count all rows but ours; SQLite does not say of which table they are."""
        more = self._driver.total_changes - self._before - self._ours
        return {None: more} if more else {}

    def append(self, table: str, *, columns: Mapping[str, Sequence[str | int | None]]) -> None:
        """Insert rows; what all of them share stands in the statement, and is not bound for each."""
        for sql, values in appended(table, columns):
            self._driver.execute(sql, values)

    def settle_constraints(self) -> None:
        """Do nothing: SQLite has no deferred triggers, and checks deferred keys when it commits."""


class Trial(SQLite):
    """A session on a copy, which may commit."""

    def settle_constraints(self) -> None:
        """Commit: nothing else makes SQLite check deferred foreign keys."""
        self.commit()
        self.begin()
