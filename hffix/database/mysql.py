"""MariaDB and MySQL: values read as the server's own bytes, by key, in one state of the database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hffix.database import mysql_settle, mysql_spool
from hffix.database.mysql_aside import Aside
from hffix.database.mysql_driver import Answer, Driver, DriverError
from hffix.database.mysql_faults import denied, passing, refusal_of_query, warned_by_query
from hffix.database.mysql_keys import Run, after, among, described, ending, ordered, runs
from hffix.database.mysql_links import ACTING
from hffix.database.mysql_literals import compared, text
from hffix.database.mysql_pins import Pins
from hffix.database.mysql_schema import Catalogue, counting
from hffix.database.mysql_together import Together
from hffix.database.mysql_types import quote
from hffix.database.mysql_values import Values, selected
from hffix.database.mysql_words import bound
from hffix.database.queries import refuse_writing
from hffix.database.session import NO_PARAMS, Params, Row, Selected, Unshared
from hffix.database.unsettled import Unsettled
from hffix.errors import HffixError
from hffix.errors.targets import Busy, QueryFailed
from hffix.model.grant import Grant, Lacking
from hffix.model.schema import Column, ForeignKey, Table
from hffix.model.value import Raw

PAGE_ROWS: Final = 5_000
SELECTED_ROWS: Final = 1_000
# The server leaves a table out while somebody alters it, and warns: ER_WARN_I_S_SKIPPED_TABLE.
_SKIPPED: Final = 1684
_PATIENCE: Final = 20
_PAUSE_SECONDS: Final = 0.01
MOST_ASKED: Final = 300


@dataclass(frozen=True, slots=True)
class Link:
    """One open connection: the driver's, its settings, and SQLAlchemy's over it for the change log's own tables."""

    driver: Driver
    pins: Pins
    connection: Connection


class MySQL(Unshared):
    """One state of a database on a server."""

    apart = True
    several = True

    def __init__(self, link: Link, *, aside: Callable[[], Aside]) -> None:
        self._open_aside = aside
        self._aside: Aside | None = None
        self._apart: set[str] = set()
        self.notes: tuple[str, ...] = ()
        self._attach(link)

    def _attach(self, link: Link) -> None:
        self._driver = link.driver
        self._pins = link.pins
        self._values = Values(link.driver, mariadb=link.pins.mariadb)
        self._catalogue = Catalogue(self._told, mariadb=link.pins.mariadb)
        self.connection = link.connection
        self.dialect = "mariadb" if link.pins.mariadb else "mysql"

    def passing(self, fault: BaseException) -> HffixError | None:
        """Say that rows are locked or the connection is gone, where that is the fault."""
        return passing(fault)

    def denied(self, fault: BaseException) -> HffixError | None:
        """Name a right that this account lacks."""
        return denied(fault)

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:
        """Ask the server for each right."""
        return self._beside().lacking(grants, sees=self._catalogue.sight.sees)

    def versions(self) -> dict[str, str]:
        """Name the server's version."""
        return {self.dialect: self._pins.version}

    def now(self) -> str:
        """Read the server's clock."""
        return str(self._told("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')")[0][0])

    def place(self) -> dict[str, str]:
        """Give host name, port, data folder and schema, as the server itself reports them."""
        ((host, port, folder, schema),) = self._told("SELECT @@hostname, @@port, @@datadir, DATABASE()")
        return {"host": str(host), "port": str(port), "folder": str(folder), "schema": str(schema)}

    def has_table(self, name: str) -> bool:
        """Look the name up without case: a server may tell tables apart by it, people do not."""
        return self._catalogue.has_table(name)

    def table(self, name: str) -> Table:
        """Describe a table."""
        return self._catalogue.table(name)

    def refuse_null_keys(self, table: Table) -> None:
        """Do nothing: the server lets no NULL into a primary key."""

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
        read = described(table, (*table.key, *columns))
        # The line ends let an author's SQL close with a comment.
        more = "".join(f", ({bound(e, params)}\n)" for e in expressions)
        chosen = " OR ".join(f"({bound(condition, params)}\n)" for condition in where) or "1"
        start = f"{more} FROM {quote(table.name)} AS t WHERE ({chosen})"
        end = f" ORDER BY {ordered(table)} LIMIT {PAGE_ROWS}"
        theirs = "\n".join([*expressions, *where])
        page = self._read(read, start + end, theirs=theirs)
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            page = self._read(read, f"{start} AND ({after(table, page[-1])}){end}", theirs=theirs)

    def select(self, query: str, *, params: Params = NO_PARAMS) -> Selected:
        """Run a query of a fix and spool its rows."""
        with self._reading(query, params) as sql:
            try:
                stream = self._driver.stream(sql)
                spooled = mysql_spool.pages(stream, rows=SELECTED_ROWS)
            except DriverError as fault:
                raise self._refused(fault, query) from fault
            self._refuse_warnings(stream.warnings)
        self._values.refuse_inexact(stream.fields)
        names = tuple([field.name for field in stream.fields])
        return Selected(names, (self._values.rows(stream.fields, page) for page in spooled))

    def answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Ask many questions of one form in one statement."""
        return self._answers(table, columns, asked, lock="")

    def _answers(self, table: Table, columns: Sequence[str], asked: Sequence[Row], *, lock: str) -> list[list[Row]]:
        found: list[list[Row]] = [[] for _ in asked]
        asked_of = described(table, columns)
        # A value that a column cannot hold is in none of its rows.
        written = [
            (number, [compared(c, value) for c, value in zip(asked_of, values, strict=True)])
            for number, values in enumerate(asked)
        ]
        askable = [(number, texts) for number, texts in written if None not in texts]
        matched = " AND ".join(f"t.{quote(column)} <=> asked.c{n}" for n, column in enumerate(columns))
        read = ", ".join(["asked.n", *map(selected, table.columns)])
        for start in range(0, len(askable), MOST_ASKED):
            some = askable[start : start + MOST_ASKED]
            rows = " UNION ALL ".join(
                f"SELECT {number} AS n, {', '.join(f'{text} AS c{n}' for n, text in enumerate(texts))}"
                for number, texts in some
            )
            sql = (
                f"SELECT {read} FROM ({rows}) AS asked STRAIGHT_JOIN {quote(table.name)} AS t ON {matched}"
                f" ORDER BY asked.n, {ordered(table)}{lock}"
            )
            for row in self._rows(sql, columns=(_NUMBER, *table.columns)):
                found[int(str(row[0]))].append(row[1:])
        return found

    def hands_out(self, table: Table, *, key: Row) -> bool:
        """Compare with the next number of AUTO_INCREMENT; a default that takes numbers from a sequence may give any."""
        for column, value in zip(described(table, table.key), key, strict=True):
            if "nextval" in (column.default or "").casefold():
                return True
            if column.name == counting(table) and isinstance(value, int):
                found = self._told(
                    "SELECT AUTO_INCREMENT FROM information_schema.TABLES"
                    f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(table.name)}"
                )
                return value >= int(found[0][0] or 1)
        return False

    def rows(self, table: Table, *, keys: Sequence[Row], columns: Sequence[str] | None = None) -> dict[Row, Row]:
        """Read rows by key, as many in one statement as it may be long."""
        return self._by_key(table, keys, columns or table.names, lock="")

    def _by_key(self, table: Table, keys: Sequence[Row], names: Sequence[str], *, lock: str) -> dict[Row, Row]:
        read = described(table, names)
        places = [names.index(column) for column in table.key]
        # The order of the keys is the order of the locks.
        start = f" FROM {quote(table.name)} AS t FORCE INDEX (PRIMARY) WHERE "
        end = f" ORDER BY {ordered(table)}{lock}"
        found: dict[Row, Row] = {}
        whole = runs(table, keys)
        if lock and whole and not self._all_end(table, whole):
            whole = []
        for condition in among(table, keys, whole):
            rows = self._read(read, f"{start}({condition}){end}")
            found.update(zip(zip(*([row[place] for row in rows] for place in places), strict=True), rows, strict=True))
        return found

    def _all_end(self, table: Table, found: Sequence[Run]) -> bool:
        """Say whether the last row of each run is there; where it is gone, to lock them would wait for the next row."""
        counted = self._told(f"SELECT COUNT(*) FROM {quote(table.name)} AS t WHERE {ending(table, found)}")
        return counted == [(str(len(found)),)]

    def single(self, query: str, *, params: Params = NO_PARAMS) -> Raw:
        """Run a query that gives one value in one row."""
        with self._reading(query, params) as sql:
            rows = self._rows(sql, theirs=query)
        if len(rows) != 1 or len(rows[0]) != 1:
            raise QueryFailed("the query must give exactly one value in one row")
        return rows[0][0]

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Give the value as the column will hold it."""
        return self.settler(table, column)(value)

    def settler(self, table: Table, column: str) -> Callable[[Raw], Raw]:
        """Give the column's own `settle`; the server is asked on a connection of its own."""
        described = table.column(column)
        if described is None:
            raise Unsettled(f"there is no column {column}")
        return mysql_settle.settler(described, ask=lambda column, value: self._beside().ask(table, column, value))

    def keeper(self, table: Table, column: str) -> Callable[[Sequence[str]], bool]:
        """Give the column's own answer for many texts at once."""
        return mysql_settle.keeper(described(table, [column])[0])

    def _beside(self) -> Aside:
        self._aside = self._aside or self._open_aside()
        return self._aside

    def close(self) -> None:
        """Hang up the connection on which the server is asked what columns make of values."""
        if self._aside is not None:
            self._aside.close()

    def holders(self, table: Table, columns: Sequence[str], *, values: Sequence[Raw]) -> list[Row]:
        """Find the keys of the rows that hold these values."""
        return self._holding(table.name, described(table, table.key), described(table, columns), columns, values)

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find the children that ON DELETE or ON UPDATE would touch."""
        if kind == "delete":
            self._catalogue.refuse_blind_elsewhere(table.name)
        for link in table.referred:
            if (link.on_delete if kind == "delete" else link.on_update) in ACTING:
                yield from self._children(table, link, rows)

    def _children(self, table: Table, link: ForeignKey, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        key = self._catalogue.key_columns(link.table)
        referred_to = described(table, link.to_columns)
        places = [table.names.index(column) for column in link.to_columns]
        for row in rows:
            referred = [row[place] for place in places]
            if None not in referred:
                for child in self._holding(link.table, key, referred_to, link.columns, referred):
                    yield link.table, child

    def _holding(
        self,
        name: str,
        key: Sequence[Column],
        described: Sequence[Column],
        columns: Sequence[str],
        values: Sequence[Raw],
    ) -> list[Row]:
        written = [compared(column, value) for column, value in zip(described, values, strict=True)]
        if None in written:
            return []
        # A row without a key can be in no plan; that there is one is all that needs to be known.
        read = ", ".join(map(selected, key)) or "NULL"
        where = " AND ".join(f"t.{quote(c)} = {value}" for c, value in zip(columns, written, strict=True))
        return self._rows(f"SELECT {read} FROM {quote(name)} AS t WHERE {where}", columns=key)

    def _reading(self, query: str, params: Params) -> AbstractContextManager[str]:
        """Prepare an author's query; a session that may write also sees to it that it writes nothing."""
        refuse_writing(query)
        return nullcontext(bound(query, params))

    def _read(self, columns: Sequence[Column], source: str, *, theirs: str = "") -> list[Row]:
        """Read columns of rows, and what the source selects beside them."""
        together = Together(columns)
        if together.worthwhile and together.selected not in self._apart:
            rows = self._together(together, source, theirs=theirs)
            if rows is not None:
                return rows
            # As likely as not, the next rows could not be read so either.
            self._apart.add(together.selected)
        return self._rows(f"SELECT {', '.join(map(selected, columns))}{source}", columns=columns, theirs=theirs)

    def _together(self, together: Together, source: str, *, theirs: str) -> list[Row] | None:
        try:
            answer = self._driver.ask(f"SELECT {together.selected}{source}")
        except DriverError as fault:
            if passing(fault):
                raise self._refused(fault, theirs) from fault
            return None
        self._values.refuse_inexact(answer.fields[together.taken :])
        return together.rows(self._values, answer)

    def _rows(self, sql: str, *, columns: Sequence[Column] = (), theirs: str = "") -> list[Row]:
        answer = self._ask(sql, theirs=theirs)
        self._values.refuse_inexact(answer.fields[len(columns) :])
        return self._values.rows(answer.fields, answer.rows, columns=columns)

    def _ask(self, sql: str, *, theirs: str = "") -> Answer:
        try:
            answer = self._driver.ask(sql)
        except DriverError as fault:
            raise self._refused(fault, theirs) from fault
        self._refuse_warnings(answer.warnings)
        return answer

    def _refused(self, fault: BaseException, theirs: str) -> HffixError:
        return refusal_of_query(fault, sql=theirs)

    def _refuse_warnings(self, count: int) -> None:
        if count:
            raise warned_by_query(self._driver.warnings())

    def _told(self, sql: str) -> list[tuple[str | None, ...]]:
        """Read what the server says of itself, as texts; again, where it left out what somebody altered just then."""
        for turn in range(_PATIENCE):
            time.sleep(turn * _PAUSE_SECONDS)
            try:
                answer = self._driver.ask(sql)
                codes = self._driver.warnings() if answer.warnings else []
            except DriverError as fault:
                raise self._refused(fault, "") from fault
            if not codes:
                return [tuple([None if cell is None else cell.decode() for cell in row]) for row in answer.rows]
            if set(codes) != {_SKIPPED}:
                raise warned_by_query(codes)
        raise Busy("somebody alters tables all the time, and the server leaves them out of what it tells")


_NUMBER: Final = Column(name="n", type="bigint", nullable=False)
