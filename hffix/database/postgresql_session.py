"""PostgreSQL: a session that locks rows and writes them by key, many in one statement."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from hffix.database import postgresql_statements as statements
from hffix.database.postgresql import PostgreSQL
from hffix.database.postgresql_faults import passing, row_refused
from hffix.database.postgresql_pins import durable
from hffix.database.postgresql_schema import DEFAULT_SCHEMA
from hffix.database.postgresql_values import as_array, copied, quote
from hffix.database.session import Row
from hffix.errors.targets import CommitUnknown, ConnectionLost, NotPinned, WriteRefused
from hffix.model.besides import Counts
from hffix.model.schema import Table
from hffix.model.value import Raw

WRITES: Final = "ISOLATION LEVEL READ COMMITTED READ WRITE"
_READS: Final = "ISOLATION LEVEL READ COMMITTED READ ONLY"
_MARK: Final = "hffix_savepoint"
_ASIDE: Final = "hffix_reading"
# Written so far in this transaction, by table; of a partition under the table that it belongs to.
_WRITTEN: Final = """
SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END::text,
    sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint
FROM pg_catalog.pg_stat_xact_user_tables s
JOIN pg_catalog.pg_class c ON c.oid = coalesce(pg_catalog.pg_partition_root(s.relid), s.relid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 AND c.relpersistence <> 't' GROUP BY 1"""
# What is deferred when a transaction begins; a trial has only one for what apply does in many.
_LATE: Final = """
SELECT string_agg(DISTINCT format('%I.%I', n.nspname, k.conname), ', ')
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.condeferred"""


class PostgreSQLSession(PostgreSQL):
    """A session on one connection."""

    _marked = False
    _ours: Counter[str] | None = None
    _before: Counter[str]

    def renew(self) -> None:
        """Connect anew after the connection broke."""
        self._link.renew()
        self._tables.clear()
        if self._aside is not None:
            self._aside.close()
            self._aside = None

    def durability(self) -> dict[str, str]:
        """Assert that a commit is on disk when it returns."""
        with self._reading():
            return durable(self._link.driver)

    def begin(self) -> None:
        """Begin a transaction under the pinned settings, in which a lock is waited for only shortly."""
        self._marked = False
        self._link.start(WRITES)

    def commit(self) -> None:
        """Commit; the server may answer that it rolled back, and where it does not answer nobody knows."""
        self._refuse_warned()
        try:
            done = self._link.run("COMMIT").statusmessage
        except psycopg.Error as fault:
            told = passing(fault)
            if isinstance(told, ConnectionLost):
                raise CommitUnknown("the connection to PostgreSQL broke while a transaction was committed") from fault
            self.rollback()
            raise row_refused(fault) from fault
        if done != "COMMIT":
            raise WriteRefused("PostgreSQL rolled the transaction back when it was to be committed")

    def rollback(self) -> None:
        """Roll back whatever is open; a connection that broke has nothing open."""
        self._link.end()

    def savepoint(self) -> None:
        """Mark a place in the transaction; the one before is forgotten, or the server would keep them all."""
        release = f"RELEASE SAVEPOINT {_MARK}; " if self._marked else ""
        self._write(f"{release}SAVEPOINT {_MARK}")
        self._marked = True

    def undo(self) -> None:
        """Go back to the last savepoint."""
        self._link.run(f"ROLLBACK TO SAVEPOINT {_MARK}")
        self._link.forget()
        self._link.warnings.clear()

    def lock(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Lock rows in the order of their keys as they are given, which is the same for everybody."""
        keyed = statements.given(len(table.key), numbered=True)
        return self._by_key(table, keys, table.names, keyed=keyed, ending=" ORDER BY k.n FOR UPDATE OF t")

    def lock_answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Lock the rows that `answers` gives."""
        return self._answers(table, columns, asked, ending=" FOR UPDATE OF t")

    def update(self, table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Row, Row]]) -> int:
        """Write columns of rows by key."""
        whole = [key + values for key, values in rows]
        sql = statements.update(self._described(table), columns)
        return self._write_columns(table, sql, list(zip(*whole, strict=True)))

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows."""
        sql = statements.insert(self._described(table), columns)
        return self._write_columns(table, sql, list(zip(*rows, strict=True)))

    def delete(self, table: Table, *, keys: Sequence[Row]) -> int:
        """Delete rows by key."""
        sql = statements.delete(self._described(table))
        return self._write_columns(table, sql, list(zip(*keys, strict=True)))

    def _write_columns(self, table: Table, sql: str, columns: Sequence[Sequence[Raw]]) -> int:
        if not columns or not columns[0]:
            return 0
        self._link.join_by_key(on=True)
        matched = self._write(sql, list(map(as_array, columns)))
        if self._ours is not None:
            self._ours[table.name] += matched
        return matched

    def watch(self) -> None:
        """Remember how much the server has counted already."""
        self._ours, self._before = Counter(), self._written()

    def beside(self) -> Counts:
        """Count what the server has counted more, and we did not write."""
        ours, self._ours = self._ours or Counter(), None
        found = self._written()
        beside = {table: rows - self._before[table] - ours[table] for table, rows in (found | ours).items()}
        if any(found[table] - self._before[table] < rows for table, rows in ours.items()):
            raise NotPinned("the server does not count what is written (track_counts), and a trigger may write more")
        return {table: rows for table, rows in sorted(beside.items()) if rows}

    def _written(self) -> Counter[str]:
        return Counter(dict(self._link.fetch(_WRITTEN)))

    def _write(self, sql: str, values: Sequence[object] = ()) -> int:
        try:
            matched = self._link.run(sql, values).rowcount
        except psycopg.Error as fault:
            raise row_refused(fault) from fault
        self._refuse_warned()
        return matched

    def append(self, table: str, *, columns: Mapping[str, Sequence[str | int | None]]) -> None:
        """Copy rows into the table."""
        into = f"{quote(DEFAULT_SCHEMA)}.{quote(table)} ({', '.join(map(quote, columns))})"
        rows = copied(columns.values())
        with self._link.driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
            copy.write(rows)
        self._refuse_warned()

    def settle_constraints(self) -> None:
        """Make deferred constraints and triggers fire."""
        self._write("SET CONSTRAINTS ALL IMMEDIATE")

    def _refuse_warned(self) -> None:
        """Refuse what the server warned of: a warning is how it says that it did something else."""
        if self._link.warnings:
            raise WriteRefused(
                f"PostgreSQL warned while rows were written: {', '.join(sorted(set(self._link.warnings)))}"
            )

    def _answer(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run an author's SQL where it can write nothing, and where its failure undoes nothing."""
        with self._reading():
            return super()._answer(sql, values)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Read only, within the transaction that is open, or in one of its own under the pinned settings."""
        if self._link.status != TransactionStatus.INTRANS:
            self._link.start(_READS)
            # Nothing is locked here, so a condition may take the time that it needs.
            self._link.run("SET LOCAL statement_timeout = 0")
            try:
                yield
            finally:
                self.rollback()
            return
        self._link.run(f"SAVEPOINT {_ASIDE}; SET LOCAL transaction_read_only = on")
        try:
            yield
        finally:
            self._link.run(f"ROLLBACK TO SAVEPOINT {_ASIDE}; RELEASE SAVEPOINT {_ASIDE}")
            self._link.forget()


class Trial(PostgreSQLSession):
    """A session whose transaction is never committed: what it commits is only marked, and goes when it is closed."""

    def begin(self) -> None:
        """Begin the one transaction, or go on in it."""
        if self._link.status == TransactionStatus.IDLE:
            super().begin()
            self.savepoint()

    def commit(self) -> None:
        """Keep what was written until the trial ends."""
        self._refuse_warned()
        self.savepoint()

    def rollback(self) -> None:
        """Go back to what was kept last."""
        if self._link.status in {TransactionStatus.INTRANS, TransactionStatus.INERROR} and self._marked:
            self.undo()
        else:
            super().rollback()

    def settle_constraints(self) -> None:
        """Make deferred constraints fire, keep what they let pass, and let them be late again for what comes next."""
        super().settle_constraints()
        ((late,),) = self._link.fetch(_LATE)
        if late:
            self._write(f"SET CONSTRAINTS {late} DEFERRED")
        self.commit()
