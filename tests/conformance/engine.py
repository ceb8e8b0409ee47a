"""What the conformance suite asks of an engine: a fresh database, an outsider's way into it, and its own words."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pytest
from hypothesis.strategies import SearchStrategy

from hffix.database import Session, Snapshot, open_for_reading, open_for_trial, open_for_writing, run_lock
from hffix.model.value import Raw

Answer = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """A value that a column of a type can hold: how an outsider writes it in SQL, and how hffix must read it."""

    type: str
    sql: str
    raw: Raw


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What a column of a type makes of a value that a fix gives: the value as it is held."""

    type: str
    given: Raw
    held: Raw


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """A value that a column of a type would not hold without losing a digit, a character or a sign."""

    type: str
    given: Raw


@dataclass(frozen=True, kw_only=True)
class Generated:
    """Values, dirty ones among them, that a fix may give to a column of a type."""

    type: str
    values: SearchStrategy[Raw]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A table that cannot be corrected exactly: how it is made, its name, and words of the refusal."""

    made: tuple[str, ...]
    table: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Guard:
    """How somebody takes away what guards the change log, and the names that must then be missed."""

    taken: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The types of the suite's own tables, in the engine's words; `key_text` may stand in a key and an index."""

    integer: str
    text: str
    key_text: str
    decimal: str
    blob: str


class Outsider(Protocol):
    """A connection that knows nothing of hffix; everything that it runs outside of a transaction commits at once."""

    def run(self, *statements: str) -> None:
        """Run statements."""

    def ask(self, query: str) -> Answer:
        """Run a query."""

    def close(self) -> None:
        """Hang up."""


class Engine(ABC):
    """One engine under test."""

    name: str
    words: Words
    held: Sequence[Held]
    settled: Sequence[Settled]
    unsettled: Sequence[Unsettled]
    generated: Sequence[Generated]
    refused: Sequence[Refused]
    schema_changes: Sequence[str]
    """Statements, each of which makes another table of `pet`, as `test_schema.py` makes it."""
    schema_notes: Sequence[str]
    """Statements that leave it the table that it was."""
    forbidden: Sequence[str]
    """Statements against the change log's row of run 7, seq 1, and its record 1, which the database must refuse."""
    guards: Sequence[Guard]
    holding: Sequence[str]
    """How an outsider keeps the row 1 of `person` locked: the statements that begin, without an end."""
    faults: Sequence[type[Exception]]
    """What an outsider's driver raises where the database refuses a change of the log."""
    page_rows: str
    """The name of the constant that says how many rows a page of a scan holds."""
    quote: str = '"'
    """What stands around a name in the engine's SQL."""
    speaks: str = ""
    """Whose SQL an outsider speaks to it, where it goes by another name."""
    lacking: Mapping[str, str] = MappingProxyType({})
    """The tests about something that the engine has not, by name, each with the reason; they are counted as skipped."""
    dialects: frozenset[str] = frozenset()
    """The names that a snapshot may give its dialect."""
    notes: tuple[str, ...] = ()
    """What verify notes of a database of this engine where nothing is wrong."""

    @abstractmethod
    def missing(self) -> str | None:
        """Say why the engine cannot be tested here; None where it can."""

    @abstractmethod
    def fresh(self, folder: Path) -> AbstractContextManager["Database"]:
        """Make a database of its own, with a random name, and drop it at the end."""

    @abstractmethod
    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        """Let sessions that are opened from now on wait only a moment for a lock."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A fresh database, seen through hffix and through an outsider."""

    engine: Engine
    url: str
    folder: Path
    connect: Callable[[], Outsider]

    @property
    def words(self) -> Words:
        return self.engine.words

    @contextmanager
    def outsider(self) -> Iterator[Outsider]:
        """Connect as somebody who does not use hffix."""
        opened = self.connect()
        try:
            yield opened
        finally:
            opened.close()

    def run(self, *statements: str) -> None:
        with self.outsider() as outsider:
            outsider.run(*statements)

    def ask(self, query: str) -> Answer:
        with self.outsider() as outsider:
            return outsider.ask(query)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return open_for_reading(self.url, folder=self.folder)

    def writing(self) -> AbstractContextManager[Session]:
        return open_for_writing(self.url, folder=self.folder)

    def trying(self) -> AbstractContextManager[Session]:
        return open_for_trial(self.url, folder=self.folder)

    def locked(self, *, holder: str = "nobody") -> AbstractContextManager[None]:
        return run_lock(self.url, folder=self.folder, holder=lambda: holder)


def in_ci() -> bool:
    """Say whether this run must test every engine."""
    return os.environ.get("CI") == "true"
