"""What a PostgreSQL table is: key, columns, constraints, what refers to it, and what fires when it is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hffix.database.postgresql_catalog import Found, look_up
from hffix.database.postgresql_link import Link
from hffix.database.postgresql_types import Carried
from hffix.database.postgresql_values import quote
from hffix.errors.targets import TableRefused
from hffix.model.schema import Column, ForeignKey, Table

DEFAULT_SCHEMA: Final = "public"
_ACTIONS: Final = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_KINDS: Final = {
    "v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence", "i": "index", "c": "type",
    "I": "index", "t": "toast table",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How a column's values are carried, and the length that its type declares."""

    carried: Carried
    type: str
    modifier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A table with what only this engine's room needs to know of it."""

    oid: int
    table: Table
    stored: Mapping[str, Stored]

    @property
    def quoted(self) -> str:
        """The table's name as it stands in a statement."""
        return quoted(self.table.name)


def quoted(name: str) -> str:
    """Quote a table's name with its schema."""
    schema, table = split(name)
    return f"{quote(schema)}.{quote(table)}"


def split(name: str) -> tuple[str, str]:
    """Cut a name into schema and table; without a schema it is a table of the default one."""
    schema, dot, table = name.partition(".")
    return (schema, table) if dot else (DEFAULT_SCHEMA, name)


def describe(link: Link, name: str) -> Described:
    """Describe a table; refuse what holds no rows of its own, has no key, or has a type that is not carried."""
    schema, bare = split(name)
    if name.startswith(f"{DEFAULT_SCHEMA}.") and "." not in bare:
        raise TableRefused(f"table {name} is written {bare}", hint="Leave the default schema out of the name.")
    found = look_up(link, schema, bare)
    if found is None:
        raise TableRefused(f"table {name} does not exist", hint="Correct the name; names are compared exactly.")
    _refuse(name, found)
    stored = _stored(link, name, found)
    key = _key(found)
    if not key:
        raise TableRefused(f"table {name} has no declared key")
    floats = [column for column in key if stored[column].carried.kind == "float"]
    if floats:
        raise TableRefused(f"table {name} has a floating-point number in its key: {floats[0]}")
    table = Table(
        name=name,
        key=key,
        columns=tuple(_column(facts) for facts in found.listed("columns")),
        unique=tuple(_unique(found)),
        checks=tuple(_checks(found)),
        references=tuple(_link(facts) for facts in found.listed("links") if facts["own"]),
        referred=tuple(_link(facts) for facts in found.listed("links") if facts["referring"]),
        triggers=tuple(_triggers(found)),
        options=tuple(_options(found)),
    )
    return Described(oid=found.facts["oid"], table=table, stored=stored)


def _refuse(name: str, found: Found) -> None:
    if found.kind not in {"r", "p"}:
        hint = TableRefused.of_view if found.kind in {"v", "m"} else None
        raise TableRefused(f"{name} is a {_KINDS.get(found.kind, 'relation')}, not a table", hint=hint)
    if found.facts["inherited"]:
        raise TableRefused(f"table {name} has tables that inherit from it, and its key does not hold for their rows")
    elsewhere = found.listed("elsewhere")
    if elsewhere:
        raise TableRefused(f"table {name} has a partition that is foreign, temporary or unlogged: {elsewhere[0]}")
    if found.facts["persistence"] != "p":
        kind = "unlogged" if found.facts["persistence"] == "u" else "temporary"
        raise TableRefused(f"table {name} is {kind}: a crash would empty it, and leave its change log")


def _stored(link: Link, name: str, found: Found) -> dict[str, Stored]:
    columns = found.listed("columns")
    carried = link.types.carried(facts["oid"] for facts in columns)
    foreign = [f"{facts['name']} ({facts['type']})" for facts in columns if carried[facts["oid"]] is None]
    if foreign:
        raise TableRefused(f"table {name} has columns of a type that is not carried exactly: {', '.join(foreign)}")
    stored: dict[str, Stored] = {}
    for facts in columns:
        how = carried[facts["oid"]]
        if how is not None:
            modifier = max(facts["modifier"], how.modifier)
            stored[facts["name"]] = Stored(carried=how, type=facts["type"], modifier=modifier)
    return stored


def _key(found: Found) -> tuple[str, ...]:
    return next((tuple(_own(facts)) for facts in found.listed("indexes") if facts["primary"]), ())


def _own(index: dict[str, Any]) -> list[str]:
    """List an index's key columns, without those that it only includes."""
    names: list[str] = index["columns"]
    return names[: index["count"]]


def _column(facts: dict[str, Any]) -> Column:
    generated = bool(facts["generated"])
    identity = {"a": "GENERATED ALWAYS AS IDENTITY", "d": "GENERATED BY DEFAULT AS IDENTITY"}.get(facts["identity"])
    return Column(
        name=facts["name"],
        type=facts["type"],
        nullable=not facts["not_null"],
        default=identity or facts["default"],
        generated=generated,
        collation=facts["collation"],
        numbered=identity is not None,
    )


def _unique(found: Found) -> Iterator[tuple[str, ...]]:
    for facts in found.listed("indexes"):
        if not facts["primary"]:
            yield tuple(_own(facts)) if facts["plain"] else ("(index)", facts["text"])
    for facts in found.listed("constraints"):
        if facts["kind"] == "x":
            yield ("(index)", facts["text"])


def _checks(found: Found) -> Iterator[str]:
    yield from (facts["text"] for facts in found.listed("constraints") if facts["kind"] == "c")
    yield from found.listed("domains")


def _link(facts: dict[str, Any]) -> ForeignKey:
    return ForeignKey(
        table=facts["table"],
        columns=tuple(facts["columns"]),
        to_table=facts["to_table"],
        to_columns=tuple(facts["to_columns"]),
        on_update=_ACTIONS[facts["on_update"]],
        on_delete=_ACTIONS[facts["on_delete"]],
    )


def _triggers(found: Found) -> Iterator[tuple[str, str]]:
    for facts in found.listed("triggers"):
        yield facts["name"], f"{facts['enabled']} {facts['text']}\n{facts['calls']}"


def _options(found: Found) -> Iterator[str]:
    """List what else decides what a written row becomes."""
    facts = found.facts
    if facts["access"] not in {None, "heap"}:
        yield f"access method {facts['access']}"
    if facts["partition_key"]:
        yield f"partition by {facts['partition_key']}"
    if facts["partition_bound"]:
        yield f"partition {facts['partition_bound']}"
    yield from (f"inherits {parent}" for parent in found.listed("parents"))
    if facts["secured"]:
        yield f"row-level security{', forced' if facts['forced'] else ''}"
    yield from (f"policy {policy}" for policy in found.listed("policies"))
    yield from (f"rule {rule}" for rule in found.listed("rules"))
    for constraint in found.listed("constraints"):
        # A deferred constraint fires late, one that was not validated may not let an old value back.
        if not constraint["plain"] and constraint["kind"] != "c":
            yield f"constraint {constraint['text']}"
