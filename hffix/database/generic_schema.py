"""What a table of any database is, as far as SQLAlchemy's inspector can see; what it cannot see is said."""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import inspect, text
from sqlalchemy.engine import Inspector
from sqlalchemy.exc import NoSuchTableError, SAWarning, SQLAlchemyError
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import NullType

from hffix.database.generic_faults import name_of
from hffix.database.generic_link import Link
from hffix.database.generic_statements import table_of
from hffix.database.generic_types import Kind, Read, kind_of, reader
from hffix.errors.targets import Busy, TableRefused
from hffix.model.schema import Column, ForeignKey, Table

Told = TypeVar("Told")

UNSEEN: Final = "triggers, rules, row policies, partitions and inheritance"
_SIZED: Final = frozenset({"postgresql", "mysql", "mssql"})
# What belongs to the database itself, and refers to no table of anybody.
_OWN: Final = frozenset({"information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys"})
_NO_ACTION: Final = "NO ACTION"
_PATIENCE: Final = 20
_PAUSE_SECONDS: Final = 0.01
_REFERRING: Final = text(
    "SELECT DISTINCT CONSTRAINT_SCHEMA FROM information_schema.REFERENTIAL_CONSTRAINTS"
    " WHERE UNIQUE_CONSTRAINT_SCHEMA = :here AND CONSTRAINT_SCHEMA <> :here"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A table with what only this engine's room needs to know of it."""

    table: Table
    kinds: Mapping[str, Kind]
    readers: Mapping[str, Read]
    source: FromClause
    numbered: frozenset[str]
    """The columns that the database itself may fill with a number."""

    def readers_of(self, columns: Sequence[str]) -> list[tuple[str, Read]]:
        """Name columns, each with what makes its values."""
        return [(column, self.readers[column]) for column in columns]

    @property
    def ordered(self) -> bool:
        """Whether the order of the keys is everybody's, so that a page may begin after a key."""
        return all(self.kinds[column].ordered for column in self.table.key)


class Catalogue:
    """Asks the inspector, each time anew."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._elsewhere: tuple[list[ForeignKey], list[str]] | None = None

    def has(self, name: str) -> bool:
        """Look a table or view up without case; the change log's own tables only where they are made."""
        if not name:
            return False
        with self._inspecting(name) as inspector:
            if inspector.has_table(name):
                return True
            if name.startswith("hffix_"):
                return False
            there = [*inspector.get_table_names(), *inspector.get_view_names()]
        return name.casefold() in {one.casefold() for one in there}

    def key_of(self, name: str) -> tuple[str, ...]:
        """Name a table's key, or nothing where it has none."""
        with self._inspecting(name) as inspector:
            return tuple(inspector.get_pk_constraint(**_place(name))["constrained_columns"])

    def describe(self, name: str) -> Described:
        """Describe a table; refuse what is none, has no key, or has a type that is not carried."""
        with self._inspecting(name) as inspector:
            return self._describe(inspector, name)

    @contextmanager
    def _inspecting(self, name: str) -> Iterator[Inspector]:
        """Ask SQLAlchemy's inspector; what it warns of, such as a type that it does not know, is refused by name."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)
                yield inspect(self._link.connection)
        except NoSuchTableError:
            raise TableRefused(
                f"table {name} does not exist", hint="Correct the name; names are compared exactly."
            ) from None
        except (SQLAlchemyError, NotImplementedError) as fault:
            raise self._link.passing(fault) or TableRefused(
                f"table {name} cannot be described by the dialect {self._link.dialect.name} ({name_of(fault)})",
                hint="Look for a newer package of this dialect, or for another driver of the same database.",
            ) from fault

    def _describe(self, inspector: Inspector, name: str) -> Described:
        place = _place(name)
        _refuse(inspector, name, place)
        found = inspector.get_columns(**place)
        key = tuple(inspector.get_pk_constraint(**place)["constrained_columns"])
        if not key:
            raise TableRefused(f"table {name} has no declared key")
        kinds = self._kinds(name, found)
        inexact = [column for column in key if kinds[column].name == "float"]
        if inexact:
            raise TableRefused(f"table {name} has a floating-point number in its key: {inexact[0]}")
        unseen = [UNSEEN]
        links = [link for link in self._links(inspector, unseen) if name in {link.table, link.to_table}]
        table = Table(
            name=name,
            key=key,
            columns=tuple(self._column(facts) for facts in found),
            unique=_unique(inspector, place, key, unseen),
            checks=_checks(inspector, place, unseen),
            references=tuple(link for link in links if link.table == name),
            referred=tuple(link for link in links if link.to_table == name),
            triggers=(),
            options=tuple(f"not seen: {what}" for what in unseen),
        )
        return Described(
            table=table,
            kinds=kinds,
            readers={column.name: reader(kinds[column.name], nullable=column.nullable) for column in table.columns},
            source=table_of(name, table.names),
            numbered=frozenset(facts["name"] for facts in found if _is_numbered(facts)),
        )

    def _links(self, inspector: Inspector, unseen: list[str]) -> list[ForeignKey]:
        """List the references of all tables; those of other schemas, which are many, once a command."""
        if self._elsewhere is None:
            self._elsewhere = _links_elsewhere(inspector, self._schemas(inspector))
        links, untold = self._elsewhere
        unseen += untold
        return [*(_links_of(inspector, None, unseen) or ()), *links]

    def _schemas(self, inspector: Inspector) -> list[str] | None:
        """Name the other schemas whose tables may refer to this one's; None where the dialect names none."""
        here = inspector.default_schema_name
        if self._link.family == "mysql":
            # Its dialects read the references of a schema table by table, and there may be thousands.
            return self._referring(here)
        named = _asked(inspector.get_schema_names)
        return named and [schema for schema in named if schema != here and schema.casefold() not in _OWN]

    def _referring(self, here: str | None) -> list[str]:
        """Ask a server of MySQL's kin; again, where it left out, with a warning, what somebody altered just then."""
        for turn in range(_PATIENCE):
            time.sleep(turn * _PAUSE_SECONDS)
            self._link.warned = False
            told = [str(schema) for (schema,) in self._link.run(_REFERRING, {"here": here})]
            if not self._link.warned:
                return told
        raise Busy("somebody alters tables all the time, and the server leaves them out of what it tells")

    def _kinds(self, name: str, found: Sequence[Any]) -> dict[str, Kind]:
        sized = self._link.family in _SIZED
        kinds = {str(facts["name"]): kind_of(facts["type"], sized=sized) for facts in found}
        foreign = [
            f"{facts['name']} ({self._written(facts['type'])})" for facts in found if kinds[facts["name"]] is None
        ]
        if foreign:
            raise TableRefused(f"table {name} has columns of a type that is not carried exactly: {', '.join(foreign)}")
        return {column: kind for column, kind in kinds.items() if kind is not None}

    def _column(self, facts: Any) -> Column:
        computed, identity = facts.get("computed"), facts.get("identity")
        default = computed["sqltext"] if computed else facts["default"]
        if identity:
            default = f"identity {'always' if identity.get('always') else 'by default'}"
        elif default is None and facts.get("autoincrement") is True:
            default = "numbered by the database"
        return Column(
            name=facts["name"],
            type=self._written(facts["type"]),
            nullable=bool(facts["nullable"]),
            default=None if default is None else str(default),
            generated=computed is not None,
            collation=getattr(facts["type"], "collation", None),
        )

    def _written(self, declared: Any) -> str:
        if isinstance(declared, NullType):
            return "of a type that SQLAlchemy does not know"
        try:
            return str(declared.compile(dialect=self._link.dialect))
        except SQLAlchemyError:
            return repr(declared)


def _place(name: str) -> dict[str, Any]:
    """Cut a name into schema and table."""
    schema, _, bare = name.rpartition(".")
    return {"table_name": bare, "schema": schema or None}


def _refuse(inspector: Inspector, name: str, place: Mapping[str, Any]) -> None:
    schema, bare = place["schema"], place["table_name"]
    if schema is not None and schema == inspector.default_schema_name:
        raise TableRefused(f"table {name} is written {bare}", hint="Leave the default schema out of the name.")
    views = _asked(lambda: inspector.get_view_names(schema=schema))
    kept = _asked(lambda: inspector.get_materialized_view_names(schema=schema))
    for kind, names in (("view", views), ("materialized view", kept)):
        if bare in (names or ()):
            raise TableRefused(f"{name} is a {kind}, not a table", hint=TableRefused.of_view)


def _is_numbered(facts: Any) -> bool:
    return bool(facts.get("identity")) or facts.get("autoincrement") is True or "nextval" in str(facts["default"])


def _asked(ask: Callable[[], Told]) -> Told | None:
    """Ask what a dialect need not be able to tell."""
    try:
        return ask()
    except NotImplementedError:
        return None


def _unique(
    inspector: Inspector, place: Mapping[str, Any], key: tuple[str, ...], unseen: list[str]
) -> tuple[tuple[str, ...], ...]:
    """List what is unique beside the key, as constraints and as indexes; the same columns count once."""
    constraints = _asked(lambda: inspector.get_unique_constraints(**place))
    indexes = _asked(lambda: inspector.get_indexes(**place))
    if constraints is None or indexes is None:
        unseen.append("what is unique")
    found: list[tuple[str, ...]] = [tuple(facts["column_names"]) for facts in constraints or ()]
    for index in indexes or ():
        if index["unique"]:
            options = {name: told for name, told in sorted((index.get("dialect_options") or {}).items()) if told}
            parts = tuple(str(part) for part in index.get("expressions") or index["column_names"])
            # What is unique only in part, or by an expression, is told as such.
            whole = "expressions" not in index and not any("where" in name or "length" in name for name in options)
            found.append(parts if whole else ("(index)", *parts, str(options)))
    return tuple(dict.fromkeys(columns for columns in found if columns != key))


def _checks(inspector: Inspector, place: Mapping[str, Any], unseen: list[str]) -> tuple[str, ...]:
    found = _asked(lambda: inspector.get_check_constraints(**place))
    if found is None:
        unseen.append("check constraints")
    return tuple(str(facts["sqltext"]) + str(facts.get("dialect_options") or "") for facts in found or ())


def _links_elsewhere(inspector: Inspector, schemas: Sequence[str] | None) -> tuple[list[ForeignKey], list[str]]:
    """List the references of tables of other schemas, from which an action could reach into this one or out of it."""
    unseen = ["references from tables of other schemas"] if schemas is None else []
    found: list[ForeignKey] = []
    for schema in schemas or ():
        try:
            found += _links_of(inspector, schema, unseen)
        except SQLAlchemyError:
            # One that was dropped meanwhile refers to nothing.
            if schema in inspect(inspector.bind).get_schema_names():
                raise
    return found, unseen


def _links_of(inspector: Inspector, schema: str | None, unseen: list[str]) -> list[ForeignKey]:
    here = inspector.default_schema_name
    found = _asked(partial(inspector.get_multi_foreign_keys, schema=schema))
    if found is None:
        unseen.append(f"references from tables of {schema or 'this schema'}")
    return [
        _link(_spelled(table, schema, here), facts, here=here)
        for (_, table), links in (found or {}).items()
        for facts in links
    ]


def _spelled(table: str, schema: str | None, here: str | None) -> str:
    return table if schema in {None, here} else f"{schema}.{table}"


def _link(table: str, facts: Any, *, here: str | None) -> ForeignKey:
    options = facts.get("options") or {}
    return ForeignKey(
        table=table,
        columns=tuple(facts["constrained_columns"]),
        to_table=_spelled(facts["referred_table"], facts["referred_schema"], here),
        to_columns=tuple(facts["referred_columns"]),
        on_update=str(options.get("onupdate") or _NO_ACTION).upper(),
        on_delete=str(options.get("ondelete") or _NO_ACTION).upper(),
    )
