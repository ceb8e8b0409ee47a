"""Scopes: what a fix may touch, as the manifest states it and approvers sign it."""

from typing import Literal

import msgspec

ScopeKind = Literal["clean", "rows", "sql", "delete", "corrections", "cases", "inverse"]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table, the columns read and written, the rows chosen, and the ceiling of changed rows."""

    table: str
    kind: ScopeKind
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    where: str | None
    unguarded: tuple[str, ...]
    to_null: bool
    at_most: int
    function: str | None


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query that must give one value: before the first write (`requires`) or after the last (`ensures`)."""

    title: str
    query: str
    equals: str | int | None


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Columns whose exact total over the changed rows is the same before and after."""

    columns: tuple[str, ...]
    before: str
    after: str


class SideEffect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column that the database itself changes when its row is written."""

    table: str
    column: str
