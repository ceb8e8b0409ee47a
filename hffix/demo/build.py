"""Build the demo's database: a clean world, then known dirt, with the truth about every dirty cell beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hffix.demo.dirt import soil
from hffix.demo.schema import TABLES
from hffix.demo.volumes import Size
from hffix.demo.world import Progress, load
from hffix.errors.project import AlreadyThere


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was built: the rows of each table and the injections of each kind of dirt."""

    database: Path
    truth: Path
    size: Size
    seed: int
    rows: tuple[tuple[str, int], ...]
    injections: tuple[tuple[str, int], ...]


def build(
    database: Path,
    *,
    truth: Path,
    size: Size = "demo",
    seed: int = 7,
    dirt: bool = True,
    progress: Progress | None = None,
) -> Summary:
    """Make the SQLite file and its truth; the same seed gives the same rows on any machine."""
    for path in (database, truth):
        if path.exists():
            raise AlreadyThere(f"{path} exists", hint="Name a new file, or move this one away.")
    report = progress or silent
    with _bulk(database) as connection:
        load(connection, size=size, seed=seed, progress=report)
        injections = soil(connection, truth=truth, size=size, seed=seed, wanted=dirt, progress=report)
        rows = tuple(
            (table, int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])) for table in TABLES
        )
    return Summary(database=database, truth=truth, size=size, seed=seed, rows=rows, injections=injections)


@contextmanager
def _bulk(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a new file without journal for one big load, and leave it in WAL mode without a -wal file."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""
