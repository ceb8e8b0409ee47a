"""Schemas at work: the tables must be what was planned on, when a run opens and in each of its chunks."""

from collections.abc import Mapping

from hffix.database import Session
from hffix.errors.targets import SchemaChanged
from hffix.model.schema import Table, digest_of
from hffix.store.changesets import ChangeSet


def check_schema(session: Session, change_set: ChangeSet) -> dict[str, Table]:
    """Describe the tables again; refuse, naming what differs, where one is not what was planned on."""
    tables: dict[str, Table] = {}
    for name, digest in change_set.manifest.schema.items():
        tables[name] = session.table(name)
        if tables[name].digest != digest:
            raise SchemaChanged(f"table {name} changed since the plan: {_differences(change_set, tables[name])}")
    return tables


def _differences(change_set: ChangeSet, table: Table) -> str:
    from deepdiff import DeepDiff

    found = DeepDiff(change_set.schema().get(table.name, {}), table.describe(), ignore_order=True, view="tree")
    places = sorted({str(item.path(output_format="list")[:2]) for items in found.values() for item in items})
    return ", ".join(places) or "its description"


def schema_now(session: Session, tables: Mapping[str, Table], planned: Mapping[str, str]) -> str:
    """Give the digest of the tables as they are at this moment; refuse a drift between two chunks."""
    digests = {name: session.table(name).digest for name in tables}
    for name, digest in digests.items():
        if digest != planned[name]:
            raise SchemaChanged(f"table {name} changed while the run was going")
    return digest_of(digests)
