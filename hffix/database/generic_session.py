"""Writing rows of any other database by key: locked, held against what their driver gave, counted one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.sql import Executable

from hffix.database import generic_statements as statements
from hffix.database.generic import MOST_VALUES, Generic
from hffix.database.generic_faults import name_of, row_refused
from hffix.database.generic_link import Link
from hffix.database.generic_locks import Locks
from hffix.database.generic_schema import Described
from hffix.database.generic_types import as_parameter
from hffix.database.session import Row
from hffix.errors.targets import (
    Busy,
    CannotWrite,
    ChangeLogRefused,
    CommitUnknown,
    QueryFailed,
    TableRefused,
    WriteRefused,
)
from hffix.model.schema import Table

MOST_CHARACTERS: Final = 1_000_000
_MARK: Final = "hffix_savepoint"
_ASIDE: Final = "hffix_reading"
_NOW: Final = text("SET CONSTRAINTS ALL IMMEDIATE")
_FENCE: Final = "hffix_lineage"


class GenericSession(Generic):
    """A session on one connection; what it reads outside of a transaction ends with the reading."""

    def __init__(self, link: Link, *, place: Mapping[str, str], notes: tuple[str, ...] = ()) -> None:
        super().__init__(link, place=place, notes=notes)
        self._locks = Locks(link)
        self._within = False
        self._marked = False
        self._late = self._has_late_constraints()
        self._prove_fence()

    def close(self) -> None:
        """Hang up the connection that tries locks."""
        self._locks.close()

    def _has_late_constraints(self) -> bool:
        """Say whether the database knows constraints that are checked late, and can be told to check them now."""
        try:
            self._link.begin()
            self._link.run(_NOW)
        except SQLAlchemyError:
            return False
        finally:
            self._link.rollback()
        return True

    def _prove_fence(self) -> None:
        """See that the head of the chain, on which every promise to other sessions rests, can be locked."""
        if not self.has_table(_FENCE):
            return
        source = statements.table_of(_FENCE, ("number",))
        self._link.begin()
        try:
            plain = select(source.c["number"]).select_from(source)
            if self._link.fetch(self._locks.of(plain, source)):
                self._locks.prove(_FENCE, source, source.c["number"].is_not(None))
        except Busy:
            # Another session has it: it could not say so more clearly.
            return
        finally:
            self._link.rollback()

    def renew(self) -> None:
        """Connect anew after the connection broke."""
        self._locks.close()
        self._link.renew()
        self._locks = Locks(self._link)
        self._within = self._marked = False
        self._tables.clear()

    def durability(self) -> dict[str, str]:
        """Say that nobody asked: the databases have no word for it in common."""
        return {"durability": f"not asked of {self.dialect}"}

    def begin(self) -> None:
        """Begin a transaction under the isolation in which a locked row is read as it is now."""
        self._marked = False
        self._link.begin()
        self._within = True

    def commit(self) -> None:
        """Commit; only a refusal that is clear, such as of a constraint, leaves no doubt that nothing was written."""
        self._refuse_outside()
        try:
            self._link.connection.commit()
        except SQLAlchemyError as fault:
            told = self._link.passing(fault)
            if isinstance(fault, IntegrityError) or isinstance(told, Busy):
                self.rollback()
                raise told or row_refused(fault) from fault
            raise CommitUnknown(f"the database gave no clear answer to a commit ({name_of(fault)})") from fault
        self._within = self._marked = False

    def rollback(self) -> None:
        """Roll back whatever is open; a connection that broke has nothing open."""
        self._within = self._marked = False
        self._link.rollback()

    def savepoint(self) -> None:
        """Mark a place in the transaction; the one before is forgotten."""
        if not self._link.savepoints:
            raise CannotWrite(f"{self.dialect} has no savepoints, without which nothing can be tried and taken back")
        with self._writing():
            if self._marked:
                self._link.release(_MARK)
            self._link.mark(_MARK)
        self._marked = True

    def undo(self) -> None:
        """Go back to the last savepoint."""
        with self._writing():
            self._link.go_back(_MARK)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as fault:
            raise self._link.passing(fault) or row_refused(fault) from fault

    def lock(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Lock rows in the order of their keys, and see that the database finds in them what its driver gave."""
        self._refuse_outside()
        described = self._described(table)
        found = self._by_key(table, keys, table.names, lock=self._locking(described))
        self._prove(described, found)
        self._refuse_altered(described, found.values())
        return found

    def lock_answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Lock the rows that `answers` gives, and give them."""
        self._refuse_outside()
        described = self._described(table)
        found = self._answers(table, columns, asked, lock=self._locking(described))
        places = [table.names.index(column) for column in table.key]
        self._prove(described, [tuple(row[place] for place in places) for rows in found for row in rows])
        return found

    def _locking(self, described: Described) -> Callable[[Select[Any]], Select[Any]]:
        return lambda query: self._locks.of(query, described.source)

    def _prove(self, described: Described, keys: Sequence[Row] | Mapping[Row, Row]) -> None:
        key = next(iter(keys), None)
        if key is not None:
            source = described.source
            chosen = statements.matched([source.c[c] for c in described.table.key], list(map(as_parameter, key)))
            self._locks.prove(described.table.name, source, chosen)

    def _refuse_altered(self, described: Described, rows: Iterator[Row] | Any) -> None:
        """Ask for each row by all of its values: one that a driver cut, turned or left out is not found again."""
        table, source = described.table, described.source
        forms: dict[tuple[bool, ...], Select[Any]] = {}
        for row in rows:
            form = tuple(value is not None for value in row)
            if form not in forms:
                matching = statements.matching(source, table.names, given=form)
                forms[form] = select(func.count()).select_from(source).where(matching)
            values = statements.parameters(list(map(as_parameter, row)))
            try:
                met = self._link.run(forms[form], values).scalar()
            except SQLAlchemyError as fault:
                raise self._link.passing(fault) or TableRefused(
                    f"table {table.name} has a column whose values cannot be compared ({name_of(fault)})"
                ) from fault
            if met != 1:
                raise TableRefused(self._altered(described, row))

    def _altered(self, described: Described, row: Row) -> str:
        """Name the columns in which the database does not find what its driver gave."""
        table, source = described.table, described.source
        key = [(name, row[table.names.index(name)]) for name in table.key]
        wrong = []
        for name, value in zip(table.names, row, strict=True):
            asked = {**dict(key), name: value}
            matched = statements.matched([source.c[c] for c in asked], list(map(as_parameter, asked.values())))
            if self._link.fetch(select(func.count()).select_from(source).where(matched))[0][0] != 1:
                wrong.append(name)
        return (
            f"table {table.name}, column {', '.join(wrong) or 'unknown'}: the database does not find in a row what its"
            " driver gave for it, so the value is not carried exactly"
        )

    def update(self, table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Row, Row]]) -> int:
        """Write columns of rows by key."""
        width = len(table.key)
        make = lru_cache(lambda form: statements.update_of(table.name, table.key, columns, given=form[width:]))
        return self._write([key + values for key, values in rows], make)

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows, every column stated."""
        return self._write(
            rows, lru_cache(lambda form: statements.insert_of(table.name, columns, given=form)), many=False
        )

    def delete(self, table: Table, *, keys: Sequence[Row]) -> int:
        """Delete rows by key."""
        return self._write(keys, lambda _: statements.delete_of(table.name, table.key))

    def _write(self, rows: Sequence[Row], make: Callable[[tuple[bool, ...]], Executable], *, many: bool = True) -> int:
        """Write rows in their order; those with a NULL at the same places are one statement."""
        self._refuse_outside()
        met = 0
        for form, some in groupby(rows, key=lambda row: tuple(value is not None for value in row)):
            values = [statements.parameters(list(map(as_parameter, row))) for row in some]
            if many and self._link.dialect.supports_sane_multi_rowcount:
                met += self._link.write(make(form), values)
                continue
            for one in values:
                met += self._link.write(make(form), one)
        return met

    def append(self, table: str, *, columns: Mapping[str, Sequence[str | int | None]]) -> None:
        """Insert rows, given column by column."""
        self._append(table, tuple(columns), list(zip(*columns.values(), strict=True)))

    def _append(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> None:
        """Insert rows into one of the change log's tables, and read them back: nobody else would for years."""
        target = statements.bare_table(table, columns)
        for block in _blocks(rows):
            for form, some in groupby(block, key=lambda row: tuple(value is not None for value in row)):
                statement = statements.insert_of(table, columns, given=form)
                self._link.run(statement, [statements.parameters(row) for row in some])
        key = self._catalogue.key_of(table)
        places = [columns.index(name) for name in key]
        step = MOST_VALUES // len(key)
        for start in range(0, len(rows), step):
            block = [tuple(row) for row in rows[start : start + step]]
            keys = [[row[place] for place in places] for row in block]
            chosen = statements.in_keys([target.c[name] for name in key], keys)
            found = {tuple(row) for row in self._link.run(select(*target.c).where(chosen))}
            if found != set(block):
                raise ChangeLogRefused(f"the database does not hold in {table} what was written there")

    def settle_constraints(self) -> None:
        """Make deferred constraints and triggers fire, where the database can be told to."""
        if self._late:
            with self._writing():
                self._link.run(_NOW)

    def _refuse_outside(self) -> None:
        if not self._within or self._link.ended:
            raise WriteRefused("the transaction has ended, and nothing is written outside of one")

    def table(self, name: str) -> Table:
        """Describe a table as it is now."""
        try:
            return super().table(name)
        finally:
            self._leave()

    def has_table(self, name: str) -> bool:
        """Look a name up without case; the change log's own tables only where they are made."""
        try:
            return super().has_table(name)
        finally:
            self._leave()

    def _fetch(self, statement: Executable, values: Any = None) -> list[tuple[Any, ...]]:
        try:
            return super()._fetch(statement, values)
        finally:
            self._leave()

    def _leave(self) -> None:
        """End what SQLAlchemy began by itself for a query outside of a transaction."""
        if not self._within:
            self._link.rollback()

    @contextmanager
    def _theirs(self) -> Iterator[None]:
        """Undo whatever a function called by an author's SQL may write, and let its failure undo nothing."""
        if not self._within:
            try:
                yield
            finally:
                self._link.rollback()
            return
        if not self._link.savepoints:
            raise QueryFailed(f"{self.dialect} has no savepoints, so no query of a fix is run while rows are written")
        with self._writing():
            self._link.mark(_ASIDE)
        try:
            yield
        finally:
            if not (self._link.lost or self._link.ended):
                with self._writing():
                    self._link.go_back(_ASIDE)
                    self._link.release(_ASIDE)


def _blocks(rows: Sequence[Sequence[object]]) -> Iterator[Sequence[Sequence[object]]]:
    """Cut rows into blocks that a driver may send as one message: a server takes only so much at once."""
    start = size = 0
    for place, row in enumerate(rows):
        size += sum(len(value) for value in row if isinstance(value, str))
        if size > MOST_CHARACTERS:
            yield rows[start : place + 1]
            start, size = place + 1, 0
    if start < len(rows):
        yield rows[start:]


class Trial(GenericSession):
    """A session whose transaction is never committed: what it commits is only marked, and goes when it is closed."""

    def begin(self) -> None:
        """Begin the one transaction, or go on in it."""
        if not self._within:
            super().begin()
            self.savepoint()

    def commit(self) -> None:
        """Keep what was written until the trial ends."""
        self.savepoint()

    def rollback(self) -> None:
        """Go back to what was kept last."""
        if self._marked and not (self._link.lost or self._link.ended):
            self.undo()
        else:
            super().rollback()

    def settle_constraints(self) -> None:
        """Make deferred constraints fire, let them be late again for what comes next, and keep what they passed."""
        if self._late:
            with self._writing():
                self._link.mark(_ASIDE)
            super().settle_constraints()
            with self._writing():
                self._link.go_back(_ASIDE)
                self._link.release(_ASIDE)
        self.commit()
