"""A chunk: the lines of one transaction, held against the rows as they are, and what becomes of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Protocol

import orjson

from hffix.changelog.rows import LogRow, log_row
from hffix.database import Session, Snapshot
from hffix.errors.applying import NotPlannedHere, ReadBackDiffers
from hffix.model.canonical import PLAIN, encode
from hffix.model.change import Cells, Line, read_lines
from hffix.model.mask import masked
from hffix.model.record import entry_leaf
from hffix.model.run import Outcome
from hffix.model.schema import Table
from hffix.model.shape import visible_value
from hffix.model.value import Raw, decode_value, encode_value

Row = tuple[Raw, ...]
Tables = Mapping[str, Table]


class Reading(Protocol):
    """How rows are read by key, locked or not."""

    def __call__(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Read rows whole and raw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive lines of a change set, from sequence number `first`."""

    first: int
    lines: tuple[Line, ...]
    leaves: tuple[bytes, ...]

    @property
    def last(self) -> int:
        """The sequence number of the last line."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one line, and what was observed beside it."""

    outcome: Outcome
    observed: list[object] | None = None


APPLIED = Verdict(outcome="applied")


def read_chunk(lines: Sequence[bytes], *, first: int) -> Chunk:
    """Read the lines of one transaction."""
    parsed = read_lines(lines)
    whole = [line for line in parsed if isinstance(line, Line) and line.kind != "ask"]
    if len(whole) != len(parsed):
        raise NotPlannedHere("the change set holds erased lines, or questions of cases")
    return Chunk(first=first, lines=tuple(whole), leaves=tuple(sha256(b"\x00" + line).digest() for line in lines))


def alike(lines: Sequence[Line]) -> Iterator[tuple[str, str, list[Line]]]:
    """Cut lines, in their order, into runs of one table and kind."""
    for (table, kind), some in groupby(lines, key=lambda line: (line.table, line.kind)):
        yield table, kind, list(some)


def key_of(table: Table, line: Line) -> Row:
    """Give a line's row key as the driver holds it."""
    key = line.key
    return tuple([decode_value(key[column]) for column in table.key])


def lock_rows(session: Session, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    """Lock each line's row and read it as `read_rows` does."""
    return _rows(session.lock, tables, lines)


def read_rows(snapshot: Snapshot, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    """Read each line's row whole, in canonical values; None where there is no row of exactly that key."""
    return _rows(snapshot.rows, tables, lines)


def _rows(read: Reading, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    found: list[Cells | None] = []
    for name, _, some in alike(lines):
        table = tables[name]
        keys = [key_of(table, line) for line in some]
        rows = read(table, keys=keys)
        for line, key in zip(some, keys, strict=True):
            row = rows.get(key)
            cells = None if row is None else canonical_row(table.names, row)
            # Equal for the engine is not the same: 'a' may answer for 'A', and 1 for 1.0.
            found.append(cells if cells is not None and line.key.items() <= cells.items() else None)
    return found


def canonical_row(names: Sequence[str], row: Row) -> Cells:
    """Give a raw row in canonical values."""
    cells: dict[str, object] = dict(zip(names, row, strict=True))
    for name, value in cells.items():
        if type(value) is not str and value is not None:
            cells[name] = encode_value(value)  # type: ignore[arg-type]
    return cells  # type: ignore[return-value]


def compare(lines: Sequence[Line], found: Sequence[Cells | None]) -> list[Verdict]:
    """Hold what was approved against what is there, byte for byte."""
    return [_verdict(line, row) for line, row in zip(lines, found, strict=True)]


def _verdict(line: Line, row: Cells | None) -> Verdict:
    if line.before is None:
        return APPLIED if row is None else Verdict(outcome="conflict", observed=[line.salt, row])
    if row is None:
        return Verdict(outcome="conflict", observed=[line.salt, None])
    if line.before.items() <= row.items():
        return APPLIED
    return Verdict(outcome="conflict", observed=[line.salt, {column: row[column] for column in line.before}])


def conflict_of(line: Line, verdict: Verdict) -> str:
    """Say which row and column conflict, without a value."""
    key = ",".join(masked(visible_value(value), how="edges") for value in line.key.values())
    seen = verdict.observed[1] if verdict.observed else None
    if line.kind == "insert":
        return f"{line.table} {key}: a row of that key is there"
    if not isinstance(seen, dict) or line.before is None:
        return f"{line.table} {key}: the row is gone"
    columns = [column for column, value in line.before.items() if seen.get(column) != value]
    return f"{line.table} {key}, column {', '.join(columns)}: changed since it was planned"


def backup_lines(
    tables: Tables, lines: Sequence[Line], found: Sequence[Cells | None], *, salts: Iterator[str]
) -> list[bytes]:
    """Write the full rows, as they are before the write, of every update and delete."""
    written: list[bytes] = []
    for line, row in zip(lines, found, strict=True):
        if row is not None:
            full = {name: row[name] for name in tables[line.table].stored}
            written.append(orjson.dumps((next(salts), line.table, line.key, full), option=PLAIN))
    return written


def read_back(
    session: Session,
    tables: Tables,
    lines: Sequence[Line],
    before: Sequence[Cells | None],
    *,
    effects: Mapping[str, frozenset[str]],
) -> list[Verdict]:
    """Read the written rows again and compare every column; give what declared side effects made of theirs."""
    after = read_rows(session, tables, lines)
    verdicts: list[Verdict] = []
    for line, old, new in zip(lines, before, after, strict=True):
        aside = effects.get(line.table, frozenset())
        expected = None if line.kind == "delete" else {**(old or {}), **(line.after or {})}
        if new != expected:
            _refuse_difference(tables[line.table], line, expected, new, aside)
        observed = {column: new[column] for column in aside} if new is not None and aside else None
        verdicts.append(Verdict(outcome="applied", observed=[line.salt, observed]) if observed else APPLIED)
    return verdicts


def _refuse_difference(
    table: Table, line: Line, expected: Cells | None, new: Cells | None, aside: frozenset[str]
) -> None:
    if expected is None or new is None:
        raise ReadBackDiffers(f"a row of {line.table} is {'still' if new else 'not'} there after the {line.kind}")
    compared = [column for column in table.stored if column not in aside]
    wrong = [column for column in compared if new.get(column) != expected.get(column)]
    if wrong:
        raise ReadBackDiffers(f"{line.table}, column {', '.join(wrong)}: the row does not hold what was approved")


def log_rows(chunk: Chunk, verdicts: Sequence[Verdict]) -> tuple[list[LogRow], list[bytes]]:
    """Give one change-log row a line, and the leaves of their entries."""
    rows: list[LogRow] = []
    entries: list[bytes] = []
    for seq, (line, leaf, verdict) in enumerate(zip(chunk.lines, chunk.leaves, verdicts, strict=True), chunk.first):
        observed = observed_leaf = None
        if verdict.observed is not None:
            told = encode(verdict.observed)
            observed, observed_leaf = told.decode(), sha256(b"\x00" + told).hexdigest()
        named = leaf.hex()
        rows.append(
            log_row(line, seq=seq, leaf=named, outcome=verdict.outcome, observed=observed, observed_leaf=observed_leaf)
        )
        entries.append(entry_leaf(seq, leaf=named, outcome=verdict.outcome, observed_leaf=observed_leaf))
    return rows, entries
