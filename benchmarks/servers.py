"""The same table on a database server, and what is done to it by hand there: one UPDATE, a careful DBA, an ORM loop."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool
from world import COLUMNS, DDL, TABLE, WIDE, rows

LOADED_AT_ONCE = 5_000
NARROW = "0123456789X"


class Server(ABC):
    """One server, on which databases of our own are made and dropped."""

    name: str
    url: str
    update: str
    copied: str
    triggered: Sequence[str]

    def version(self) -> str:
        """Name the server."""
        with self._connect(self.url) as connection:
            told = str(connection.execute(text("SELECT version()")).scalar_one())
        return told.partition(" (")[0] if told.startswith(self.name) else f"{self.name} {told.partition('-')[0]}"

    @contextmanager
    def base(self, count: int) -> Iterator[str]:
        """Make the database that every method begins from; give its url."""
        with self._made() as url:
            with self._connect(url) as connection:
                self._run(connection, self.ddl())
                self._load(connection, count)
            yield url

    @abstractmethod
    def fresh(self, base: str) -> AbstractContextManager[str]:
        """Copy the base; give the copy's url."""

    def raw_update(self, url: str) -> None:
        """Run method A: one statement."""
        with self._connect(url) as connection:
            self._run(connection, self.update)

    def careful_dba(self, url: str) -> None:
        """Run method B: a copy of the table, a trigger that logs old and new as JSON, and the same update."""
        with self._connect(url) as connection:
            self._run(connection, f"CREATE TABLE bak AS SELECT * FROM {TABLE}")
            for statement in self.triggered:
                self._run(connection, statement)
            self._run(connection, self.update)

    def ddl(self) -> str:
        """Give the table as this server takes it."""
        return DDL

    def _connect(self, url: str) -> Connection:
        # No pool: a template must be nobody's, and a database that is dropped too.
        return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()

    def _run(self, connection: Connection, statement: str) -> None:
        # Through the driver alone, which takes a per cent sign for what it is where nothing is bound.
        connection.connection.cursor().execute(statement)

    @contextmanager
    def _made(self, how: str = "") -> Iterator[str]:
        name = f"hffix_bench_{secrets.token_hex(6)}"
        with self._connect(self.url) as connection:
            self._run(connection, f"CREATE DATABASE {name} {how}")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            with self._connect(self.url) as connection:
                self._run(connection, f"DROP DATABASE {name} {self._dropping()}")

    def _dropping(self) -> str:
        return ""

    def _load(self, connection: Connection, count: int) -> None:
        marks = ", ".join(["%s"] * len(COLUMNS))
        cursor = connection.connection.cursor()
        waiting: list[tuple[object, ...]] = []
        for row in rows(count):
            waiting.append(row)
            if len(waiting) == LOADED_AT_ONCE:
                cursor.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", waiting)
                waiting.clear()
        if waiting:
            cursor.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", waiting)


class PostgreSQL(Server):
    """PostgreSQL, reached at 127.0.0.1."""

    name = "PostgreSQL"
    url = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    update = (
        f"UPDATE {TABLE} SET open_date = to_char(to_date(open_date, 'YYYY/MM/DD'), 'YYYY-MM-DD'),"
        f" id_no = translate(id_no, '{WIDE}', '{NARROW}') WHERE open_date LIKE '%/%'"
    )
    logged = f"INSERT INTO audit_log (tbl, pk, old, new) VALUES ('{TABLE}', OLD.id, to_jsonb(OLD), to_jsonb(NEW))"
    columns = "id bigserial PRIMARY KEY, tbl text, pk bigint, old jsonb, new jsonb, at timestamptz DEFAULT now()"
    triggered = (
        f"CREATE TABLE audit_log ({columns})",
        f"CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {logged}; RETURN NEW; END $$",
        f"CREATE TRIGGER audit_t AFTER UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit()",
    )

    @contextmanager
    def fresh(self, base: str) -> Iterator[str]:
        """Copy the base as a template; as in use, it has statistics, and nothing waits for the disk."""
        with self._made(f"TEMPLATE {make_url(base).database}") as url:
            with self._connect(url) as connection:
                self._run(connection, f"VACUUM ANALYZE {TABLE}")
                self._run(connection, "CHECKPOINT")
            yield url

    def _dropping(self) -> str:
        return "WITH (FORCE)"


class MariaDB(Server):
    """MariaDB, reached at 127.0.0.1."""

    name = "MariaDB"
    url = "mysql+pymysql://root@127.0.0.1:3306/test"

    def __init__(self) -> None:
        half = "id_no"
        for wide, narrow in zip(WIDE, NARROW, strict=True):
            half = f"REPLACE({half}, '{wide}', '{narrow}')"
        day = "DATE_FORMAT(STR_TO_DATE(open_date, '%Y/%c/%e'), '%Y-%m-%d')"
        self.update = f"UPDATE {TABLE} SET open_date = {day}, id_no = {half} WHERE open_date LIKE '%/%'"
        old, new = ("JSON_OBJECT(" + ", ".join(f"'{c}', {p}.{c}" for c in COLUMNS) + ")" for p in ("OLD", "NEW"))
        key = "id BIGINT AUTO_INCREMENT PRIMARY KEY, tbl VARCHAR(64), pk BIGINT"
        logged = f"INSERT INTO audit_log (tbl, pk, old, new) VALUES ('{TABLE}', OLD.id, {old}, {new})"
        self.triggered = (
            f"CREATE TABLE audit_log ({key}, old LONGTEXT, new LONGTEXT, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
            f"CREATE TRIGGER audit_t AFTER UPDATE ON {TABLE} FOR EACH ROW {logged}",
        )

    def ddl(self) -> str:
        """Give the table in a character set that holds every letter."""
        return f"{DDL} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"

    @contextmanager
    def fresh(self, base: str) -> Iterator[str]:
        """Copy the base by the server itself."""
        with self._made() as url:
            with self._connect(url) as connection:
                self._run(connection, self.ddl())
                self._run(connection, f"INSERT INTO {TABLE} SELECT * FROM {make_url(base).database}.{TABLE}")
            yield url


def orm_loop(url: str) -> None:
    """Run method C: objects, a thousand at a time, without any record."""
    from sqlalchemy import BigInteger, Column, String, select
    from sqlalchemy.orm import Session, declarative_base

    base = declarative_base()
    columns = {name: Column(String(200)) for name in COLUMNS[1:]}
    key = {"__tablename__": TABLE, "id": Column(BigInteger, primary_key=True)}
    account: Any = type("Account", (base,), {**key, **columns})
    engine = create_engine(url)
    narrow, last = str.maketrans(WIDE, NARROW), 0
    while True:
        with Session(engine) as session:
            wanted = select(account).where(account.id > last, account.open_date.like("%/%")).order_by(account.id)
            found = session.scalars(wanted.limit(1000)).all()
            if not found:
                return
            last = found[-1].id
            for one in found:
                year, month, day = one.open_date.split("/")
                one.open_date, one.id_no = f"{year}-{month:0>2}-{day:0>2}", one.id_no.translate(narrow)
            session.commit()


SERVERS = {"postgresql": PostgreSQL, "mysql": MariaDB}
