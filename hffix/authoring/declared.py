"""Declared scopes: what a script says it may touch, before anybody has looked at the target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hffix.authoring.contracts import Contract
from hffix.cleaners.columns import ColumnCleaner
from hffix.model.scope import ScopeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One scope as the script declares it, with the line it stands on."""

    kind: ScopeKind
    table: str
    line: int
    at_most: int
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    where: str | None = None
    to_null: bool = False
    function: str | None = None
    decide: Callable[..., object] | None = None
    # The same for many texts at once, where the cleaner has such a form.
    column: ColumnCleaner | None = None
    contracts: tuple[Contract, ...] = ()
    # For a function that returns a dict: the name in the dict → the column.
    results: Mapping[str, str] | None = None
    expressions: tuple[str, ...] = field(default=())
    file: str | None = None
    # The params and lookups that the function takes by name.
    given: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How messages call the scope."""
        return f"{self.function or self.kind} (line {self.line})"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCases:
    """Cases as the script declares them: the query that lists them, and what each may read and write."""

    query: str
    line: int
    at_most: int
    function: str
    decide: Callable[..., None]
    # The columns of the query that the function takes after its case.
    arguments: tuple[str, ...]
    contracts: tuple[Contract, ...]
    given: tuple[str, ...]
    reads: Mapping[str, tuple[str, ...]]
    writes: Mapping[str, tuple[str, ...]]
    inserts: tuple[str, ...]
    deletes: tuple[str, ...]
    to_null: bool

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that a case may touch, each once."""
        return tuple(dict.fromkeys((*self.reads, *self.inserts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLookup:
    """A mapping that functions take by name: from two columns of a table, or of a file."""

    name: str
    line: int
    key: str
    value: str
    table: str | None
    file: str | None
