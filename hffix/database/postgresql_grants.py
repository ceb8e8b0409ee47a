"""PostgreSQL's grants: written for a role, and, of the account that is connected, named where they are lacking."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from hffix.database.grants import EXAMPLE, Granted, Script, account_of
from hffix.database.postgresql_catalog import HANDED_OUT
from hffix.database.postgresql_link import Link
from hffix.database.postgresql_schema import quoted, split
from hffix.database.postgresql_values import as_arrays, quote
from hffix.model.grant import Grant, Lacking, Role

_LONGEST: Final = 63
# The one table of the change log whose key the database numbers.
_NUMBERED: Final = ("hffix_event", "hffix_event_id_seq")
# One row for each right and column that is asked for; what does not exist is not asked.
_LACKING: Final = """
SELECT asked.n::int, a.attname::text, pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
    CASE WHEN asked.action = 'LOCK' THEN pg_catalog.has_any_column_privilege(c.oid, 'UPDATE')
        WHEN asked.action = 'DELETE' THEN pg_catalog.has_table_privilege(c.oid, 'DELETE')
        WHEN a.attnum IS NOT NULL THEN pg_catalog.has_column_privilege(c.oid, a.attnum, asked.action)
        ELSE pg_catalog.has_table_privilege(c.oid, asked.action) OR NOT EXISTS (
            SELECT 1 FROM pg_catalog.pg_attribute p WHERE p.attrelid = c.oid AND p.attnum > 0 AND NOT p.attisdropped
                AND NOT pg_catalog.has_column_privilege(c.oid, p.attnum, asked.action)) END,
    pg_catalog.row_security_active(c.oid)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS asked(n, action, schema, name, field)
JOIN pg_catalog.pg_namespace n ON n.nspname = asked.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = asked.name
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = asked.field AND NOT a.attisdropped
WHERE asked.field = '' OR a.attnum IS NOT NULL ORDER BY 1, a.attnum"""
_KEY: Final = """
SELECT c.oid::text, a.attname::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE n.nspname = $1 AND c.relname = $2"""
_MAY_READ: Final = """
SELECT pg_catalog.has_sequence_privilege(s.oid, 'SELECT') FROM pg_catalog.pg_class s
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace WHERE n.nspname = $1 AND s.relname = $2"""
_ACCOUNT: Final = """
SELECT current_user::text, pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
    (SELECT pg_catalog.has_sequence_privilege(s.oid, 'USAGE') FROM pg_catalog.pg_class s
        JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace WHERE n.nspname = 'public' AND s.relname = $1)"""


def script(database: str, wanted: Mapping[Role, Sequence[Grant]]) -> Script:
    """Write the roles, what each may do with the database and its schemas, and its grants."""
    roles = []
    for role, asked in wanted.items():
        grants = _on_tables(asked)
        account = account_of(database, role, longest=_LONGEST)
        statements = (*_made(account), *_entered(database, account, grants), *_granted(grants, account))
        roles.append(Granted(role=role, account=account, statements=statements))
    return Script(
        dialect="postgresql",
        database=database,
        first=(),
        roles=tuple(roles),
        joining=f"CREATE ROLE {EXAMPLE} LOGIN PASSWORD '…' IN ROLE {quote(_operator(database))};",
    )


def _operator(database: str) -> str:
    return account_of(database, "operator", longest=_LONGEST)


def _on_tables(grants: Sequence[Grant]) -> list[Grant]:
    """Leave out what needs no right here: rows go as arrays, and not through temporary tables."""
    return [grant for grant in grants if grant.action != "STAGE"]


def _made(account: str) -> Iterator[str]:
    text = account.replace("'", "''")
    known = f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{text}')"
    yield f"DO $hffix$ BEGIN IF NOT {known} THEN CREATE ROLE {quote(account)} NOLOGIN; END IF; END $hffix$;"


def _entered(database: str, account: str, grants: Sequence[Grant]) -> Iterator[str]:
    yield f"GRANT CONNECT ON DATABASE {quote(database)} TO {quote(account)};"
    schemas = dict.fromkeys(split(grant.table)[0] for grant in grants)
    yield f"GRANT USAGE ON SCHEMA {', '.join(map(quote, schemas))} TO {quote(account)};"
    numbered = dict.fromkeys(split(grant.table)[0] for grant in grants if grant.action == "NUMBER")
    if numbered:
        # Which sequence fills a key only the database knows; how far one has come is no secret.
        yield f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {', '.join(map(quote, numbered))} TO {quote(account)};"


def _granted(grants: Sequence[Grant], account: str) -> Iterator[str]:
    tables: dict[str, list[Grant]] = {}
    for grant in grants:
        if grant.action != "NUMBER":
            tables.setdefault(grant.table, []).append(grant)
    for table, some in tables.items():
        yield _grant(some, table, account)
        if table == _NUMBERED[0] and any(grant.action == "INSERT" for grant in some):
            yield f"GRANT USAGE ON SEQUENCE {quoted(_NUMBERED[1])} TO {quote(account)};"


def _grant(grants: Iterable[Grant], table: str, account: str) -> str:
    return f"GRANT {', '.join(map(_words, grants))} ON {quoted(table)} TO {quote(account)};"


def _words(grant: Grant) -> str:
    if grant.action == "LOCK":
        # PostgreSQL locks a row for nobody who may not update one of its columns.
        return f"UPDATE ({quote(grant.columns[0])})" if grant.columns else "UPDATE"
    columns = f" ({', '.join(map(quote, grant.columns))})" if grant.columns else ""
    return f"{grant.action}{columns}"


def lacking(link: Link, asked: Sequence[Grant]) -> Iterator[Lacking]:
    """Name what the account that is connected lacks of these grants."""
    ((account, places, numbers),) = link.fetch(_ACCOUNT, (_NUMBERED[1],))
    yield from _on_tables_lacking(link, [grant for grant in _on_tables(asked) if grant.action != "NUMBER"], account)
    for schema, name in _sequences(link, [grant.table for grant in asked if grant.action == "NUMBER"]):
        remedy = f"GRANT SELECT ON SEQUENCE {quote(schema)}.{quote(name)} TO {quote(account)};"
        yield Lacking(told=f"SELECT on sequence {name}", remedy=remedy)
    if numbers is False and any(g.action == "INSERT" and g.table == _NUMBERED[0] for g in asked):
        remedy = f"GRANT USAGE ON SEQUENCE {quoted(_NUMBERED[1])} TO {quote(account)};"
        yield Lacking(told=f"USAGE on sequence {_NUMBERED[1]}", remedy=remedy)
    if not places:
        remedy = f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO {quote(account)};"
        yield Lacking(told="EXECUTE on function pg_control_system()", remedy=remedy)


def _sequences(link: Link, tables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name the sequences that fill the keys of tables and are not to be read."""
    for table in tables:
        for column in link.fetch(_KEY, split(table)):
            for schema, name, *_ in link.fetch(HANDED_OUT, column):
                ((may,),) = link.fetch(_MAY_READ, (schema, name))
                if not may:
                    yield schema, name


def _on_tables_lacking(link: Link, grants: Sequence[Grant], account: str) -> Iterator[Lacking]:
    found = _found(link, grants)
    for schema in dict.fromkeys(split(grants[n].table)[0] for n, (enters, _, _) in found.items() if not enters):
        remedy = f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(account)};"
        yield Lacking(told=f"USAGE on schema {schema}", remedy=remedy)
    for number, (_, columns, _) in found.items():
        if columns is not None:
            grant = grants[number]
            less = Grant(action=grant.action, table=grant.table, columns=tuple(columns) or grant.columns)
            yield Lacking(told=str(less), remedy=_grant([less], less.table, account))
    for table in dict.fromkeys(grants[n].table for n, (_, _, hidden) in found.items() if hidden):
        yield Lacking(
            told=f"BYPASSRLS: row-level security may hide rows of {table}",
            remedy=f"ALTER ROLE {quote(account)} BYPASSRLS;",
        )


def _found(link: Link, grants: Sequence[Grant]) -> dict[int, tuple[bool, list[str] | None, bool]]:
    """Say of each grant, by its number, whether its schema may be entered, what of it lacks, and whether rows hide.

    What lacks is None where nothing does, and no column where it is the right on the whole table.
    """
    asked = [
        (str(number), grant.action, *split(grant.table), column)
        for number, grant in enumerate(grants)
        for column in ((grant.columns if grant.action != "LOCK" else ()) or ("",))
    ]
    found: dict[int, tuple[bool, list[str] | None, bool]] = {}
    for number, column, enters, may, hidden in link.fetch(_LACKING, as_arrays(asked, width=5)):
        _, known, _ = found.get(number, (enters, None, hidden))
        if not may:
            known = [*(known or []), *([column] if column is not None else [])]
        found[number] = (enters, known, hidden)
    return found
