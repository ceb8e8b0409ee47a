"""What a table of MariaDB or MySQL is, as information_schema tells it: refused by name where rows are not carried."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hffix.authoring.words import words_of
from hffix.database.mysql_links import Fetch, Links
from hffix.database.mysql_literals import text
from hffix.database.mysql_rights import sees_all
from hffix.database.mysql_types import CARRIED, NO_KEYS, quote
from hffix.errors.targets import QueryFailed, TableRefused
from hffix.model.schema import Column, Table

AUTO_INCREMENT: Final = "auto_increment "
_ENGINE: Final = "InnoDB"
_KINDS: Final = {"VIEW": "view", "SYSTEM VIEW": "view", "SEQUENCE": "sequence", "SYSTEM VERSIONED": "versioned table"}


class Catalogue:
    """What one session knows of the tables of its schema."""

    def __init__(self, fetch: Fetch, *, mariadb: bool) -> None:
        """`fetch` reads the rows of a query as texts."""
        self._fetch = fetch
        self._mariadb = mariadb
        self._sees_all = False
        self._links = Links(fetch, mariadb=mariadb)
        self._keys: dict[str, list[Column]] = {}

    def table(self, name: str) -> Table:
        """Describe a table; refuse by name one whose rows cannot be carried exactly."""
        fetch = self._fetch
        options = [*_storage(fetch, name)]
        self._refuse_blind(name)
        columns = tuple(_columns(fetch, name, options))
        indexes = _indexes(fetch, name)
        key = _key(name, columns, indexes.pop("PRIMARY", None))
        return Table(
            name=name,
            key=key,
            columns=columns,
            unique=tuple(indexes.values()),
            checks=tuple(_checks(fetch, name, mariadb=self._mariadb)),
            references=self._links.outgoing(name),
            referred=self._links.incoming(name),
            triggers=tuple(_triggers(fetch, name)),
            options=tuple(options),
        )

    def key_columns(self, name: str) -> Sequence[Column]:
        """Describe only a table's key columns, once a session; none where it has no primary key."""
        if name not in self._keys:
            known = {column.name: column for column in _columns(self._fetch, name, [], carried=False)}
            self._keys[name] = [known[part] for part in _indexes(self._fetch, name).get("PRIMARY", ()) if part in known]
        return self._keys[name]

    def _refuse_blind(self, name: str) -> None:
        """Refuse where a trigger or a foreign key could be there that this user is not shown."""
        if not self._sees_all:
            schema = self._fetch("SELECT DATABASE()")[0][0] or ""
            self._sees_all = sees_all([grant or "" for (grant,) in self._fetch("SHOW GRANTS")], schema=schema)
        if not self._sees_all:
            raise TableRefused(
                f"table {name}: this user is not shown its triggers, nor all foreign keys that refer to it",
                hint="Grant the user TRIGGER on the whole database: without it the server hides what a write sets off.",
            )


def counting(table: Table) -> str | None:
    """Name the column that the database numbers by itself."""
    found = (option.removeprefix(AUTO_INCREMENT) for option in table.options if option.startswith(AUTO_INCREMENT))
    return next(found, None)


def _storage(fetch: Fetch, name: str) -> Iterator[str]:
    found = fetch(
        "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, CREATE_OPTIONS FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)}"
    )
    row = next((row for row in found if row[0] == name), None)
    if row is None:
        raise TableRefused(f"table {name} does not exist", hint="Correct the name; names are compared exactly.")
    _, kind, engine, row_format, created = row
    if kind != "BASE TABLE":
        raise TableRefused(f"{name} is a {_KINDS.get(kind or '', kind)}, not a table")
    if engine != _ENGINE:
        raise TableRefused(
            f"table {name} is stored by {engine}, where no transaction can take a row back",
            hint="Take the table out of the fix, or have it converted to InnoDB.",
        )
    try:
        fetch(f"SELECT * FROM {quote(name)} LIMIT 0")
    except QueryFailed as fault:
        # Who may not read every column would compare and back up half of each row.
        raise TableRefused(f"table {name} cannot be read whole: {fault.message}") from fault
    yield f"engine {engine}"
    yield f"row format {row_format}"
    if "partitioned" in (created or "").casefold():
        methods = fetch(
            "SELECT DISTINCT PARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION"
            f" FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)}"
        )
        yield from sorted(f"partitioned by {' '.join(filter(None, row))}" for row in methods)


def _columns(fetch: Fetch, name: str, options: list[str], *, carried: bool = True) -> Iterator[Column]:
    """Describe the columns; what a column does by itself goes into the table's options."""
    found = fetch(
        "SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION,"
        " COLLATION_NAME FROM information_schema.COLUMNS"
        f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)} ORDER BY ORDINAL_POSITION"
    )
    for column, declared, kind, nullable, default, extra, expression, collation in found:
        if carried and kind not in CARRIED:
            raise TableRefused(f"table {name}: column {column} is of type {kind}, which hffix does not carry")
        if extra:
            options.append(f"{extra.casefold()} {column}")
        yield Column(
            name=str(column),
            type=str(declared),
            nullable=nullable == "YES",
            default=expression or default,
            generated=bool(expression),
            collation=collation,
        )


def _indexes(fetch: Fetch, name: str) -> dict[str, tuple[str, ...]]:
    """List the unique indexes; a part that is a beginning or an expression is told as such."""
    found = fetch(
        "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0"
        f" AND TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {text(name)} ORDER BY INDEX_NAME, SEQ_IN_INDEX"
    )
    indexes: dict[str, tuple[str, ...]] = {}
    for index, column, part in found:
        told = "(expression)" if column is None else str(column) if part is None else f"{column}({part})"
        indexes[str(index)] = (*indexes.get(str(index), ()), told)
    return indexes


def _key(name: str, columns: tuple[Column, ...], key: tuple[str, ...] | None) -> tuple[str, ...]:
    if key is None:
        raise TableRefused(f"table {name} has no primary key")
    known = {column.name: column for column in columns}
    for part in key:
        if part not in known:
            raise TableRefused(f"table {name}: its key holds the beginning of a column only, {part}")
        kind = known[part].type.partition("(")[0].partition(" ")[0].lower()
        if kind in NO_KEYS:
            raise TableRefused(f"table {name}: its key column {part} is of type {kind}, which addresses no row exactly")
    return key


def _checks(fetch: Fetch, name: str, *, mariadb: bool) -> Iterator[str]:
    where = f"TABLE_NAME = {text(name)}"
    if not mariadb:
        where = (
            "CONSTRAINT_NAME IN (SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS"
            f" WHERE CONSTRAINT_TYPE = 'CHECK' AND TABLE_SCHEMA = DATABASE() AND {where})"
        )
    found = fetch(
        "SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS"
        f" WHERE CONSTRAINT_SCHEMA = DATABASE() AND {where} ORDER BY CHECK_CLAUSE"
    )
    yield from (str(clause) for (clause,) in found)


def _triggers(fetch: Fetch, name: str) -> Iterator[tuple[str, str]]:
    """List the triggers, each with the text of the routines that it names, and that those name."""
    found = fetch(
        "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, SQL_MODE, ACTION_STATEMENT"
        f" FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()"
        f" AND EVENT_OBJECT_TABLE = {text(name)} ORDER BY TRIGGER_NAME"
    )
    if not found:
        return
    routines = {
        str(routine).casefold(): body and f"{kind} {routine}({parameters}): {body}"
        for routine, kind, body, parameters in fetch(
            "SELECT r.ROUTINE_NAME, r.ROUTINE_TYPE, r.ROUTINE_DEFINITION, (SELECT GROUP_CONCAT(p.DTD_IDENTIFIER"
            " ORDER BY p.ORDINAL_POSITION) FROM information_schema.PARAMETERS p WHERE p.SPECIFIC_SCHEMA ="
            " r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME) FROM information_schema.ROUTINES r"
            " WHERE r.ROUTINE_SCHEMA = DATABASE() ORDER BY r.ROUTINE_NAME"
        )
    }
    for trigger, timing, event, order, mode, statement in found:
        called = _called(str(trigger), str(statement), routines)
        yield str(trigger), "\n".join([f"{timing} {event} {order} under {mode}: {statement}", *called])


def _called(trigger: str, statement: str, routines: Mapping[str, str | None]) -> list[str]:
    named: dict[str, str] = {}
    waiting = [statement]
    while waiting:
        for word in sorted(words_of(waiting.pop()) & routines.keys() - named.keys()):
            text = routines[word]
            if text is None:
                raise TableRefused(f"trigger {trigger} leads to {word}, whose text this user is not shown")
            named[word] = text
            waiting.append(text)
    return [named[word] for word in sorted(named)]
