"""A desk to plan at: an office whose database holds two tables of every trouble, and fixes written on the spot."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

import pytest

from hffix.errors import HffixError
from hffix.model.change import Cells, Line, read_lines
from hffix.store.changesets import ChangeSet
from hffix.workflow.plan import NO_TEXTS, Planned, Repeat, plan
from tests.workflow.office import Office, open_office

# Four lines: what a test writes below them begins at line 5.
HEAD = '''"""Title."""
from decimal import Decimal
from hffix import Case, Fix, Unresolved, cleaners
fix = Fix(author="li.wei")
'''
NAME = "0009_x"

TABLES = """
CREATE TABLE t (
    id INTEGER PRIMARY KEY, day TEXT, amount NUMERIC, state TEXT, raw, year TEXT AS (substr(day, 1, 4))
);
CREATE TABLE part (loan TEXT, no INTEGER, note TEXT, PRIMARY KEY (loan, no));
INSERT INTO t VALUES
    (1, '2024/3/5', 1000, '01', 'x'), (2, '2024-03-06', '1,200.00', '01', CAST(x'b0a1' AS TEXT)),
    (3, '2024-02-30', 12.5, '02', x'b0a1'), (4, NULL, NULL, '02', 5), (5, '2024/3/5', 7, NULL, NULL);
INSERT INTO part VALUES ('B', 1, 'x'), ('a', 10, ' y '), ('a', 9, ' z '), ('A', 2, 'w ');
"""


@dataclass(frozen=True)
class Desk:
    """An office to plan in."""

    office: Office

    def write(self, text: str, **helpers: str) -> None:
        self.office.write_fix(NAME, HEAD + text)
        for name, helper in helpers.items():
            self.office.write_fix(name, helper)

    def send(self, text: str | bytes, *, name: str = "banks.csv") -> None:
        """Put a corrections file where fixes look for it."""
        path = self.office.project.corrections / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def planned(
        self, text: str, *, trial: bool = False, repeat: Repeat | None = None, params: Mapping[str, str] = NO_TEXTS
    ) -> Planned:
        self.write(text)
        return plan(self.office.setting(), fix="9", params=params, trial=trial, repeat=repeat)

    def plan(self, text: str, *, trial: bool = False, params: Mapping[str, str] = NO_TEXTS) -> ChangeSet:
        return self.planned(text, trial=trial, params=params).change_set

    def lines(self, text: str, *, params: Mapping[str, str] = NO_TEXTS) -> list[Line]:
        return lines_of(self.plan(text, params=params))

    def after(self, text: str) -> dict[object, Cells | None]:
        """Plan, and give what each row of a one-column key will hold."""
        return {next(iter(plain(line.key).values())): line.after for line in self.lines(text)}

    def declined(self, text: str) -> dict[object, str]:
        """Plan, and give the reason of each unresolved row."""
        return {next(iter(plain(line.key).values())): line.reason for line in self.plan(text).unresolved()}

    def refused(
        self, text: str, *, trial: bool = False, repeat: Repeat | None = None, params: Mapping[str, str] = NO_TEXTS
    ) -> HffixError:
        """Plan what cannot be planned, and see that nothing at all was written."""
        self.write(text)
        return self.refused_as_it_is(trial=trial, repeat=repeat, params=params)

    def refused_as_it_is(
        self, *, trial: bool = False, repeat: Repeat | None = None, params: Mapping[str, str] = NO_TEXTS
    ) -> HffixError:
        before = self.everything()
        with pytest.raises(HffixError) as refused:
            plan(self.office.setting(), fix="9", params=params, trial=trial, repeat=repeat)
        assert self.everything() == before
        return refused.value

    def everything(self) -> dict[str, str]:
        """Give the digest of every file of the office, but for SQLite's index of its WAL; folders are named too."""
        return {
            str(path.relative_to(self.office.folder)): digest(path)
            for path in sorted(self.office.folder.rglob("*"))
            if not path.name.endswith(("-shm", "-wal")) and path.name != "changesets"
        }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def desk_at(folder: Path, *, tables: str = TABLES, journal: str = "delete") -> Desk:
    office = open_office(folder / "office", fixes={}, journal=journal)
    with closing(connect(office.database)) as outsider:
        outsider.executescript(tables)
    return Desk(office)


def lines_of(change_set: ChangeSet) -> list[Line]:
    change_set.verify()
    lines = read_lines([line for block in change_set.blocks() for line in block])
    assert all(isinstance(line, Line) for line in lines)
    return [line for line in lines if isinstance(line, Line)]


def plain(cells: Mapping[str, object]) -> dict[str, object]:
    """Give cells without their tags, to be read by a person."""
    return {name: next(iter(value.values())) if isinstance(value, dict) else value for name, value in cells.items()}


def told(lines: list[Line]) -> list[tuple[str, str, dict[str, object]]]:
    """Give table, kind and key of lines, in their order."""
    return [(line.table, line.kind, plain(line.key)) for line in lines]
