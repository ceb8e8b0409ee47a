"""Declared scopes: what a script says it may touch, before anybody has looked at the target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hffix.authoring.contracts import Contract
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
    contracts: tuple[Contract, ...] = ()
    # For a function that returns a dict: the name in the dict → the column.
    results: Mapping[str, str] | None = None
    expressions: tuple[str, ...] = field(default=())
    file: str | None = None

    @property
    def name(self) -> str:
        """How messages call the scope."""
        return f"{self.function or self.kind} (line {self.line})"
