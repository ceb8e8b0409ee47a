from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hffix.cli.main import main
from hffix.workflow.failpoints import failpoints

PEOPLE = ("zhang.min", "wang.qiang", "li.wei")
ROWS = 1_000
UNDATED = 10
POLICY = """\
valid_days = 30
[people]
"zhang.min" = { name = "张敏", roles = ["leader"] }
"wang.qiang" = { roles = ["operator"] }
"li.wei" = { roles = ["author"] }
[[require]]
approvals = 1
roles = ["leader"]
"""
PROJECT = """\
default = "main"
[targets.main]
url = "sqlite:///fund.db"
[targets.city-a]
url = "sqlite:///city-a.db"
[targets.city-b]
url = "sqlite:///city-b.db"
[columns]
"person.name" = "first"
[apply]
chunk_rows = 100
"""
FIX = '''"""Dates as YYYY-MM-DD.

Imports kept their own format.
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-1", risk="low")
fix.clean("person", "opened_on", cleaners.date, at_most=10_000)
'''


@dataclass(frozen=True)
class Shown:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def first(self) -> str:
        return self.out.splitlines()[0]

    @property
    def last(self) -> str:
        return (self.out + self.err).rstrip().splitlines()[-1]

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object of the last line of stdout."""
        value = json.loads(self.out.splitlines()[-1])
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True)
class Desk:
    """A project and its people, with the program at hand."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Shown:
        """Give a command in this process."""
        self.capsys.readouterr()
        status = main(words)
        told = self.capsys.readouterr()
        return Shown(status, told.out, told.err)

    def done(self, *words: str) -> Shown:
        """Give a command that must end well."""
        shown = self(*words)
        assert shown.status == 0, shown
        return shown

    def apart(self, *words: str, **environment: str) -> Shown:
        """Give a command in a process of its own."""
        program = [sys.executable, "-m", "hffix.cli.main", *words]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **environment}
        ended = subprocess.run(program, cwd=self.folder, env=clean, capture_output=True, text=True, check=False)
        return Shown(ended.returncode, ended.stdout, ended.stderr)

    def planned(self, *words: str) -> str:
        """Plan the fix on a target with a change log, and name the change set."""
        self.done("init-target", *by("wang.qiang"))
        return str(self.done("plan", "1", "--json", *words).told["change_set"])

    def approved(self) -> str:
        """Plan and approve."""
        change_set = self.planned()
        self.done("approve", change_set, "--no-input", *by("zhang.min"))
        return change_set

    def applied(self) -> tuple[str, int]:
        """Plan, approve and apply; name the change set and the run."""
        change_set = self.approved()
        return change_set, self.done("apply", change_set, "--json", *by("wang.qiang")).told["run"]

    def database(self, name: str = "fund.db") -> sqlite3.Connection:
        return sqlite3.connect(self.folder / name, isolation_level=None)


def by(person: str) -> tuple[str, str]:
    """Sign with somebody's key."""
    return "--sign-with", f"keys/{person}"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for person in PEOPLE:
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(folder / person))
        subprocess.run(words, check=True)
    return folder


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A folder without a project; nothing of this machine's settings is seen."""
    for name in ("SSH_AUTH_SOCK", "HFFIX_LANG", "HFFIX_FAILPOINT", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(failpoints, "on_reach", None)
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


@pytest.fixture
def desk(empty: Desk, keys: Path) -> Desk:
    """A project with three people, a fix, and a database of a thousand rows."""
    empty.done("init")
    shutil.copytree(keys, empty.folder / "keys")
    signers = (f'{p} namespaces="hffix" {_public(keys / f"{p}.pub")}\n' for p in PEOPLE)
    for name, text in {
        "approvals/allowed_signers": "".join(signers),
        "approvals/policy.toml": POLICY,
        "hffix.toml": PROJECT,
        "fixes/0001_dates.py": FIX,
    }.items():
        (empty.folder / name).write_text(text, encoding="utf-8")
    for name in ("fund.db", "city-a.db", "city-b.db"):
        _fill(empty.folder / name)
    return empty


def _public(path: Path) -> str:
    return " ".join(path.read_text().split()[:2])


def _fill(path: Path) -> None:
    rows = ((no, f"张{no}", "2024-02-30" if no <= UNDATED else f"2011/3/{no % 28 + 1}") for no in range(1, ROWS + 1))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE person (no INTEGER PRIMARY KEY, name TEXT, opened_on VARCHAR(40))")
    connection.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
