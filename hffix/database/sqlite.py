"""SQLite: values read by their storage class, rows written by key, a snapshot that disturbs nobody."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from hffix.database.session import Row, Session
from hffix.database.sqlite_schema import quote, read_table
from hffix.database.sqlite_values import Settling, alike, as_parameter, bind, read_text
from hffix.errors.targets import Busy, CannotReach, KeyRefused, NotDurable, NotUtf8, QueryFailed, WriteRefused
from hffix.model.schema import ForeignKey, Table
from hffix.model.value import Raw

DIALECT: Final = "sqlite"
PAGE_ROWS: Final = 5_000
MOST_PARAMETERS: Final = 30_000
BUSY_SECONDS: Final = 5.0
_DURABLE_JOURNALS: Final = {"wal", "delete", "truncate", "persist"}


@contextmanager
def reading(path: Path) -> Iterator[Session]:
    """Open one state of the file, read-only; a file without WAL is copied first, so that writers go on."""
    _refuse_missing(path)
    with ExitStack() as closing:
        notes = _recover(path)
        source = closing.enter_context(_connect(path, mode="ro"))
        if source.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            # In rollback-journal mode an open snapshot would keep every writer out.
            folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="hffix-snapshot-"))
            copy_to(source, Path(folder) / "snapshot.db")
            connection = closing.enter_context(_connect(Path(folder) / "snapshot.db", mode="ro"))
        else:
            connection = source
        session = closing.enter_context(_session(connection, path=path, notes=notes))
        connection.execute("BEGIN")
        yield session
        connection.rollback()


@contextmanager
def writing(path: Path) -> Iterator[Session]:
    """Open the file to write rows, with foreign keys enforced and commits that outlive a power cut."""
    _refuse_missing(path)
    with _connect(path, mode="rw") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32768")
        with _session(connection, path=path, notes=()) as session:
            yield session


def copy_to(source: sqlite3.Connection, path: Path) -> None:
    """Copy a database by SQLite's backup, in steps between which its writers may write."""
    with _connect(path, mode="rwc") as copy:
        source.backup(copy, pages=4096, sleep=0.001)


@contextmanager
def scratch_copy(path: Path) -> Iterator[Path]:
    """Copy a database into a folder that is removed afterwards: the place where a trial writes."""
    with tempfile.TemporaryDirectory(prefix="hffix-trial-") as folder:
        with _connect(path, mode="ro") as source:
            copy_to(source, Path(folder) / "trial.db")
        yield Path(folder) / "trial.db"


@contextmanager
def _connect(path: Path, *, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, cached_statements=256)
        connection.execute("PRAGMA schema_version")
    except sqlite3.Error as fault:
        raise CannotReach(f"cannot open {path.name}: {fault}") from fault
    try:
        yield connection
    finally:
        connection.close()


def _refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise CannotReach(f"there is no database file {path}")


def _recover(path: Path) -> tuple[str, ...]:
    """Let SQLite roll back what a killed writer left; a read-only open could only refuse."""
    journal = path.with_name(path.name + "-journal")
    if not (journal.is_file() and journal.stat().st_size):
        return ()
    with _connect(path, mode="rw") as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return (f"{path.name} was left by a killed writer; SQLite rolled its last transaction back",)


@contextmanager
def _session(connection: sqlite3.Connection, *, path: Path, notes: tuple[str, ...]) -> Iterator["SQLite"]:
    if connection.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise NotUtf8(f"{path.name} does not hold its text in UTF-8")
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=NullPool)
    # The pool would roll back, or close, what this session still uses.
    with engine.connect() as shared:
        shared.detach()
        yield SQLite(connection, shared, path=path, notes=notes)


class SQLite:
    """A session on one SQLite file."""

    dialect = DIALECT

    def __init__(
        self, driver: sqlite3.Connection, connection: Connection, *, path: Path, notes: tuple[str, ...]
    ) -> None:
        self._driver = driver
        self._path = path
        self._settling = Settling()
        self.connection = connection
        self.notes = notes

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
        """Look the name up in the main database."""
        return bool(self._driver.execute("SELECT 1 FROM main.sqlite_schema WHERE name = ?", (name,)).fetchone())

    def table(self, name: str) -> Table:
        """Describe a table, and refuse one that holds NULL in its key."""
        table = read_table(self._driver, name)
        for column in table.key:
            described = table.column(column)
            if described and described.nullable and self._any(table, f"{quote(column)} IS NULL"):
                raise KeyRefused(f"table {name} holds NULL in its key column {column}")
        return table

    def _any(self, table: Table, condition: str) -> bool:
        return bool(self._fetch(f"SELECT 1 FROM main.{quote(table.name)} WHERE {condition} LIMIT 1", ()))

    def _fetch(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        """Read rows; only where a text is not UTF-8 read them again with the slower reader that keeps its bytes."""
        try:
            return self._driver.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as fault:
            if "decode" not in str(fault):
                raise QueryFailed(f"SQLite refused a query: {fault}") from fault
        self._driver.text_factory = read_text
        try:
            return self._driver.execute(sql, parameters).fetchall()
        finally:
            self._driver.text_factory = str

    def scan(
        self, table: Table, *, columns: Sequence[str], expressions: Sequence[str] = (), where: Sequence[str] = ()
    ) -> Iterator[list[Row]]:
        """Read pages by key: each begins after the last key of the page before, so none costs more than another."""
        key = ", ".join(f"t.{quote(column)}" for column in table.key)
        read = ", ".join([f"t.{quote(column)}" for column in (*table.key, *columns)] + [f"({e})" for e in expressions])
        chosen = " OR ".join(f"({condition})" for condition in where) or "1"
        start = f"SELECT {read} FROM main.{quote(table.name)} AS t WHERE ({chosen})"
        end = f" ORDER BY {key} LIMIT {PAGE_ROWS}"
        page = self._fetch(start + end, ())
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            last = page[-1][: len(table.key)]
            after = f" AND ({key}) > ({', '.join(bind(last))})"
            page = self._fetch(start + after + end, [as_parameter(value) for value in last])

    def rows(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Read rows by key, as many in one statement as it may have parameters."""
        width = len(table.key)
        step = MOST_PARAMETERS // width
        read = ", ".join(map(quote, table.names))
        found: dict[Row, Row] = {}
        places = [table.names.index(column) for column in table.key]
        for start in range(0, len(keys), step):
            some = keys[start : start + step]
            sql = f"SELECT {read} FROM main.{quote(table.name)} WHERE {_in_keys(table, some)}"
            for row in self._fetch(sql, [as_parameter(value) for key in some for value in key]):
                found[tuple([row[place] for place in places])] = row
        return found

    lock = rows  # a SQLite transaction that writes has locked every row already

    def single(self, query: str) -> Raw:
        """Run a query that gives one value in one row."""
        rows = self._fetch(query, ())
        if len(rows) != 1 or len(rows[0]) != 1:
            raise QueryFailed("the query must give exactly one value in one row")
        value: Raw = rows[0][0]
        return value

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Apply the column's affinity, or its type where the table is STRICT."""
        described = table.column(column)
        declared = described.type if described else ""
        return self._settling.settle(value, declared=declared, strict="STRICT" in table.options)

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find the children that ON DELETE or ON UPDATE would touch."""
        for link in table.referred:
            action = link.on_delete if kind == "delete" else link.on_update
            if action in {"CASCADE", "SET NULL", "SET DEFAULT"}:
                yield from self._children(table, link, rows)

    def _children(self, table: Table, link: ForeignKey, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        key = read_table(self._driver, link.table).key
        read = ", ".join(map(quote, key))
        matched = " AND ".join(f"{quote(column)} = ?" for column in link.columns)
        sql = f"SELECT {read} FROM main.{quote(link.table)} WHERE {matched}"
        places = [table.names.index(column) for column in link.to_columns]
        for row in rows:
            for child in self._fetch(sql, [as_parameter(row[place]) for place in places]):
                yield link.table, child

    def durability(self) -> dict[str, str]:
        """Assert that a commit is on disk when it returns."""
        journal = str(self._driver.execute("PRAGMA journal_mode").fetchone()[0])
        synchronous = int(self._driver.execute("PRAGMA synchronous").fetchone()[0])
        enforced = int(self._driver.execute("PRAGMA foreign_keys").fetchone()[0])
        if journal not in _DURABLE_JOURNALS or synchronous < 2 or not enforced:
            raise NotDurable(f"journal mode {journal} with synchronous {synchronous} may lose a commit")
        return {"journal_mode": journal, "synchronous": str(synchronous)}

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
            raise _refusal(fault) from fault

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
            matched += self._write(f"UPDATE main.{quote(table.name)} SET {written} WHERE {where}", some)
        return matched

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows, every column stated."""
        written = 0
        for bound, some in alike(rows):
            into = f"main.{quote(table.name)} ({', '.join(map(quote, columns))})"
            written += self._write(f"INSERT INTO {into} VALUES ({', '.join(bound)})", some)
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
            return self._driver.executemany(sql, rows).rowcount
        except sqlite3.Error as fault:
            raise _refusal(fault) from fault

    def settle_constraints(self) -> None:
        """Do nothing: SQLite has no deferred triggers, and checks deferred keys when it commits."""


def _in_keys(table: Table, keys: Sequence[Row]) -> str:
    if len(table.key) == 1:
        return f"{quote(table.key[0])} IN ({', '.join(bind([key[0] for key in keys]))})"
    columns = ", ".join(map(quote, table.key))
    return f"({columns}) IN (VALUES {', '.join('(' + ', '.join(bind(key)) + ')' for key in keys)})"


def _refusal(fault: sqlite3.Error) -> WriteRefused:
    """Name what refused a row; the text of a trigger may quote a value, so it is left out."""
    name = getattr(fault, "sqlite_errorname", "SQLITE_ERROR")
    told = name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_NOTNULL"}
    return WriteRefused(f"SQLite refused a row ({name}{': ' + str(fault) if told else ''})")
