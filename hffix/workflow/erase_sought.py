"""Sought: the rows of a person, and how a line shows that it holds one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import orjson

from hffix.database import Snapshot
from hffix.model.canonical import PLAIN
from hffix.model.change import Cells, canonical_rows
from hffix.model.value import Canonical, decode_value
from hffix.workflow.rows import key_cells

WRITING: Final = ("insert", "update", "delete")
# `["`, 32 digits and `"`: what follows is the same for every line of one row.
_SALT_END: Final = 35


@dataclass(slots=True, kw_only=True)
class SoughtRow:
    """One row that is to be erased, and every value that its columns are known to hold or to have held."""

    table: str
    key: Cells
    referred_by: tuple[str, ...] = ()
    values: dict[str, set[str]] = field(default_factory=dict)

    @property
    def key_text(self) -> str:
        """The text under which lines, and the change log, hold the key."""
        return _text(self.key).decode()

    def learn(self, *known: object) -> None:
        """Remember the values of some cells; what is none is passed over."""
        for cells in known:
            for column, value in cells.items() if isinstance(cells, dict) else ():
                self.values.setdefault(column, set()).add(_loosely(value))

    def answers(self, table: str, asked: Mapping[str, Canonical]) -> bool:
        """Say whether a question by these equalities may be, or have been, answered by the row too.

        A column whose value in the row is not known may hold any.
        """
        known = [column for column in asked if column in self.values]
        met = all(_loosely(asked[column]) in self.values[column] for column in known)
        return table == self.table and bool(known) and met


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """All rows that are sought together."""

    rows: tuple[SoughtRow, ...]

    @property
    def tables(self) -> frozenset[str]:
        """The tables of the rows."""
        return frozenset(row.table for row in self.rows)

    @property
    def related(self) -> tuple[str, ...]:
        """The other tables whose rows may refer to these."""
        return tuple(sorted({table for row in self.rows for table in row.referred_by} - self.tables))

    def of_changes(self, lines: Sequence[bytes]) -> list[int]:
        """Find the lines of a change set that change one of the rows; give their places."""
        return self._found(lines, [b',"%s",' % kind.encode() for kind in WRITING])

    def of_rows(self, lines: Sequence[bytes]) -> list[int]:
        """Find the unresolved lines, or those of a backup, that are about one of the rows; give their places."""
        return self._found(lines, [b","])

    def learn_change(self, line: bytes) -> None:
        """Remember what the line of a change set says of its row."""
        _, table, _, key, before, after, *_ = orjson.loads(line)
        self._learn(table, key, before, after)

    def learn_backup(self, line: bytes) -> None:
        """Remember what the line of a backup says of its row."""
        _, table, key, row = orjson.loads(line)
        self._learn(table, key, row)

    def answer(self, table: str, asked: Mapping[str, Canonical]) -> bool:
        """Say whether one of the rows answers, or did answer, a question."""
        return any(row.answers(table, asked) for row in self.rows)

    def _learn(self, table: str, key: Cells, *known: object) -> None:
        for row in self.rows:
            if (row.table, row.key) == (table, key):
                row.learn(key, *known)

    def _found(self, lines: Sequence[bytes], between: Iterable[bytes]) -> list[int]:
        keys = [row.key_text.encode() for row in self.rows]
        joined = b"\n".join(lines)
        if not any(key in joined for key in keys):
            return []
        wanted = tuple(
            b",%s%s%s," % (_text(row.table), middle, key)
            for row, key in zip(self.rows, keys, strict=True)
            for middle in between
        )
        return [place for place, line in enumerate(lines) if line.startswith(wanted, _SALT_END)]


def read_sought(snapshot: Snapshot, named: Sequence[tuple[str, str]]) -> Sought:
    """Read rows as people name them, by table and row, and what stands in them now."""
    rows: dict[tuple[str, str], SoughtRow] = {}
    for name, text in named:
        table = snapshot.table(name)
        referred_by = tuple(link.table for link in table.referred)
        row = SoughtRow(table=table.name, key=key_cells(snapshot, table, text), referred_by=referred_by)
        row.learn(row.key)
        key = tuple(decode_value(row.key[column]) for column in table.key)
        row.learn(*canonical_rows(table.names, list(snapshot.rows(table, keys=[key]).values())))
        rows[row.table, row.key_text] = row
    return Sought(rows=tuple(rows.values()))


def _loosely(value: object) -> str:
    """Write a value so that what an engine may take for equal is written alike: 1 and 1.0, a and A, a and `a `."""
    text = next(iter(value.values())) if isinstance(value, dict) else value
    if not isinstance(text, str):
        return ""
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text.casefold().strip()


def _text(value: object) -> bytes:
    return orjson.dumps(value, option=PLAIN)
