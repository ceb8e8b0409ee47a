"""Manifests: the signed facts of a change set, without any row's values."""

from typing import Final, Literal, TypeVar

import msgspec

from hffix.errors.changesets import BadManifest, NewerFormat, NotCanonical
from hffix.model import canonical, moment
from hffix.model.scope import Condition, Kept, Lookup, Scope, SideEffect
from hffix.model.value import Canonical

FORMAT: Final = "hffix-changeset/1"
PART_LINES: Final = 65_536
RARE_ROWS: Final = 5
Digest = str
Parsed = TypeVar("Parsed")


class _Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Params(_Facts, frozen=True, kw_only=True):
    """One param of a fix: its canonical value, or for a sensitive column only its salted leaf."""

    value: Canonical
    leaf: Digest | None


class FixFacts(_Facts, frozen=True, kw_only=True):
    """Which script made the change set, who wrote it and why."""

    id: str
    title: str
    reason: str
    author: str
    authors: tuple[str, ...]
    commit: str | None
    ticket: str | None
    risk: Literal["low", "medium", "high"]
    files: dict[str, Digest]
    on_conflict: Literal["stop", "skip"]
    params: dict[str, Params]
    after: tuple[str, ...]


class TargetFacts(_Facts, frozen=True, kw_only=True):
    """Which database the change set was planned on."""

    name: str
    lineage: str
    dialect: str


class Place(_Facts, frozen=True, kw_only=True):
    """A record of a chain, by number and head."""

    number: int
    head: Digest


class TableCounts(_Facts, frozen=True, kw_only=True):
    """How many rows of one table change, and how many cells of each of its columns."""

    updates: int
    inserts: int
    deletes: int
    columns: dict[str, int]


class ShapeCount(_Facts, frozen=True, kw_only=True):
    """How many cells change from one shape to another; inserts and deletes have no column."""

    table: str
    kind: Literal["insert", "update", "delete"]
    column: str | None
    before: str | None
    after: str | None
    rows: int


class Counts(_Facts, frozen=True, kw_only=True):
    """The sums of a change set: scanned = updates + deletes + unchanged + unresolved + struck."""

    scanned: int
    unchanged: int
    unresolved: int
    changed: int
    updates: int
    inserts: int
    deletes: int
    asks: int
    tables: dict[str, TableCounts]
    shapes: tuple[ShapeCount, ...]
    rare: int
    reasons: dict[str, int]


class Root(_Facts, frozen=True, kw_only=True):
    """A Merkle root and the number of its leaves."""

    root: Digest
    leaves: int


class Trial(_Facts, frozen=True, kw_only=True):
    """What the whole apply and its inverse showed on rows that were put back."""

    time: str
    rows: int
    ensures: tuple[bool, ...]


class Struck(_Facts, frozen=True, kw_only=True):
    """Rows that a reviewer took out: how many of those that were scanned, by whom, and why."""

    count: int
    by: str
    why: str | None


class Reverts(_Facts, frozen=True, kw_only=True):
    """The run that a rollback takes back: its manifest, and the number and head of its open record."""

    manifest: Digest
    number: int
    head: Digest


class Manifest(_Facts, frozen=True, kw_only=True):
    """Everything that an approver signs; its SHA-256 is the digest of the change set."""

    format: str
    fix: FixFacts
    target: TargetFacts
    chain: Place
    schema: dict[str, Digest]
    scope: tuple[Scope, ...]
    side_effects: tuple[SideEffect, ...]
    requires: tuple[Condition, ...]
    ensures: tuple[Condition, ...]
    snapshot: str
    counts: Counts
    keeps: tuple[Kept, ...]
    lookups: dict[str, Lookup]
    root: Digest
    leaves: int
    parts: tuple[Root, ...]
    unresolved: Root
    irreversible: int | None
    trial: Trial | None
    struck: Struck | None
    parent: Digest | None
    reverts: Reverts | None
    planner: str
    versions: dict[str, str]

    def to_bytes(self) -> bytes:
        """Write the manifest in canonical form."""
        return canonical.encode(msgspec.to_builtins(self))

    @property
    def digest(self) -> Digest:
        """The digest that people sign."""
        return canonical.digest(self.to_bytes())

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the scope, each once."""
        return tuple(dict.fromkeys(scope.table for scope in self.scope))


def convert(value: object, kind: type[Parsed], *, what: str) -> Parsed:
    """Turn parsed canonical JSON into a typed value, or say where it is wrong."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as fault:
        raise BadManifest(f"{what}: {fault}") from fault


def refuse_newer(value: object, *, known: str) -> None:
    """Refuse a format of a higher number by its own error, and any other format that is not the known one."""
    name, _, number = known.partition("/")
    found = value.get("format") if isinstance(value, dict) else None
    if found == known:
        return
    if isinstance(found, str) and found.startswith(name + "/"):
        suffix = found.removeprefix(name + "/")
        if suffix.isascii() and suffix.isdecimal() and (len(suffix) > 9 or int(suffix) > int(number)):
            raise NewerFormat(f"this file has the format {name}/{suffix}; this hffix knows {known}")
    raise BadManifest(f"this file does not have the format {known}")


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest; refuse any that hffix would not have written."""
    value = canonical.decode(data)
    refuse_newer(value, known=FORMAT)
    manifest = convert(value, Manifest, what="manifest")
    if manifest.to_bytes() != data:
        raise NotCanonical("the manifest is not in canonical form")
    _check_sums(manifest)
    return manifest


def _check_sums(manifest: Manifest) -> None:
    counts = manifest.counts
    struck = manifest.struck.count if manifest.struck else 0
    tables = counts.tables.values()
    whole = (
        counts.scanned == counts.updates + counts.deletes + counts.unchanged + counts.unresolved + struck
        and counts.changed == counts.updates + counts.inserts + counts.deletes
        and manifest.leaves == counts.changed + counts.asks == sum(part.leaves for part in manifest.parts)
        and counts.updates == sum(table.updates for table in tables)
        and counts.inserts == sum(table.inserts for table in tables)
        and counts.deletes == sum(table.deletes for table in tables)
        and all(part.leaves == PART_LINES for part in manifest.parts[:-1])
        and moment.is_moment(manifest.snapshot)
    )
    if not whole:
        raise BadManifest("the manifest's counts do not add up")
