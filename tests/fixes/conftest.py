import csv
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

import pytest

from hffix.demo import Size
from hffix.demo.project import make_project
from hffix.model.change import Line, read_lines
from hffix.model.value import decode_value
from hffix.store.projects import find_project
from hffix.workflow.apply import apply
from hffix.workflow.approve import approve
from hffix.workflow.init_target import init_target
from hffix.workflow.plan import NO_TEXTS, Planned, plan
from hffix.workflow.setting import Setting

Cell = tuple[str, str, str]  # table, key, column


def written(value: object) -> str:
    return r"\N" if value is None else str(value)


@dataclass(frozen=True)
class Example:
    """The example's project with its database, on which the scripts are planned."""

    folder: Path

    def setting(self, person: str | None = None) -> Setting:
        project = find_project(self.folder)
        key = self.folder / "keys" / person if person else None
        return Setting(project=project, target=project.target(None), environment={}, host="here", sign_with=key)

    def plan(self, fix: str, *, trial: bool = False, params: Mapping[str, str] = NO_TEXTS) -> Planned:
        return plan(self.setting(), fix=fix, params=params, trial=trial)

    def apply(self, planned: Planned) -> None:
        """Let the leader and the auditor approve, and the operator apply."""
        for person in ("zhang.min", "chen.jing"):
            approve(self.setting(person), planned.change_set, confirm=lambda _: None)
        assert apply(self.setting("wang.qiang"), planned.change_set).problem is None

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(connect(self.folder / "fund.db")) as connection:
            return connection.execute(query).fetchall()

    def truth(self) -> tuple[dict[str, str], ...]:
        with (self.folder / "truth.csv").open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))

    def execute(self, statement: str, *values: str | int) -> None:
        with closing(connect(self.folder / "fund.db", isolation_level=None)) as connection:
            connection.execute(statement, values)


def lines_of(planned: Planned) -> tuple[Line, ...]:
    found = [line for block in planned.change_set.blocks() for line in read_lines(block)]
    assert not [line for line in found if isinstance(line, str)]
    return tuple(line for line in found if isinstance(line, Line))


def key_of(line: Line) -> str:
    return ",".join(written(decode_value(value)) for value in line.key.values())


def changed_cells(planned: Planned) -> dict[Cell, str]:
    """Every cell that a change set would change, with what it would hold."""
    return {
        (line.table, key_of(line), column): written(decode_value(value))
        for line in lines_of(planned)
        for column, value in (line.after or {}).items()
    }


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A tiny project, made once: planning changes nothing in its database."""
    return fresh_example(tmp_path_factory.mktemp("example"), "tiny")


@pytest.fixture
def own_example(tmp_path: Path) -> Example:
    """A tiny project whose database a test may change."""
    return fresh_example(tmp_path, "tiny")


def fresh_example(folder: Path, size: Size) -> Example:
    made = Example(folder)
    make_project(folder, size=size)
    init_target(made.setting("wang.qiang"))
    return made
