from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from hffix.model import canonical
from hffix.model.manifest import PART_LINES, Counts, FixFacts, Manifest, Place, TableCounts, TargetFacts
from hffix.model.scope import Scope
from hffix.store.changesets import ChangeSet, Sums, draft
from hffix.store.projects import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIBED: dict[str, dict[str, object]] = {"person": {"key": ["person_no"], "columns": {"phone": {"type": "TEXT"}}}}


def manifest_of(sums: Sums, *, title: str = "Phones") -> Manifest:
    digest = canonical.digest(canonical.encode(DESCRIBED["person"]))
    unresolved = sums.unresolved.leaves
    rows = {"unchanged": 0, "unresolved": unresolved, "inserts": 0, "deletes": 0, "asks": 0, "rare": 0}
    return Manifest(
        format="hffix-changeset/1",
        fix=FixFacts(
            id="0001_phones", title=title, reason="", author="li.wei", authors=("li.wei",), commit=None, ticket=None,
            risk="low", files={}, on_conflict="stop", params={}, after=(),
        ),
        target=TargetFacts(name="main", lineage="1" * 32, dialect="sqlite"),
        chain=Place(number=1, head="2" * 64),
        schema={"person": digest},
        scope=(
            Scope(
                table="person", kind="rows", reads=("a",), writes=("a",), where=None, unguarded=(), to_null=False,
                at_most=10**6, function="f",
            ),
        ),
        side_effects=(), requires=(), ensures=(), snapshot="2024-03-05T10:30:00Z",
        counts=Counts(
            scanned=sums.leaves + unresolved, changed=sums.leaves, updates=sums.leaves, shapes=(), reasons={},
            tables={"person": TableCounts(updates=sums.leaves, inserts=0, deletes=0, columns={"a": sums.leaves})},
            **rows,
        ),
        keeps=(), lookups={}, root=sums.root, leaves=sums.leaves, parts=sums.parts, unresolved=sums.unresolved,
        irreversible=None, trial=None, struck=None, parent=None, reverts=None, planner="li.wei", versions={},
    )  # fmt: skip


def project_in(folder: Path) -> Project:
    return Project(folder=folder, targets={}, default=None, masks={})


@dataclass(frozen=True)
class Planner:
    """Writes real change sets into a project."""

    project: Project
    described = DESCRIBED

    def manifest(self, sums: Sums, *, title: str = "Phones") -> Manifest:
        return manifest_of(sums, title=title)

    def plan(self, lines: Sequence[bytes], *, unresolved: Sequence[bytes] = (), title: str = "Phones") -> ChangeSet:
        with draft(self.project.changesets) as begun:
            begun.add(lines)
            begun.add_unresolved(unresolved)
            manifest = self.manifest(begun.sums, title=title)
            return begun.finish(manifest, schema=DESCRIBED, approvals=self.project.approvals)

    def rows(self, change_set: ChangeSet) -> Path:
        """The folder of its rows."""
        return self.project.changesets / change_set.id

    def names(self) -> list[str]:
        """Everything that stands in the project."""
        return sorted(str(path.relative_to(self.project.folder)) for path in self.project.folder.rglob("*"))

    def edited(self, change_set: ChangeSet) -> bytes:
        """The manifest's bytes with another planner."""
        return msgspec.structs.replace(change_set.manifest, planner="somebody").to_bytes()


@pytest.fixture
def planner(tmp_path: Path) -> Planner:
    return Planner(project_in(tmp_path))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_in(tmp_path)


@pytest.fixture(scope="session")
def many() -> list[bytes]:
    """Lines of one full part and a beginning of the next."""
    form = b'["%032x","person","update",{"no":{"int":"%d"}},{"a":"1"},{"a":"2"},null,null]'
    return [form % (number, number) for number in range(PART_LINES + 3000)]


@pytest.fixture
def of_two_parts(planner: Planner, many: list[bytes]) -> ChangeSet:
    return planner.plan(many, unresolved=[b'["%032x","person",{"no":{"int":"1"}},"no date",null]' % 0])
