"""Writing rows of MariaDB and MySQL by key, in transactions that end whole: written, or as if never begun."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from hffix.database import mysql_bulk
from hffix.database.mysql import Link, MySQL
from hffix.database.mysql_aside import Aside
from hffix.database.mysql_bulk import Writer
from hffix.database.mysql_driver import DriverError
from hffix.database.mysql_faults import named, passing, refusal_of_query, refusal_of_row, warned_by_row
from hffix.database.mysql_handled import Handled
from hffix.database.mysql_packed import Statement
from hffix.database.mysql_pins import durable
from hffix.database.mysql_words import bound
from hffix.database.queries import refuse_writing
from hffix.database.session import Params, Row
from hffix.errors import HffixError
from hffix.errors.targets import Busy, CommitUnknown, WriteRefused
from hffix.model.besides import Counts
from hffix.model.schema import Column, Table

_SAVEPOINT: Final = "hffix_savepoint"
_READING: Final = "hffix_reading"
_SETTLED: Final = "hffix_settled"
_LOCK: Final = " FOR UPDATE"


class MySQLSession(MySQL):
    """A session that writes, at READ COMMITTED: each statement sees what is committed, and what it wrote itself."""

    def __init__(self, link: Link, *, aside: Callable[[], Aside], reopen: Callable[[], Link]) -> None:
        super().__init__(link, aside=aside)
        self._reopen = reopen
        self._stages = 0
        self._counts: Handled | None = None

    def renew(self) -> None:
        """Connect anew after the connection broke."""
        self._attach(self._reopen())

    def durability(self) -> dict[str, str]:
        """Assert that a commit is on disk when it returns."""
        return durable(self._driver)

    def begin(self) -> None:
        """Begin, and see that the session is still the one whose settings were pinned."""
        if self._driver.in_transaction:
            # Or what is open would be committed by the beginning of another.
            self.rollback()
        self._driver.defined = False
        self._tell("START TRANSACTION READ WRITE")
        self._hold()

    def _hold(self) -> None:
        try:
            self._pins.hold()
        except DriverError as fault:
            raise self._refused(fault, "") from fault
        except HffixError:
            self.rollback()
            raise

    def commit(self) -> None:
        """Commit; a fault before the reply leaves it open whether it was."""
        if not self._driver.defined:
            self._refuse_outside()
        try:
            self._driver.tell("COMMIT")
        except DriverError as fault:
            told = passing(fault)
            if not isinstance(told, Busy):
                raise CommitUnknown(f"the server gave no clear answer to a commit ({named(fault)})") from fault
            self.rollback()
            raise told from fault

    def rollback(self) -> None:
        """Roll back whatever is open; a connection that is gone has been rolled back by the server."""
        if self._driver.lost:
            return
        with suppress(DriverError):
            self._driver.tell("ROLLBACK")

    def savepoint(self) -> None:
        """Mark a place in the transaction."""
        self._refuse_outside()
        self._tell(f"SAVEPOINT {_SAVEPOINT}")

    def undo(self) -> None:
        """Go back to the last savepoint."""
        self._refuse_outside()
        self._tell(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")

    def lock(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Lock rows in the order of their keys and read them as they are committed."""
        self._refuse_outside()
        return self._by_key(table, keys, table.names, lock=_LOCK)

    def lock_answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Lock the rows that `answers` gives, and give them."""
        self._refuse_outside()
        return self._answers(table, columns, asked, lock=_LOCK)

    def watch(self) -> None:
        """Count from now on what each statement that writes rows made the server write."""
        self._counts = Handled(self._driver)

    def beside(self) -> Counts:
        """Count the rows that triggers wrote; the server does not say of which table they are."""
        counts, self._counts = self._counts, None
        return {None: counts.more} if counts and counts.more else {}

    def update(self, table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Row, Row]]) -> int:
        """Write rows by key."""
        self._count(table)
        whole = [key + values for key, values in rows]
        return mysql_bulk.update(self._writer, table, self._stage(), _described(table, columns), whole)

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows, every column stated."""
        self._count(table)
        return mysql_bulk.insert(self._writer, table.name, _described(table, columns), rows)

    def delete(self, table: Table, *, keys: Sequence[Row]) -> int:
        """Delete rows by key."""
        self._count(table)
        return mysql_bulk.delete(self._writer, table, self._stage(), keys)

    def append(self, table: str, *, columns: Mapping[str, Sequence[str | int | None]]) -> None:
        """Insert rows in bulk."""
        for statement in mysql_bulk.appended(table, columns, packs=self._driver.packs):
            self._tell_raw(statement)

    def settle_constraints(self) -> None:
        """Do nothing: the server checks every constraint, and fires every trigger, with each row."""

    def _count(self, table: Table) -> None:
        if self._counts:
            self._counts.partitioned = any(option.startswith("partitioned ") for option in table.options)

    def _stage(self) -> str:
        self._stages += 1
        return f"hffix_stage_{self._stages}"

    @property
    def _writer(self) -> Writer:
        return Writer(self._write, packs=self._driver.packs)

    def _write(self, statement: Statement) -> int:
        """Run a statement that writes; a fault that passes has undone, or must undo, the whole transaction."""
        self._refuse_outside()
        try:
            return self._counts.around(statement, self._tell_raw) if self._counts else self._tell_raw(statement)
        except DriverError as fault:
            raise self._ended(fault) or refusal_of_row(fault) from fault

    def _tell_raw(self, statement: Statement) -> int:
        told = self._driver.tell(statement)
        if told.warnings:
            raise warned_by_row(self._driver.warnings())
        return told.affected

    def _tell(self, sql: str) -> None:
        try:
            self._driver.tell(sql)
        except DriverError as fault:
            raise self._refused(fault, "") from fault

    def _refused(self, fault: BaseException, theirs: str) -> HffixError:
        return self._ended(fault) or refusal_of_query(fault, sql=theirs)

    def _ended(self, fault: BaseException) -> HffixError | None:
        """Roll back after a fault that passes: the server took back one statement, or all, and would go on without."""
        told = passing(fault)
        if told is not None:
            self.rollback()
        return told

    def _refuse_outside(self) -> None:
        """Refuse to write outside of a transaction: each statement would commit by itself."""
        if not self._driver.in_transaction:
            raise WriteRefused("the transaction has ended, and nothing is written outside of one")

    @contextmanager
    def _reading(self, query: str, params: Params) -> Iterator[str]:
        """Undo whatever a function called by the query may write."""
        refuse_writing(query)
        within = self._driver.in_transaction
        self._tell(f"SAVEPOINT {_READING}" if within else "START TRANSACTION READ ONLY")
        try:
            if not within:
                self._hold()
            yield bound(query, params)
        finally:
            if not within:
                self.rollback()
            elif self._driver.in_transaction and not self._driver.lost:
                self._tell(f"ROLLBACK TO SAVEPOINT {_READING}")


class Trial(MySQLSession):
    """A session on the target itself that never commits: what it commits is only marked, and goes when it ends."""

    _settled = False

    def begin(self) -> None:
        """Begin, or go on."""
        if not self._driver.in_transaction:
            super().begin()
            self._settled = False

    def commit(self) -> None:
        """Keep what was written until the trial ends."""
        self._refuse_outside()
        self._tell(f"SAVEPOINT {_SETTLED}")
        self._settled = True

    def settle_constraints(self) -> None:
        """Keep what was written, where a part that fails later is taken back."""
        self.commit()

    def rollback(self) -> None:
        """Go back to what was kept last."""
        if self._settled and self._driver.in_transaction and not self._driver.lost:
            with suppress(DriverError):
                self._driver.tell(f"ROLLBACK TO SAVEPOINT {_SETTLED}")
            return
        super().rollback()

    def _ended(self, fault: BaseException) -> HffixError | None:
        if passing(fault) is not None:
            self._settled = False
        return super()._ended(fault)

    def end(self) -> None:
        """Take everything back."""
        self._settled = False
        super().rollback()


def _described(table: Table, names: Sequence[str]) -> list[Column]:
    known = {column.name: column for column in table.columns}
    return [known[name] for name in names]
