"""Guards: what the database itself enforces on append-only tables, in each engine's own words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Text

from hffix.database.session import Snapshot
from hffix.errors.targets import UnknownEngine

# SQLite compares by bytes unless told otherwise; said all the same, so that a reader of the schema sees it.
BINARY_TEXT: Final = Text().with_variant(Text(collation="BINARY"), "sqlite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An append-only table: its key, its columns, and those that an erasure may empty."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    erasable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Engine:
    triggers: Callable[[Guarded], Mapping[str, str]]
    found: Callable[[Connection], Mapping[str, str]]


def append_only(guarded: Guarded, *, dialect: str) -> tuple[str, ...]:
    """Give the statements that make the database refuse UPDATE, DELETE and a second row of one key."""
    return tuple(_engine(dialect).triggers(guarded).values())


def missing(snapshot: Snapshot, *, guarded: Sequence[Guarded]) -> tuple[str, ...]:
    """Name the triggers that are gone, or are not word for word those that `append_only` makes."""
    engine = _engine(snapshot.dialect)
    found = engine.found(snapshot.connection)
    wanted = {name: text for table in guarded for name, text in engine.triggers(table).items()}
    return tuple(sorted(name for name, text in wanted.items() if found.get(name) != text))


def _engine(dialect: str) -> _Engine:
    if dialect not in _ENGINES:
        raise UnknownEngine(f"no append-only triggers are known for {dialect}")
    return _ENGINES[dialect]


def _sqlite_triggers(guarded: Guarded) -> dict[str, str]:
    table = guarded.table
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    same_key = " AND ".join(f"{column} = NEW.{column}" for column in guarded.key)
    bodies = {
        # OR REPLACE takes the old row away without firing a DELETE trigger.
        "insert": f"BEFORE INSERT ON {table} BEGIN {refuse} FROM {table} WHERE {same_key}; END",
        "update": f"BEFORE UPDATE ON {table} {_sqlite_unless_erased(guarded)}BEGIN {refuse}; END",
        "delete": f"BEFORE DELETE ON {table} BEGIN {refuse}; END",
    }
    return {f"{table}_{event}": f"CREATE TRIGGER {table}_{event} {body}" for event, body in bodies.items()}


def _sqlite_unless_erased(guarded: Guarded) -> str:
    if not guarded.erasable:
        return ""
    kept = [f"NEW.{column} IS OLD.{column}" for column in guarded.columns if column not in guarded.erasable]
    emptied = [f"NEW.{column} IS NULL" for column in guarded.erasable]
    return f"WHEN NOT ({' AND '.join(kept + emptied)}) "


def _sqlite_found(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'")
    return {str(name): str(text) for name, text in rows}


_ENGINES: Final = {"sqlite": _Engine(triggers=_sqlite_triggers, found=_sqlite_found)}
