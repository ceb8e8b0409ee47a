"""Grants: the rights in a database that a piece of work needs, told without an engine's own words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from hffix.model.manifest import Manifest

Action = Literal["SELECT", "INSERT", "UPDATE", "DELETE", "LOCK", "NUMBER", "STAGE"]
Role = Literal["planner", "operator", "approver", "auditor", "eraser"]
ROLES: Final[tuple[Role, ...]] = ("planner", "operator", "approver", "auditor", "eraser")
_ORDER: Final[tuple[Action, ...]] = ("SELECT", "INSERT", "UPDATE", "DELETE", "LOCK", "NUMBER", "STAGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One right on one table, or on columns of it.

    LOCK is for rows that are locked and never written, where an engine gives no lock without a right to write: by one
    of the columns, if any is named. NUMBER is for looking how far a sequence has come that fills the table's key, STAGE
    for temporary tables, which are on no table.
    """

    action: Action
    table: str
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.action == "LOCK":
            return f"a right to lock rows of {self.table}"
        if self.action == "NUMBER":
            return f"SELECT on the sequences of {self.table}"
        if self.action == "STAGE":
            return "temporary tables"
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"{self.action}{columns} on {self.table}"


STAGE: Final = Grant(action="STAGE", table="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A right that an account lacks, and the statement that gives it."""

    told: str
    remedy: str


def together(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Say every right once, by table: columns are united, the whole table holds them, and who updates may lock."""
    found: dict[str, dict[Action, dict[str, None] | None]] = {}
    for grant in grants:
        rights = found.setdefault(grant.table, {})
        known = rights.get(grant.action, {})
        if known is None or not grant.columns:
            rights[grant.action] = None
        else:
            rights[grant.action] = {**known, **dict.fromkeys(grant.columns)}
    return tuple(grant for table, rights in found.items() for grant in _of_table(table, rights))


def _of_table(table: str, rights: dict[Action, dict[str, None] | None]) -> Iterator[Grant]:
    for action in _ORDER:
        if action in rights and not (action == "LOCK" and "UPDATE" in rights):
            yield Grant(action=action, table=table, columns=tuple(rights[action] or ()))


def grants_to_write(manifest: Manifest, *, back: bool = False) -> tuple[Grant, ...]:
    """List what applying a change set needs, by its own rows; `back` adds what taking them back at once needs."""
    return together(_to_write(manifest, back=back))


def _to_write(manifest: Manifest, *, back: bool) -> Iterator[Grant]:
    yield STAGE
    yield from (Grant(action="SELECT", table=table) for table in manifest.schema)
    yield from (Grant(action="SELECT", table=one.table) for one in manifest.lookups.values() if one.table is not None)
    for table, counts in manifest.counts.tables.items():
        yield Grant(action="LOCK", table=table)
        if counts.updates:
            yield Grant(action="UPDATE", table=table, columns=tuple(counts.columns))
        if counts.inserts or (back and counts.deletes):
            yield Grant(action="INSERT", table=table)
        if counts.deletes or (back and counts.inserts):
            yield Grant(action="DELETE", table=table)
    for scope in manifest.scope:
        if scope.kind == "cases":
            yield Grant(action="LOCK", table=scope.table, columns=scope.reads)
