"""A chunk: the lines of one transaction, held against the rows as they are, and what becomes of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Protocol

import orjson

from hffix.changelog.rows import LogRow, log_rows_of
from hffix.database import Session, Snapshot
from hffix.errors.applying import Conflict, NotPlannedHere, ReadBackDiffers
from hffix.errors.changesets import LinesErased
from hffix.model.canonical import PLAIN, encode
from hffix.model.change import Cells, Line, read_lines
from hffix.model.mask import masked
from hffix.model.record import entry_leaf
from hffix.model.run import Outcome
from hffix.model.schema import Table
from hffix.model.shape import visible_value
from hffix.model.value import Raw, decode_values, encode_values

Row = tuple[Raw, ...]
Tables = Mapping[str, Table]
Masking = Callable[[str, str], str | None]
ACTING = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


class Reading(Protocol):
    """How rows are read by key, locked or not."""

    def __call__(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Read rows whole and raw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive lines of a change set, from sequence number `first`.

    `rows` and `entries` are what the change log will hold of them where every line is applied.
    """

    first: int
    lines: tuple[Line, ...]
    leaves: tuple[bytes, ...]
    rows: Sequence[LogRow]
    entries: Sequence[bytes]

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


def plain_lines(lines: Sequence[bytes]) -> tuple[Line, ...]:
    """Read lines none of which was erased."""
    parsed = read_lines(lines)
    whole = [line for line in parsed if isinstance(line, Line)]
    if len(whole) != len(parsed):
        raise LinesErased("the change set holds lines that were erased")
    if any(line.case is None and line.kind == "ask" for line in whole):
        raise NotPlannedHere("the change set holds a question without its case")
    return tuple(whole)


def read_chunk(lines: Sequence[bytes], *, first: int) -> Chunk:
    """Read the lines of one transaction, and make ready whatever can be without the database."""
    whole = plain_lines(lines)
    leaves = tuple([sha256(b"\x00" + line).digest() for line in lines])
    numbers, nothing = range(first, first + len(lines)), [None] * len(lines)
    told, outcomes = [leaf.hex() for leaf in leaves], [APPLIED.outcome] * len(lines)
    rows = log_rows_of(whole, numbers, told, outcomes, nothing, nothing)
    return Chunk(first=first, lines=whole, leaves=leaves, rows=rows, entries=list(map(_entry, rows)))


def _entry(row: LogRow) -> bytes:
    return entry_leaf(row.seq, leaf=row.leaf, outcome=row.outcome, observed_leaf=row.observed_leaf)


def alike(lines: Sequence[Line]) -> Iterator[tuple[str, str, Sequence[Line]]]:
    """Cut lines, in their order, into runs of one table and kind."""
    if lines and len({(line.table, line.kind) for line in lines}) == 1:
        yield lines[0].table, lines[0].kind, lines
        return
    for (table, kind), some in groupby(lines, key=lambda line: (line.table, line.kind)):
        yield table, kind, list(some)


def keys_of(table: Table, lines: Sequence[Line]) -> list[Row]:
    """Give the lines' row keys as the driver holds them."""
    return list(zip(*(decode_values([line.key[column] for line in lines]) for column in table.key), strict=True))


def lock_rows(session: Session, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    """Lock each line's row and read it as `read_rows` does."""
    return _rows(session.lock, tables, lines)


def read_rows(snapshot: Snapshot, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    """Read each line's row whole, in canonical values; None where there is no row of exactly that key.

    A question has no row of its own: its place is None too.
    """
    return _rows(snapshot.rows, tables, lines)


def _rows(read: Reading, tables: Tables, lines: Sequence[Line]) -> list[Cells | None]:
    found: list[Cells | None] = [None] * len(lines)
    # Cases change from table to table with every line; one reading a table serves all of them.
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if line.kind != "ask":
            places.setdefault(line.table, []).append(place)
    for name, those in places.items():
        table = tables[name]
        some = lines if len(those) == len(lines) else [lines[place] for place in those]
        keys = keys_of(table, some)
        rows = read(table, keys=keys)
        cells = dict(zip(rows, canonical_rows(table.names, list(rows.values())), strict=True))
        # Equal for the engine is not the same: 'a' may answer for 'A', and 1 for 1.0.
        for place, line, key in zip(those, some, keys, strict=True):
            row = cells.get(key)
            found[place] = row if row is not None and line.key.items() <= row.items() else None
    return found


def canonical_rows(names: Sequence[str], rows: Sequence[Row]) -> list[Cells]:
    """Give raw rows in canonical values, column by column: most columns hold nothing but text."""
    columns = map(encode_values, zip(*rows, strict=True))
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def compare(lines: Sequence[Line], found: Sequence[Cells | None]) -> list[Verdict]:
    """Hold what was approved against what is there, byte for byte."""
    if all(
        row is not None and line.before is not None and line.before.items() <= row.items()
        for line, row in zip(lines, found, strict=True)
    ):
        return [APPLIED] * len(lines)
    return [_verdict(line, row) for line, row in zip(lines, found, strict=True)]


def _verdict(line: Line, row: Cells | None) -> Verdict:
    if line.before is None:
        return APPLIED if row is None else Verdict(outcome="conflict", observed=[line.salt, row])
    if row is None:
        return Verdict(outcome="conflict", observed=[line.salt, None])
    if line.before.items() <= row.items():
        return APPLIED
    return Verdict(outcome="conflict", observed=[line.salt, {column: row[column] for column in line.before}])


def key_for_eyes(table: str, key: Cells, *, mask_of: Masking) -> str:
    """Write a row key so that its row can be found; only the columns that have a mask are hidden."""
    shown = {column: masked(visible_value(value), how=mask_of(table, column)) for column, value in key.items()}
    if len(shown) == 1:
        return next(iter(shown.values()))
    return ",".join(f"{column}={value}" for column, value in shown.items())


def _edges(_table: str, _column: str) -> str:
    """Mask every column: where nobody said which of them hold personal data, each of them may."""
    return "edges"


def conflict_of(line: Line, verdict: Verdict, *, mask_of: Masking = _edges) -> str:
    """Say which row and column conflict, without a value; the key is whole where its column has no mask."""
    case = f"case {line.case}: " if line.case is not None else ""
    if line.kind == "ask":
        return f"{case}the rows of {line.table} by {', '.join(line.key)} are not those that answered its question"
    key = key_for_eyes(line.table, line.key, mask_of=mask_of)
    seen = verdict.observed[1] if verdict.observed else None
    if line.kind == "insert":
        return f"{case}{line.table} {key}: a row of that key is there"
    if not isinstance(seen, dict) or line.before is None:
        return f"{case}{line.table} {key}: the row is gone"
    columns = [column for column, value in line.before.items() if seen.get(column) != value]
    return f"{case}{line.table} {key}, column {', '.join(columns)}: changed since it was planned"


def refuse_reached(session: Session, tables: Tables, lines: Sequence[Line], found: Sequence[Cells | None]) -> None:
    """Refuse to write what the database's own foreign-key actions would carry on to rows that are in no line."""
    if not any(link.on_update in ACTING or link.on_delete in ACTING for t in tables.values() for link in t.referred):
        return
    leaving = _leaving(tables, lines)
    for place, (line, row) in enumerate(zip(lines, found, strict=True)):
        table = tables[line.table]
        if row is None or not _carries_on(table, line):
            continue
        whole = tuple(decode_values([row[name] for name in table.names]))
        for child, key in session.reached(table, rows=[whole], kind=line.kind):
            first, case = leaving.get((child, key), (len(lines), None))
            # Whether it did go away is read back: only of rows without a line nobody would know.
            if first > place and (first == len(lines) or case != line.case):
                of = f"case {line.case}: " if line.case is not None else ""
                told = f"the {line.kind} of a row of {line.table} would reach a row of {child} that came since"
                raise Conflict(f"{of}{told}")


def _leaving(tables: Tables, lines: Sequence[Line]) -> dict[tuple[str, Row], tuple[int, str | None]]:
    """Find the rows that lines delete, or whose referring columns they change: place and case of each such line."""
    leaving: dict[tuple[str, Row], tuple[int, str | None]] = {}
    place = 0
    for name, kind, some in alike(lines):
        table = tables[name]
        referring = {column for link in table.references for column in link.columns}
        for at, (line, key) in enumerate(zip(some, keys_of(table, some), strict=True), start=place):
            if kind == "delete" or (kind == "update" and referring & (line.after or {}).keys()):
                leaving[name, key] = at, line.case
        place += len(some)
    return leaving


def _carries_on(table: Table, line: Line) -> bool:
    """Say whether a foreign key that refers to the table acts on this change."""
    if line.kind == "delete":
        return any(link.on_delete in ACTING for link in table.referred)
    return any(link.on_update in ACTING and set(link.to_columns) & set(line.after or ()) for link in table.referred)


def backup_lines(
    tables: Tables, lines: Sequence[Line], found: Sequence[Cells | None], *, salts: Iterator[str]
) -> list[bytes]:
    """Write the full rows, as they are before the write, of every update and delete."""
    return [
        # orjson hands out far more memory than a line needs; a chunk of lines must not keep it.
        bytes(
            memoryview(
                orjson.dumps((next(salts), line.table, line.key, _stored(tables[line.table], row)), option=PLAIN)
            )
        )
        for line, row in zip(lines, found, strict=True)
        if row is not None
    ]


def _stored(table: Table, row: Cells) -> Cells:
    return row if len(row) == len(table.stored) else {name: row[name] for name in table.stored}


def read_back(
    session: Session,
    tables: Tables,
    lines: Sequence[Line],
    before: Sequence[Cells | None],
    *,
    effects: Mapping[str, frozenset[str]],
) -> list[Verdict]:
    """Read the written rows again and compare every column; give what declared side effects made of theirs."""
    if not lines:
        return []
    # Cases change from table to table with every line: their rows are read by table, and compared one by one.
    plain = not effects and lines[-1].case is None
    if plain and all(_stands(session, tables[name], kind, *some) for name, kind, some in _paired(lines, before)):
        return [APPLIED] * len(lines)
    after = read_rows(session, tables, lines)
    verdicts: list[Verdict] = []
    for line, row, new in zip(lines, before, after, strict=True):
        wanted = None if line.kind == "delete" else {**(row or {}), **(line.after or {})}
        aside = effects.get(line.table, frozenset())
        if new != wanted:
            _refuse_difference(tables[line.table], line, wanted, new, aside)
        observed = {column: new[column] for column in aside} if new is not None and aside else None
        verdicts.append(Verdict(outcome="applied", observed=[line.salt, observed]) if observed else APPLIED)
    return verdicts


Pairs = tuple[Sequence[Line], Sequence[Cells | None]]


def _paired(lines: Sequence[Line], before: Sequence[Cells | None]) -> Iterator[tuple[str, str, Pairs]]:
    start = 0
    for name, kind, some in alike(lines):
        yield name, kind, (some, before[start : start + len(some)])
        start += len(some)


def _stands(session: Session, table: Table, kind: str, lines: Sequence[Line], before: Sequence[Cells | None]) -> bool:
    """Say whether all rows are what they should be, column by column; only the quick and usual case says yes."""
    keys = keys_of(table, lines)
    found = session.rows(table, keys=keys)
    if kind == "delete":
        return not found
    rows = [found[key] for key in keys if key in found]
    changed = lines[0].after or {}
    if len(rows) != len(lines) or any((line.after or {}).keys() != changed.keys() for line in lines):
        return False
    for column, values in zip(table.names, zip(*rows, strict=True), strict=True):
        if column in changed:
            expected = [(line.after or {})[column] for line in lines]
        elif column in table.stored:
            expected = [(row or {})[column] for row in before]
        else:
            continue
        if list(encode_values(values)) != expected:
            return False
    return True


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
    rows, entries = list(chunk.rows), list(chunk.entries)
    for place, verdict in enumerate(verdicts):
        if verdict != APPLIED:
            rows[place] = rows[place]._replace(outcome=verdict.outcome)
            if verdict.observed is not None:
                told = encode(verdict.observed)
                leaf = sha256(b"\x00" + told).hexdigest()
                rows[place] = rows[place]._replace(observed=told.decode(), observed_leaf=leaf)
            entries[place] = _entry(rows[place])
    return rows, entries
