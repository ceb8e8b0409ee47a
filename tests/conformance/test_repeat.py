"""A plan that is made twice: on one state of the database, or with a word for rows that changed in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.database import Snapshot
from hffix.errors.fixes import NotRepeatable, PlanOvertaken
from hffix.workflow.plan import Second, plan
from hffix.workflow.repeat import Repeated
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.conformance.pets import PERSONS, make_persons
from tests.workflow.office import Office

FIX = '''\
"""Names with a mark."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("person", writes="name", at_most=100)
def marked(name: object) -> str:
    """Put a mark behind the name."""
    return f"{name}!"
'''
UNSTABLE = FIX.replace('f"{name}!"', 'next(iter({f"{name}{n}" for n in range(1000)}))')


@dataclass(frozen=True)
class Overtaken:
    """A repeat in which somebody writes between the two snapshots."""

    repeated: Repeated
    database: Database

    @contextmanager
    def beside(self) -> Iterator[Second]:
        with self.repeated.beside() as second:
            yield _Late(second, self.database)


@dataclass(frozen=True)
class _Late:
    second: Second
    database: Database

    def begin(self, snapshot: Snapshot, *, seed: bytes) -> Snapshot:
        assert snapshot.single("SELECT count(*) FROM person") == PERSONS
        self.database.run("UPDATE person SET name = 'newer' WHERE id = 1", "DELETE FROM person WHERE id = 2")
        return self.second.begin(snapshot, seed=seed)

    def compare(self, root: str, unresolved: str) -> None:
        self.second.compare(root, unresolved)


def repeated(office: Office) -> Repeated:
    return Repeated(setting=office.setting(), fix="1", params={})


def test_a_writer_between_the_snapshots_is_not_taken_for_a_fix_that_cannot_be_repeated(
    database: Database, tmp_path: Path
) -> None:
    make_persons(database)
    office = open_office(database, tmp_path / "office", fixes={"0001_marked": FIX})
    overtaken = Overtaken(repeated(office), database)

    if database.engine.name == "postgresql":
        planned = plan(office.setting(), fix="1", repeat=overtaken)
        assert planned.change_set.manifest.counts.changed == PERSONS
    else:
        with pytest.raises(PlanOvertaken):
            plan(office.setting(), fix="1", repeat=overtaken)


def test_a_fix_that_gives_other_rows_in_another_process_is_refused(database: Database, tmp_path: Path) -> None:
    make_persons(database)
    office = open_office(database, tmp_path / "office", fixes={"0001_marked": UNSTABLE})

    with pytest.raises(NotRepeatable):
        plan(office.setting(), fix="1", repeat=repeated(office))
