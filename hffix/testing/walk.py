"""A whole walk in a test: a project of its own with people and keys, a SQLite target, and the verbs one by one."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hffix.database.sqlite_made import change_database, read_database
from hffix.errors.project import BadTestData, NoProject
from hffix.model.policy import Purpose
from hffix.model.value import Raw
from hffix.store.changesets import ChangeSet
from hffix.store.files import write_once
from hffix.store.projects import Project, find_project, init_project
from hffix.testing.files import write_files
from hffix.testing.people import APPROVERS, AUTHOR, OPERATOR, PEOPLE, key_of, make_people
from hffix.testing.scripts import nearest_project
from hffix.testing.tables import make_tables
from hffix.testing.values import FileContent, Rows, as_text
from hffix.workflow import apply as applying
from hffix.workflow import approve as approving
from hffix.workflow import plan as planning
from hffix.workflow import rollback as taking_back
from hffix.workflow import verify as verifying
from hffix.workflow.apply import Applied
from hffix.workflow.init_target import init_target
from hffix.workflow.setting import Setting
from hffix.workflow.verify import Verified

DATABASE: Final = "target.db"
NO_FILES: Final[Mapping[str, FileContent]] = MappingProxyType({})
NO_KEYS: Final[Mapping[str, str | Sequence[str]]] = MappingProxyType({})
NO_PARAMS: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WalkTarget:
    """The database of a walk, as somebody sees and changes it who does not use hffix."""

    path: Path

    def rows(self, table: str) -> list[dict[str, Raw]]:
        """Give the rows of a table by its key, as plain Python values."""
        return read_database(self.path, table)

    def execute(self, statement: str, *values: object) -> int:
        """Change the database behind hffix's back; give the number of rows."""
        return change_database(self.path, statement, values=values)


@dataclass(frozen=True, slots=True)
class Walk:
    """A throwaway project: the scripts of the project under test, with other people and another database."""

    folder: Path

    @property
    def project(self) -> Project:
        """The project."""
        return find_project(self.folder)

    def setting(self, person: str) -> Setting:
        """Work as one of the people, with that one's key."""
        if person not in PEOPLE:
            raise BadTestData(f"nobody here is called {person}; there are {', '.join(PEOPLE)}")
        return Setting(
            project=self.project,
            target=self.project.target(None),
            environment={},
            host="test",
            sign_with=key_of(self.folder, person),
            person=person,
        )

    def target(
        self,
        tables: Mapping[str, Rows] | str,
        *,
        schema: str = "",
        keys: Mapping[str, str | Sequence[str]] = NO_KEYS,
    ) -> WalkTarget:
        """Make the database of the rows, or of a script of SQL, and give it its change log."""
        path = self.folder / DATABASE
        rows, texts = ({}, tables) if isinstance(tables, str) else (tables, schema)
        make_tables(path, rows, keys=keys, schema=texts)
        init_target(self.setting(OPERATOR))
        return WalkTarget(path)

    def plan(
        self,
        fix: str,
        *,
        files: Mapping[str, FileContent] = NO_FILES,
        params: Mapping[str, object] = NO_PARAMS,
        trial: bool = False,
    ) -> ChangeSet:
        """Plan a script by number or id as the author."""
        project = self.project
        for name, content in files.items():
            # A lookup that the scripts bring with them is replaced where it stands.
            beside = (project.fixes / name).is_file()
            write_files(project.fixes if beside else project.corrections, {name: content})
        texts = {name: as_text(value, place=f"param {name}") for name, value in params.items()}
        return planning.plan(self.setting(AUTHOR), fix=fix, params=texts, trial=trial).change_set

    def approve(self, change_set: ChangeSet, *people: str, purpose: Purpose | None = None) -> None:
        """Let people approve, both approvers where nobody is named."""
        for person in people or APPROVERS:
            approving.approve(self.setting(person), change_set, purpose=purpose, confirm=lambda _: None)

    def apply(self, change_set: ChangeSet) -> Applied:
        """Apply as the operator; raise what stopped the run."""
        applied = applying.apply(self.setting(OPERATOR), change_set)
        if applied.problem is not None:
            raise applied.problem
        return applied

    def verify(self, *, data: bool = True) -> Verified:
        """Look for every contradiction in the record, and compare the live rows."""
        return verifying.verify(self.setting(OPERATOR), data=data)

    def rollback(self, run: int) -> ChangeSet:
        """Make the change set that takes a run back; it is approved and applied like any other."""
        return taking_back.rollback(self.setting(AUTHOR), run).change_set


def open_walk(folder: Path, *, asked_by: Path | None) -> Walk:
    """Make the throwaway project, with the scripts and the masks of the nearest one."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        nearest = nearest_project(asked_by)
    except NoProject:
        nearest = None
    masks = nearest.masks if nearest else {}
    write_once(folder / "hffix.toml", _project(masks).encode())
    make_people(folder)
    init_project(folder)
    for path in sorted(nearest.fixes.iterdir()) if nearest and nearest.fixes.is_dir() else ():
        if path.is_file():
            shutil.copyfile(path, folder / "fixes" / path.name)
    return Walk(folder)


def _project(masks: Mapping[str, str]) -> str:
    columns = "".join(f"{json.dumps(place)} = {json.dumps(mask)}\n" for place, mask in masks.items())
    return f'default = "test"\n[targets.test]\nurl = "sqlite:///{DATABASE}"\n[columns]\n{columns}'
