"""Acts: what the database itself does to the tables that a change set writes, as they were when it was planned."""

from hffix.errors.changesets import RowsMissing
from hffix.model.acts import Act, acts_of
from hffix.store.changesets import ChangeSet


def acts_in(change_set: ChangeSet) -> tuple[Act, ...] | None:
    """Read them from the change set's schema, which its manifest binds; None where only the manifest is here."""
    try:
        described = change_set.schema()
    except RowsMissing:
        return None
    tables = ((name, described.get(name)) for name in change_set.manifest.counts.tables)
    return tuple(act for name, table in tables if isinstance(table, dict) for act in acts_of(name, table))
