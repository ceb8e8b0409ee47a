"""Asking the questions of cases again, all of one form at once, and giving the digests of what is answered now."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Protocol

from hffix.errors.applying import NotPlannedHere
from hffix.model.change import canonical_rows
from hffix.model.question import answered, columns_asked
from hffix.model.schema import Table
from hffix.model.scope import Scope
from hffix.model.value import decode_value
from hffix.workflow.block import Block, Row
from hffix.workflow.found import Tables


class Answering(Protocol):
    """How rows are read that hold given values, locked or not."""

    def __call__(self, table: Table, *, columns: Sequence[str], asked: Sequence[Row]) -> list[list[Row]]:
        """Give the rows of each question, whole and raw."""


def ask_again(answer: Answering, tables: Tables, scopes: Sequence[Scope], lines: Block) -> Mapping[int, str]:
    """Ask what lines of the kind `ask` ask; give the digest of each one's answer, by the line's place."""
    forms: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place in sorted(place for group in lines.groups if group.kind == "ask" for place in group.places):
        forms.setdefault((lines[place].table, tuple(lines[place].key)), []).append(place)
    digests: dict[int, str] = {}
    for (name, columns), places in forms.items():
        table, read = _asked(name, columns, tables, scopes)
        asked = [tuple([decode_value(value) for value in lines[place].key.values()]) for place in places]
        found = answer(table, columns=columns, asked=asked)
        # Column by column over all answers at once: most of them hold very few rows.
        rows = iter(canonical_rows(table.names, [row for rows in found for row in rows]))
        digests |= {
            place: answered(table, read, islice(rows, len(some))) for place, some in zip(places, found, strict=True)
        }
    return digests


def _asked(name: str, columns: Sequence[str], tables: Tables, scopes: Sequence[Scope]) -> tuple[Table, tuple[str, ...]]:
    table = tables.get(name)
    read = any(scope.kind == "cases" and scope.table == name for scope in scopes)
    if table is None or not read or any(table.column(column) is None for column in columns):
        raise NotPlannedHere(f"a case asks of {name} what its scope does not read")
    return table, columns_asked(scopes, table)
