"""The grants of MariaDB and MySQL: written for a role, and, of the account that is connected, named where they lack."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hffix.database.grants import EXAMPLE, Granted, Script, account_of
from hffix.database.mysql_driver import Driver, DriverError
from hffix.database.mysql_faults import denied_right, passing
from hffix.database.mysql_literals import text
from hffix.database.mysql_sight import VIEWS, Sees, views
from hffix.database.mysql_types import quote
from hffix.model.grant import Grant, Lacking, Role

# MySQL's limit, under which MariaDB's lies far away.
_LONGEST: Final = 32
_STAGES: Final = "CREATE TEMPORARY TABLES"
# Rows are staged, and values settled, in tables that only their session sees.
_PROBE: Final = "hffix_probe"
_NO_DATABASE: Final = 1044


def script(database: str, wanted: Mapping[Role, Sequence[Grant]]) -> Script:
    """Write the views through which roles see, the roles, and their grants."""
    roles = []
    for role, grants in wanted.items():
        account = account_of(database, role, longest=_LONGEST)
        statements = (
            f"CREATE ROLE IF NOT EXISTS {quote(account)};",
            *(f"GRANT SELECT ON {quote(database)}.{quote(view)} TO {quote(account)};" for view in VIEWS),
            *_granted(database, grants, quote(account)),
        )
        roles.append(Granted(role=role, account=account, statements=statements))
    operator = quote(account_of(database, "operator", longest=_LONGEST))
    return Script(
        dialect="mysql",
        database=database,
        first=tuple(views(database)),
        roles=tuple(roles),
        joining=f"CREATE USER {EXAMPLE} IDENTIFIED BY '…'; GRANT {operator} TO {EXAMPLE};"
        f" SET DEFAULT ROLE {operator} FOR {EXAMPLE};",
    )


def _pattern(database: str) -> str:
    """Name a database where a grant reads % and _ as signs for others."""
    return quote(database.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%"))


def _granted(database: str, grants: Sequence[Grant], account: str) -> Iterator[str]:
    tables: dict[str, list[str]] = {}
    for grant in grants:
        if grant.action == "STAGE":
            yield f"GRANT {_STAGES} ON {_pattern(database)}.* TO {account};"
        # MariaDB locks a row for whoever may read it, and tells the next number of a table with the table.
        elif grant.action not in {"LOCK", "NUMBER"}:
            tables.setdefault(grant.table, []).append(_words(grant))
    for table, words in tables.items():
        yield f"GRANT {', '.join(words)} ON {quote(database)}.{quote(table)} TO {account};"


def _words(grant: Grant) -> str:
    if grant.action == "LOCK":
        return f"UPDATE ({quote(grant.columns[0])})" if grant.columns else "UPDATE"
    columns = f" ({', '.join(map(quote, grant.columns))})" if grant.columns else ""
    return f"{grant.action}{columns}"


def lacking(driver: Driver, grants: Sequence[Grant], *, sees: Sees) -> Iterator[Lacking]:
    """Name what the account that is connected lacks, by asking the server to explain what it would be told to do."""
    ((schema, account),) = _rows(driver, "SELECT DATABASE(), CURRENT_USER()")
    user, _, host = account.rpartition("@")
    who = f"{quote(user)}@{quote(host)}"
    if sees == "nothing":
        yield Lacking(
            told="what shows triggers and foreign keys: the views hffix_sees…, or TRIGGER on the whole database",
            remedy=" ".join(f"GRANT SELECT ON {quote(schema)}.{quote(view)} TO {who};" for view in VIEWS),
        )
    for grant in grants:
        if grant.action == "STAGE":
            if _refused(driver, f"CREATE TEMPORARY TABLE {_PROBE} (n int) ENGINE = InnoDB"):
                yield Lacking(told=_STAGES, remedy=f"GRANT {_STAGES} ON {_pattern(schema)}.* TO {who};")
            else:
                driver.tell(f"DROP TEMPORARY TABLE {_PROBE}")
        if grant.action in {"STAGE", "NUMBER"}:
            continue
        columns = tuple(_denied_columns(driver, grant))
        if columns:
            less = Grant(action=grant.action, table=grant.table, columns=tuple(filter(None, columns)))
            yield Lacking(
                told=f"{less}, if there is such a table" if grant.action == "SELECT" else str(less),
                remedy=f"GRANT {_words(less)} ON {quote(schema)}.{quote(less.table)} TO {who};",
            )


def _denied_columns(driver: Driver, grant: Grant) -> Iterator[str | None]:
    """Give the columns of a grant that are denied, or None for the whole table; nothing where all is granted."""
    table = quote(grant.table)
    if grant.action == "UPDATE" and grant.columns:
        for column in grant.columns:
            if _denied(driver, grant, f"EXPLAIN UPDATE {table} SET {quote(column)} = NULL WHERE 1 = 2"):
                yield column
        return
    asked = {
        "SELECT": f"SELECT * FROM {table} LIMIT 0",
        "LOCK": f"SELECT 1 FROM {table} WHERE 1 = 2 FOR UPDATE",
        "DELETE": f"EXPLAIN DELETE FROM {table} WHERE 1 = 2",
    }.get(grant.action) or _each_column(driver, grant)
    if asked and _denied(driver, grant, asked):
        yield None


def _each_column(driver: Driver, grant: Grant) -> str | None:
    """Write a statement that inserts, or updates, every column that holds a value of its own."""
    found = _rows(
        driver,
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        f" AND TABLE_NAME = {text(grant.table)} AND COALESCE(GENERATION_EXPRESSION, '') = ''",
    )
    columns = [quote(column) for (column,) in found]
    if not columns:
        return None
    if grant.action == "INSERT":
        listed = ", ".join(columns)
        return f"EXPLAIN INSERT INTO {quote(grant.table)} ({listed}) SELECT {listed} FROM {quote(grant.table)} LIMIT 0"
    return f"EXPLAIN UPDATE {quote(grant.table)} SET {', '.join(f'{c} = NULL' for c in columns)} WHERE 1 = 2"


def _denied(driver: Driver, grant: Grant, sql: str) -> bool:
    """Say whether the server denies just this right; whatever else it says of the statement is no matter of rights."""
    fault = _fault(driver, sql)
    right = denied_right(fault) if fault is not None else None
    # Who locks what he may only read is told of one of several rights that would do.
    return right is not None and (right[0] == grant.action or grant.action == "LOCK")


def _refused(driver: Driver, sql: str) -> bool:
    fault = _fault(driver, sql, gives_rows=False)
    return fault is not None and fault.args[0] == _NO_DATABASE


def _fault(driver: Driver, sql: str, *, gives_rows: bool = True) -> Exception | None:
    try:
        driver.ask(sql) if gives_rows else driver.tell(sql)
    except DriverError as fault:
        if told := passing(fault):
            raise told from fault
        return fault
    return None


def _rows(driver: Driver, sql: str) -> list[tuple[str, ...]]:
    return [tuple([(cell or b"").decode() for cell in row]) for row in driver.ask(sql).rows]
