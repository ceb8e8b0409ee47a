import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hffix.demo import Size, Summary, build
from hffix.demo.schema import KEYS, TABLES

Cell = tuple[str, str, str]  # table, key, column


@dataclass(frozen=True)
class World:
    """A built database with the truth about it."""

    summary: Summary

    def truth(self) -> tuple[dict[str, str], ...]:
        with self.summary.truth.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))

    def cells(self) -> dict[Cell, Any]:
        """Every cell of the database."""
        return {cell: value for table in TABLES for cell, value in self._cells(table)}

    def _cells(self, table: str) -> Iterator[tuple[Cell, Any]]:
        names, keys = KEYS[table], self.select(f"SELECT {', '.join(KEYS[table])} FROM {table} ORDER BY rowid")
        columns = [row[0] for row in self.select(f"SELECT name FROM pragma_table_info('{table}')")]
        for key, row in zip(keys, self.select(f"SELECT * FROM {table} ORDER BY rowid"), strict=True):
            written = ",".join(f"{name}={part}" for name, part in zip(names, key, strict=True))
            for column, value in zip(columns, row, strict=True):
                yield (table, written if len(key) > 1 else str(key[0]), column), value

    def select(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.summary.database)) as connection:
            return connection.execute(statement, values).fetchall()


class Worlds:
    """Worlds built once, by size, seed and dirt."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: dict[tuple[Size, int, bool], World] = {}

    def get(self, size: Size = "tiny", *, seed: int = 7, dirt: bool = True) -> World:
        wanted = (size, seed, dirt)
        if wanted not in self._built:
            name = f"{size}-{seed}-{dirt}"
            database, truth = self._folder / f"{name}.db", self._folder / f"{name}.csv"
            self._built[wanted] = World(build(database, truth=truth, size=size, seed=seed, dirt=dirt))
        return self._built[wanted]


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    return Worlds(tmp_path_factory.mktemp("worlds"))
