r"""Lookup files: two columns of a table in CSV or XLSX, in which a fix looks values up by key.

A key is text and stands there once; of the values, `\N` is NULL. Other columns may stand beside the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hffix.errors.fixes import BadLookup
from hffix.sheets.row import Fault
from hffix.sheets.rows import Rows, null_or_text, open_rows, refuse_faults

MOST_ENTRIES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupFile:
    """A file read: its name, the SHA-256 of its bytes, and its values by key, in the file's order."""

    name: str
    digest: str
    values: Mapping[str, str | None]


def read_lookup(path: Path, *, key: str, value: str) -> LookupFile:
    """Read a file's entries; refuse all of its faults at once, by line."""
    rows = open_rows(path, needed=(key, value), refusal=BadLookup)
    faults = _header_faults(rows.header, key, value)
    values = _entries(rows, key, value, faults) if key in rows.header else {}
    refuse_faults(rows.name, faults, refusal=BadLookup)
    return LookupFile(name=rows.name, digest=rows.digest, values=MappingProxyType(values))


def _header_faults(header: tuple[str, ...], key: str, value: str) -> list[Fault]:
    told = {0: "there is no column {}", 2: "column {} stands there twice"}
    return [
        (1, told[min(header.count(name), 2)].format(name))
        for name in dict.fromkeys((key, value))
        if header.count(name) != 1
    ]


def _entries(rows: Rows, key: str, value: str, faults: list[Fault]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    first_line: dict[str, int] = {}
    for count, (line, cells) in enumerate(rows.lines({key, value}, faults), start=1):
        if count > MOST_ENTRIES:
            raise BadLookup(
                f"{rows.name} has more than {MOST_ENTRIES:,} entries",
                hint="Load the entries into a table and look them up there, or decide such rows in a case.",
            )
        named = null_or_text(cells[key])
        if not named:
            faults.append((line, f"{key}: the key is {'NULL' if named is None else 'empty'}"))
        elif first_line.setdefault(named, line) != line:
            faults.append((line, f"{key}: the key of line {first_line[named]} again"))
        else:
            values[named] = null_or_text(cells.get(value, ""))
    return values
