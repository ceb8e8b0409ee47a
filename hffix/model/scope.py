"""Scopes: what a fix may touch, as the manifest states it and approvers sign it."""

from typing import Literal

import msgspec

ScopeKind = Literal["clean", "rows", "sql", "delete", "corrections", "cases", "cases-insert", "cases-delete", "inverse"]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table, the columns read and written, the rows chosen, and the ceiling of changed rows.

    Cases have one scope for each table that they look into, `where` being their query, and one more for each table
    into which they insert (`cases-insert`) or from which they delete (`cases-delete`).
    """

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


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fix looked values up in: a file, or two columns of a table; with its digest."""

    digest: str
    file: str | None
    table: str | None
    key: str | None
    value: str | None


class SideEffect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column that the database itself changes when its row is written."""

    table: str
    column: str
