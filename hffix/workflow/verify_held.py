"""Verifying live rows while the log is read: of most blocks of rows it can be said at once that all of them hold.

What cannot be said column by column is left, to be looked at row by row afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from typing import Any

import msgspec
import orjson

from hffix.changelog.rows import LogColumns
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.changesets import NotCanonical
from hffix.model.holders import cell_of, holder_of
from hffix.model.schema import Table
from hffix.model.value import Canonical, decode_values, encode_values, identical
from hffix.workflow.block import Row


@dataclass(frozen=True, slots=True)
class _Alike:
    """Some of many objects of cells, by their places, that have the same columns; none where they are null."""

    places: Sequence[int]
    columns: Mapping[str, Sequence[Canonical]] | None


@dataclass(slots=True)
class Held:
    """What the rows of one run hold, as far as it wrote to tables to which no other run wrote after it.

    `left` names, by their first and last lines, the blocks of which nothing was said.
    """

    snapshot: Snapshot
    tables: frozenset[str]
    holding: int = 0
    left: list[tuple[int, int]] = field(default_factory=list)
    _described: dict[str, Table | None] = field(default_factory=dict)

    def look(self, block: LogColumns) -> None:
        """Look at a block of the log in which nothing was found wrong."""
        holding = self._holding(block)
        if holding is None:
            self.left.append((block.seq[0], block.seq[-1]))
        else:
            self.holding += holding

    def _holding(self, block: LogColumns) -> int | None:
        """Count the rows that a block wrote, if every one holds that still."""
        names: Sequence[str] = block.table_name
        cells: Sequence[Sequence[Any]] = (block.row_key, block.after)
        if set(block.outcome) != {"applied"} or None in block.salt:
            written = [
                outcome == "applied" and salt is not None
                for outcome, salt in zip(block.outcome, block.salt, strict=True)
            ]
            names, *cells = (list(compress(column, written)) for column in (names, *cells))
        told = set(names)
        for name in told:
            table = self._table(name)
            if table is None:
                return None
            own = [named == name for named in names] if len(told) > 1 else None
            keys, afters = cells if own is None else (list(compress(column, own)) for column in cells)
            if not _all_hold(self.snapshot, table, keys, afters):
                return None
        return len(names)

    def _table(self, name: str) -> Table | None:
        if name not in self.tables:
            return None
        if name not in self._described:
            try:
                self._described[name] = self.snapshot.table(name)
            except HffixError:
                self._described[name] = None
        return self._described[name]


def _all_hold(snapshot: Snapshot, table: Table, keys: Sequence[Any], afters: Sequence[Any]) -> bool:
    """Say whether all live rows of these keys hold these cells; only the quick and usual case says yes."""
    try:
        (keyed,), written = _read(keys), _read(afters)
        if keyed.columns is None or not keyed.columns.keys() >= set(table.key):
            return False
        asked = [decode_values(keyed.columns[column]) for column in table.key]
    except (ValueError, NotCanonical):
        return False
    wanted = list(dict.fromkeys((*table.key, *(column for some in written for column in some.columns or ()))))
    if not set(table.names).issuperset(wanted):
        return False
    rows = list(zip(*asked, strict=True))
    live = snapshot.rows(table, keys=rows, columns=wanted)
    found = list(live.values()) if list(live) == rows else list(map(live.get, rows))
    return all(_hold(some, found, wanted, asked) for some in written)


def _hold(some: _Alike, found: Sequence[Row | None], names: Sequence[str], asked: Sequence[Sequence[Any]]) -> bool:
    """Say whether the rows at some places hold these cells, and are rows of exactly the keys that were asked for."""
    rows = found if len(some.places) == len(found) else [found[place] for place in some.places]
    if some.columns is None:
        return all(row is None for row in rows)
    if None in rows:
        return False
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return all(list(encode_values(columns[column])) == cells for column, cells in some.columns.items()) and all(
        # Equal in Python is not the same: 1 may answer for 1.0.
        identical([key[place] for place in some.places], columns[names[number]])
        for number, key in enumerate(asked)
    )


def _read(texts: Sequence[str]) -> list[_Alike]:
    """Read objects of cells, each of which is one text of JSON; those that are alike column by column."""
    joined, first = f"[{','.join(texts)}]", orjson.loads(texts[0])
    read = _reader(tuple(first)) if isinstance(first, dict) else None
    if read is not None:
        try:
            columns = read(joined)
        except msgspec.DecodeError:
            pass
        else:
            return [_Alike(range(len(texts)), columns)]
    cells = orjson.loads(joined)
    places: dict[tuple[str, ...] | None, list[int]] = {}
    for place, one in enumerate(cells):
        places.setdefault(None if one is None else tuple(one), []).append(place)
    return [
        _Alike(some, None if form is None else {column: [cells[place][column] for place in some] for column in form})
        for form, some in places.items()
    ]


@lru_cache(maxsize=256)
def _reader(columns: tuple[str, ...]) -> Callable[[str], dict[str, list[Canonical]]] | None:
    """Make what reads objects of exactly these columns, and refuses any other."""
    holder = holder_of(columns)
    if holder is None:
        return None
    decode = msgspec.json.Decoder(list[holder]).decode  # type: ignore[valid-type]

    def read(joined: str) -> dict[str, list[Canonical]]:
        objects = decode(joined)
        return {column: list(map(cell_of(columns, column), objects)) for column in columns}

    return read
