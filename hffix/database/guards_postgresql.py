"""PostgreSQL's guards: one function a table, and triggers that also fire where triggers are switched off for replicas.

A second row of one key needs no trigger: the primary key refuses it, and ON CONFLICT DO UPDATE is an UPDATE.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from hffix.database.guards import Guarded

# The bits of pg_trigger.tgtype (PostgreSQL, catalog/pg_trigger.h): row 1, before 2, delete 8, update 16, truncate 32.
_EVENTS: Final = {
    "update": ("UPDATE", "ROW", 1 | 2 | 16),
    "delete": ("DELETE", "ROW", 1 | 2 | 8),
    "truncate": ("TRUNCATE", "STATEMENT", 2 | 32),
}
_FOUND: Final = text(
    "SELECT t.tgname, t.tgtype, t.tgenabled = 'A', t.tgqual IS NULL, t.tgattr = '', p.prosrc,"
    " p.proconfig = '{search_path=pg_catalog}', l.lanname FROM pg_catalog.pg_trigger t"
    " JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang"
    " WHERE t.tgrelid = pg_catalog.to_regclass(:table) AND NOT t.tgisinternal"
)
_RULES: Final = text(
    "SELECT rulename FROM pg_catalog.pg_rewrite WHERE ev_class = pg_catalog.to_regclass(:table) ORDER BY rulename"
)


def statements(guarded: Guarded) -> Iterator[str]:
    """Give the function and its triggers."""
    table = guarded.table
    yield (
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog"
        f" AS $hffix${_body(guarded)}$hffix$"
    )
    for name, (event, each, _) in _EVENTS.items():
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION {table}_append_only()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"


def missing(connection: Connection, guarded: Guarded) -> Iterator[str]:
    """Name the triggers that are gone, switched off, conditional, or that call another text; and every rule."""
    found = {row[0]: tuple(row[1:]) for row in connection.execute(_FOUND, {"table": guarded.table})}
    for name, (_, _, kind) in _EVENTS.items():
        if found.get(f"{guarded.table}_{name}") != (kind, True, True, True, _body(guarded), True, "plpgsql"):
            yield f"{guarded.table}_{name}"
    yield from (str(rule) for (rule,) in connection.execute(_RULES, {"table": guarded.table}))


def left_behind(guarded: Guarded) -> tuple[str, ...]:
    """Give what drops the function."""
    return (f"DROP FUNCTION IF EXISTS {guarded.table}_append_only()",)


def _body(guarded: Guarded) -> str:
    kept = [f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in guarded.kept]
    emptied = [f"NEW.{column} IS NULL" for column in guarded.erasable]
    # Where no row is at hand, as in a TRUNCATE, NEW must not even be looked at.
    erasure = f"IF TG_OP = 'UPDATE' THEN IF {' AND '.join(kept + emptied)} THEN RETURN NEW; END IF; END IF;"
    refuse = f"RAISE EXCEPTION '{guarded.table} is append-only' USING ERRCODE = 'integrity_constraint_violation';"
    return f"BEGIN {erasure if guarded.erasable else ''} {refuse} END"
