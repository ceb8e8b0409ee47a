"""What every engine offers: a snapshot to read from, and a session that also writes rows by key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from sqlalchemy import Connection

from hffix.errors import HffixError
from hffix.model.besides import Counts
from hffix.model.grant import Grant, Lacking
from hffix.model.schema import Table
from hffix.model.value import Raw

Row = tuple[Raw, ...]
Params = Mapping[str, Raw]
NO_PARAMS: Final[Params] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Selected:
    """The answer of a query: its columns' names, and its rows in pages."""

    names: tuple[str, ...]
    pages: Iterator[list[Row]]


class Snapshot(Protocol):
    """One state of a target, read without disturbing anybody."""

    dialect: str
    notes: tuple[str, ...]
    apart: bool
    """Whether a server does the work, for which this process only waits."""
    several: bool
    """Whether several sessions may write rows beside each other, each in a transaction of its own."""

    @property
    def connection(self) -> Connection:
        """The connection, for the change log's own tables."""

    def shared(self) -> str | None:
        """Name this state so that another process can read it too; None where the engine cannot share it."""

    def passing(self, fault: BaseException) -> HffixError | None:
        """Give the typed error of a driver's fault that passes, such as a deadlock; None for every other fault."""

    def denied(self, fault: BaseException) -> HffixError | None:
        """Give the typed error of a driver's fault that says what this account may not do; None for every other."""

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:
        """Name the rights of these that this account lacks, and what else it needs to work at all."""

    def versions(self) -> dict[str, str]:
        """Name the engine and its version."""

    def now(self) -> str:
        """Read the target's clock."""

    def place(self) -> dict[str, str]:
        """Say where the database stands, as the server itself reports it."""

    def has_table(self, name: str) -> bool:
        """Say whether a table or view of that name exists."""

    def table(self, name: str) -> Table:
        """Describe a table; refuse by name one whose rows cannot be carried exactly."""

    def refuse_null_keys(self, table: Table) -> None:
        """Refuse a table with a row that has NULL in its key: nothing could address that row."""

    def scan(
        self,
        table: Table,
        *,
        columns: Sequence[str],
        expressions: Sequence[str] = (),
        where: Sequence[str] = (),
        params: Params = NO_PARAMS,
    ) -> Iterator[list[Row]]:
        """Read key, columns and expressions of the rows for which any `where` holds, by key, in pages."""

    def select(self, query: str, *, params: Params = NO_PARAMS) -> Selected:
        """Run a query of a fix; other queries may run while its pages are read."""

    def answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Give for each tuple of values the rows, whole and raw, that hold them in these columns, by key.

        A NULL is asked for as such; every other value by the engine's own equality.
        """

    def hands_out(self, table: Table, *, key: Row) -> bool:
        """Say whether a sequence of the database could still give this key to a row of somebody else."""

    def rows(self, table: Table, *, keys: Sequence[Row], columns: Sequence[str] | None = None) -> dict[Row, Row]:
        """Read rows raw by key, key → values of `table.names`; a row that is gone is left out.

        With `columns`, among which are the key's, only those are read.
        """

    def single(self, query: str, *, params: Params = NO_PARAMS) -> Raw:
        """Run a query that gives one value."""

    def settle(self, table: Table, column: str, *, value: Raw) -> Raw:
        """Give the value as the column will hold it; refuse with Unsettled what would lose a digit or a sign."""

    def settler(self, table: Table, column: str) -> Callable[[Raw], Raw]:
        """Give the column's own `settle`, for many values."""

    def keeper(self, table: Table, column: str) -> Callable[[Sequence[str]], bool]:
        """Give what says whether `settle` would leave each of many texts as it is; where not, each is settled."""

    def holders(self, table: Table, columns: Sequence[str], *, values: Sequence[Raw]) -> list[Row]:
        """Find the keys of the rows that hold these values, by the engine's own equality."""

    def reached(self, table: Table, *, rows: Sequence[Row], kind: str) -> Iterator[tuple[str, Row]]:
        """Find rows that the database's own foreign-key actions would change or delete along with these whole rows."""


class Unshared:
    """What is read where an engine cannot share one state among sessions."""

    def shared(self) -> str | None:
        """Name no state."""
        return None


class Session(Snapshot, Protocol):
    """A connection that writes; every method but `begin` belongs to a transaction.

    A lock that is not given in time, a deadlock and a serialization failure are Busy: the transaction is rolled back
    whole, and may be tried again from `begin`.
    """

    def renew(self) -> None:
        """Connect anew after the connection broke; what was not committed is gone."""

    def durability(self) -> dict[str, str]:
        """Say under which settings a commit is safe on disk; refuse those under which it is not."""

    def begin(self) -> None:
        """Begin a transaction that may lock rows."""

    def commit(self) -> None:
        """Commit; where the reply is lost, refuse with CommitUnknown: only a new session can say what happened."""

    def rollback(self) -> None:
        """Roll back, also after a failed commit."""

    def savepoint(self) -> None:
        """Mark where `undo` goes back to, within the transaction."""

    def undo(self) -> None:
        """Go back to the last savepoint."""

    def lock(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Lock rows and read them as `rows` does."""

    def lock_answers(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Lock the rows that `answers` gives, and give them."""

    def update(self, table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Row, Row]]) -> int:
        """Write columns of rows by key, (key, values) each; give the number of rows that the engine matched."""

    def insert(self, table: Table, *, columns: Sequence[str], rows: Sequence[Row]) -> int:
        """Insert rows."""

    def delete(self, table: Table, *, keys: Sequence[Row]) -> int:
        """Delete rows by key."""

    def append(self, table: str, *, columns: Mapping[str, Sequence[str | int | None]]) -> None:
        """Insert rows, given column by column, into one of the change log's own tables.

        What refuses them is the driver's own fault.
        """

    def watch(self) -> None:
        """Begin to count which rows are written, by this session and by the database itself."""

    def beside(self) -> Counts:
        """Count the rows that the database itself wrote along with ours since `watch`: by triggers and rules."""

    def settle_constraints(self) -> None:
        """Make deferred constraints and triggers fire now."""
