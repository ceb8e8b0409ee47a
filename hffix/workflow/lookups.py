"""Lookups: mappings from a table or a file that functions take by name, and the proof that they are still the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hffix.authoring.contracts import Contract
from hffix.authoring.declared import DeclaredLookup
from hffix.authoring.loading import Script
from hffix.database import Snapshot
from hffix.errors.applying import LookupChanged
from hffix.errors.fixes import BadLookup, UnknownColumn
from hffix.model import canonical
from hffix.model.scope import Lookup
from hffix.model.value import encode_value
from hffix.sheets.lookups import read_lookup
from hffix.store.files import read
from hffix.store.projects import Project

MOST_ENTRIES: Final = 100_000
_ANYTHING: Final = Contract(frozenset(), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundLookup:
    """A lookup read: the mapping that functions see, and the facts that the manifest states."""

    values: Mapping[object, object]
    facts: Lookup


def bind_lookups(project: Project, script: Script, snapshot: Snapshot) -> dict[str, BoundLookup]:
    """Read every lookup of a fix."""
    return {name: _bind(project, script, snapshot, declared) for name, declared in script.fix.lookups.items()}


def _bind(project: Project, script: Script, snapshot: Snapshot, declared: DeclaredLookup) -> BoundLookup:
    place = f"{script.path.name}, line {declared.line}: lookup {declared.name}"
    if declared.file is not None:
        file = read_lookup(
            _file_of(project, script, declared.file, place=place), key=declared.key, value=declared.value
        )
        facts = Lookup(digest=file.digest, file=file.name, table=None, key=declared.key, value=declared.value)
        values: dict[object, object] = dict(file.values.items())
        return BoundLookup(values=MappingProxyType(values), facts=facts)
    facts = Lookup(digest="", file=None, table=declared.table, key=declared.key, value=declared.value)
    found, digest = _read_table(snapshot, facts, place=place)
    facts = Lookup(digest=digest, file=None, table=declared.table, key=declared.key, value=declared.value)
    return BoundLookup(values=MappingProxyType(found), facts=facts)


def _file_of(project: Project, script: Script, name: str, *, place: str) -> Path:
    """Find a file beside the script, where git keeps it, or else in corrections/, where git does not."""
    found = [folder / name for folder in (script.path.parent, project.corrections) if (folder / name).is_file()]
    if len(found) != 1:
        where = f"beside the script and in {project.corrections.name}/"
        raise BadLookup(f"{place}: {name} stands {'both ' if found else 'neither '}{where}")
    return found[0]


def _read_table(snapshot: Snapshot, facts: Lookup, *, place: str) -> tuple[dict[object, object], str]:
    """Read two columns of a table whole; refuse a key that is NULL or stands there twice."""
    table = snapshot.table(str(facts.table))
    columns = (str(facts.key), str(facts.value))
    for column in columns:
        if table.column(column) is None:
            raise UnknownColumn(f"{place}: {column} is no column of {table.name}")
    values: dict[object, object] = {}
    listed: list[bytes] = []
    rows = (row[-2:] for page in snapshot.scan(table, columns=columns) for row in page)
    for key, value in islice(rows, MOST_ENTRIES + 1):
        known = _ANYTHING.read(key)
        if key is None or known in values:
            raise BadLookup(f"{place}: {table.name}.{columns[0]} {'holds NULL' if key is None else 'is not unique'}")
        values[known] = _ANYTHING.read(value)
        listed.append(canonical.encode([encode_value(key), encode_value(value)]))
    if len(values) > MOST_ENTRIES:
        raise BadLookup(f"{place}: {table.name} has more than {MOST_ENTRIES:,} rows")
    return values, canonical.digest(b"[" + b",".join(sorted(listed)) + b"]")


def refuse_changed_lookups(project: Project, snapshot: Snapshot, lookups: Mapping[str, Lookup]) -> None:
    """Refuse to write by a lookup that is not what it was at plan; a file that is not on this machine is not asked."""
    for name, facts in lookups.items():
        if facts.table is not None:
            _, digest = _read_table(snapshot, facts, place=f"lookup {name}")
            digests = {digest}
        elif facts.key is not None:
            paths = (folder / str(facts.file) for folder in (project.fixes, project.corrections))
            digests = {canonical.digest(read(path)) for path in paths if path.is_file()}
        else:
            continue
        if digests - {facts.digest}:
            raise LookupChanged(f"the lookup {name} is not what it was when the change set was planned")
