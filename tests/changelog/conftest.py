import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.changelog import chain, install
from hffix.changelog.reader import Head
from hffix.changelog.rows import LogRow, log_row
from hffix.database import Session, Snapshot, open_for_reading, open_for_writing
from hffix.model import merkle
from hffix.model.change import Line
from hffix.model.record import Found, Revoke

URL = "sqlite:///fund.db"


@dataclass(frozen=True)
class Target:
    """A real SQLite file, seen through hffix and, as an outsider would, through SQLite alone."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "fund.db"

    def writing(self) -> AbstractContextManager[Session]:
        return open_for_writing(URL, folder=self.folder)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return open_for_reading(URL, folder=self.folder)

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=0)) as outsider:
            return outsider.execute(query, values).fetchall()

    def schema(self) -> list[tuple[object, ...]]:
        return self.ask("SELECT type, name, sql FROM sqlite_schema ORDER BY name")


@pytest.fixture(params=["wal", "delete"])
def target(tmp_path: Path, request: pytest.FixtureRequest) -> Target:
    """A database without a change log, in either way that SQLite keeps its journal."""
    made = Target(tmp_path)
    made.ask(f"PRAGMA journal_mode = {request.param}")
    made.ask("CREATE TABLE loan (loan_no TEXT PRIMARY KEY NOT NULL)")
    return made


@pytest.fixture
def installed(target: Target) -> Target:
    """A database with a change log that holds nothing."""
    with target.writing() as session:
        install.upgrade(session)
    return target


@pytest.fixture
def session(installed: Target) -> Iterator[Session]:
    with installed.writing() as opened:
        yield opened


def founding() -> Found:
    return Found(
        number=1,
        time="2024-03-05T10:30:00Z",
        lineage="ab" * 16,
        place={"path": "/data/fund.db"},
        parent=None,
        policy="1" * 64,
        signers="2" * 64,
    )


def revoking(number: int) -> Revoke:
    return Revoke(number=number, time="2024-03-05T10:31:00Z", manifests=("3" * 64,), statement="4" * 64)


def founded(session: Session) -> Head:
    session.begin()
    head = chain.found(session, founding())
    session.commit()
    return head


def logged(seq: int) -> LogRow:
    line = Line(
        "5" * 32,
        "loan",
        "update",
        {"loan_no": str(seq)},
        {"due_on": "2024/3/5"},
        {"due_on": "2024-03-05"},
        "banks.csv!1!2",
        "7",
    )
    return log_row(line, seq=seq, leaf=merkle.leaf(line.encode()).hex(), outcome="applied", observed='["66",{}]')
