"""What the receipts of a lineage tell of its change log, where the target itself is out of reach."""

from collections.abc import Iterator

from hffix.model.receipt import read_receipt
from hffix.model.record import Close, Found, Open, Record, convert_record
from hffix.store.projects import Project
from hffix.store.receipts import lineages_of, receipts


def found_record(project: Project, target_name: str) -> Found | None:
    """Give the record with which the newest lineage of a target began, or None where no receipt holds it."""
    for lineage in lineages_of(project, target_name)[:1]:
        return found_of(project, lineage)
    return None


def found_of(project: Project, lineage: str) -> Found | None:
    """Give the record with which a lineage began, or None where no receipt holds it."""
    return next((record for record in _records(project, lineage) if isinstance(record, Found)), None)


def close_of(project: Project, lineage: str, manifest: str) -> Close | None:
    """Give the record that closed the run of a change set, or None where no receipt holds it."""
    runs: set[int] = set()
    for record in _records(project, lineage):
        if isinstance(record, Open) and record.manifest == manifest:
            runs.add(record.run)
        elif isinstance(record, Close) and record.run in runs:
            return record
    return None


def _records(project: Project, lineage: str) -> Iterator[Record]:
    for signed in receipts(project, lineage):
        for body in read_receipt(signed.data).records:
            yield convert_record(body)
