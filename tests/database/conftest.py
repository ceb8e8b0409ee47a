import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.database import Session, Snapshot, open_for_reading, open_for_trial, open_for_writing
from hffix.model.value import UnreadableText

# GBK bytes of 啊, which are no UTF-8.
GBK = b"\xb0\xa1"
UNREADABLE = UnreadableText(GBK)

URL = "sqlite:///fund.db"


@dataclass(frozen=True)
class File:
    """One SQLite file, filled by an outsider and opened through the room's own doors."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "fund.db"

    @contextmanager
    def outsider(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=0)) as connection:
            yield connection

    def run(self, script: str, *rows: tuple[object, ...], into: str = "t") -> "File":
        """Run a script, and insert rows into a table."""
        with self.outsider() as connection:
            connection.executescript(script)
            if rows:
                connection.execute("BEGIN")
                connection.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(rows[0]))})", rows)
                connection.execute("COMMIT")
        return self

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.outsider() as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with open_for_reading(URL, folder=self.folder) as snapshot:
            yield snapshot

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_for_writing(URL, folder=self.folder) as session:
            yield session

    @contextmanager
    def trial(self) -> Iterator[Session]:
        with open_for_trial(URL, folder=self.folder) as session:
            yield session


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


@pytest.fixture
def lowered(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let pages, and statements by key, hold only so many rows."""

    def lower(rows: int) -> None:
        monkeypatch.setattr("hffix.database.sqlite.PAGE_ROWS", rows)
        monkeypatch.setattr("hffix.database.sqlite.MOST_PARAMETERS", rows * 2)

    return lower
