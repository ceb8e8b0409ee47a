"""What a table of MariaDB or MySQL is, as information_schema tells it: refused by name where rows are not carried."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from hffix.authoring.words import words_of
from hffix.database.mysql_links import Links
from hffix.database.mysql_literals import text
from hffix.database.mysql_sight import Fetch, Sight
from hffix.database.mysql_types import CARRIED, NO_KEYS, quote
from hffix.errors.targets import GrantLacking, QueryFailed, TableRefused
from hffix.model.schema import Column, Table

AUTO_INCREMENT: Final = "auto_increment "
_ENGINE: Final = "InnoDB"
_LOG: Final = "hffix_"
_SHOW: Final = (
    "Let an account that sees the whole server run what hffix init-target --print-grants prints; or grant TRIGGER on"
    " the whole database, which also lets the account make and drop triggers."
)
_SHOW_ALL: Final = (
    "Let an account that sees the whole server run what hffix init-target --print-grants prints; or grant PROCESS."
)
_KINDS: Final = {"VIEW": "view", "SYSTEM VIEW": "view", "SEQUENCE": "sequence", "SYSTEM VERSIONED": "versioned table"}


class Catalogue:
    """What one session knows of the tables of its schema."""

    def __init__(self, fetch: Fetch, *, mariadb: bool) -> None:
        """`fetch` reads the rows of a query as texts."""
        self._fetch = fetch
        self._mariadb = mariadb
        self.sight = Sight(fetch, mariadb=mariadb)
        self.links = Links(fetch, sight=self.sight)
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
            checks=tuple(_checks(fetch, name, relation=self.sight.of("CHECK_CONSTRAINTS"), mariadb=self._mariadb)),
            references=self.links.outgoing(name),
            referred=self.links.incoming(name),
            triggers=tuple(_triggers(fetch, name, self.sight)),
            options=tuple(options),
        )

    def has_table(self, name: str) -> bool:
        """Look a name up without case; a table of the change log that is hidden from this account is no missing one."""
        query = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND LOWER(TABLE_NAME) ="
        if self._fetch(f"{query} LOWER({text(name)}) LIMIT 1"):
            return True
        if name.startswith(_LOG):
            # A server denies a table that is not there to who has no right on the whole database.
            with suppress(QueryFailed):
                self._fetch(f"SELECT * FROM {quote(name)} LIMIT 0")
        return False

    def key_columns(self, name: str) -> Sequence[Column]:
        """Describe only a table's key columns, once a session; none where it has no primary key."""
        if name not in self._keys:
            known = {column.name: column for column in _columns(self._fetch, name, [], carried=False)}
            self._keys[name] = [known[part] for part in _indexes(self._fetch, name).get("PRIMARY", ()) if part in known]
        return self._keys[name]

    def _refuse_blind(self, name: str) -> None:
        """Refuse where a trigger or a foreign key could be there that this user is not shown."""
        if self.sight.sees == "nothing":
            told = f"table {name}: this account is not shown its triggers, nor all foreign keys that refer to it"
            raise GrantLacking(told, hint=_SHOW)

    def refuse_blind_elsewhere(self, name: str) -> None:
        """Refuse to delete where a foreign key of another database could carry a delete on, unseen."""
        if not self.links.sees_elsewhere(name):
            told = f"table {name}: this account is not shown whether tables of other databases refer to it"
            raise GrantLacking(f"{told}, and a delete could be carried on to their rows", hint=_SHOW_ALL)


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
        with suppress(QueryFailed):
            # Raises where the table is only hidden from this account.
            fetch(f"SELECT * FROM {quote(name)} LIMIT 0")
        raise TableRefused(f"table {name} does not exist", hint="Correct the name; names are compared exactly.")
    _, kind, engine, row_format, created = row
    if kind != "BASE TABLE":
        hint = TableRefused.of_view if "VIEW" in (kind or "") else None
        raise TableRefused(f"{name} is a {_KINDS.get(kind or '', kind)}, not a table", hint=hint)
    if engine != _ENGINE:
        raise TableRefused(
            f"table {name} is stored by {engine}, where no transaction can take a row back",
            hint="Take the table out of the fix, or have it converted to InnoDB.",
        )
    # Who may not read every column would compare and back up half of each row.
    fetch(f"SELECT * FROM {quote(name)} LIMIT 0")
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
            numbered=(extra or "").casefold() == AUTO_INCREMENT.strip(),
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


def _checks(fetch: Fetch, name: str, *, relation: str, mariadb: bool) -> Iterator[str]:
    where = f"TABLE_NAME = {text(name)}"
    if not mariadb:
        where = (
            "CONSTRAINT_NAME IN (SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS"
            f" WHERE CONSTRAINT_TYPE = 'CHECK' AND TABLE_SCHEMA = DATABASE() AND {where})"
        )
    found = fetch(
        f"SELECT CHECK_CLAUSE FROM {relation} WHERE CONSTRAINT_SCHEMA = DATABASE() AND {where} ORDER BY CHECK_CLAUSE"
    )
    yield from (str(clause) for (clause,) in found)


def _triggers(fetch: Fetch, name: str, sight: Sight) -> Iterator[tuple[str, str]]:
    """List the triggers, each with the text of the routines that it names, and that those name."""
    found = fetch(
        "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, SQL_MODE, ACTION_STATEMENT"
        f" FROM {sight.of('TRIGGERS')} WHERE EVENT_OBJECT_SCHEMA = DATABASE()"
        f" AND EVENT_OBJECT_TABLE = {text(name)} ORDER BY TRIGGER_NAME"
    )
    if not found:
        return
    routines = {
        str(routine).casefold(): body and f"{kind} {routine}({parameters}): {body}"
        for routine, kind, body, parameters in fetch(
            "SELECT r.ROUTINE_NAME, r.ROUTINE_TYPE, r.ROUTINE_DEFINITION, (SELECT GROUP_CONCAT(p.DTD_IDENTIFIER"
            f" ORDER BY p.ORDINAL_POSITION) FROM {sight.of('PARAMETERS')} p WHERE p.SPECIFIC_SCHEMA ="
            f" r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME) FROM {sight.of('ROUTINES')} r"
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
