"""SQLite's guards: three triggers a table, compared word for word."""

from collections.abc import Iterator

from sqlalchemy import Connection

from hffix.database.guards import Guarded


def statements(guarded: Guarded) -> tuple[str, ...]:
    """Give the triggers."""
    return tuple(_triggers(guarded).values())


def missing(connection: Connection, guarded: Guarded) -> Iterator[str]:
    """Name the triggers that are gone or differ by a letter."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'")
    found = {str(name): str(text) for name, text in rows}
    return (name for name, text in _triggers(guarded).items() if found.get(name) != text)


def left_behind(_: Guarded) -> tuple[str, ...]:
    """Give nothing: triggers go with their table."""
    return ()


def _triggers(guarded: Guarded) -> dict[str, str]:
    table = guarded.table
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    same_key = " AND ".join(f"{column} = NEW.{column}" for column in guarded.key)
    bodies = {
        # OR REPLACE takes the old row away without firing a DELETE trigger.
        "insert": f"BEFORE INSERT ON {table} BEGIN {refuse} FROM {table} WHERE {same_key}; END",
        "update": f"BEFORE UPDATE ON {table} {_unless_erased(guarded)}BEGIN {refuse}; END",
        "delete": f"BEFORE DELETE ON {table} BEGIN {refuse}; END",
    }
    return {f"{table}_{event}": f"CREATE TRIGGER {table}_{event} {body}" for event, body in bodies.items()}


def _unless_erased(guarded: Guarded) -> str:
    if not guarded.erasable:
        return ""
    kept = [f"NEW.{column} IS OLD.{column}" for column in guarded.kept]
    emptied = [f"NEW.{column} IS NULL" for column in guarded.erasable]
    return f"WHEN NOT ({' AND '.join(kept + emptied)}) "
