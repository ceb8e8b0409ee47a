import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.demo import digest
from hffix.demo.folder import CACHE
from hffix.demo.project import make_project
from hffix.demo.walk import TAMPER, walk, way_in
from hffix.reports.widths import cells

COMMANDS = (
    *("init-target", "plan", "show", "approve", "apply", "status", "trace", "verify"),
    *("rollback", "approve", "apply", "verify"),
)
COLUMNS = 100


@dataclass(frozen=True)
class Walked:
    folder: Path
    status: int
    said: tuple[str, ...]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    folder = tmp_path_factory.mktemp("walk")
    make_project(folder, size="tiny")
    said: list[str] = []
    status = walk(folder, say=said.append)
    return Walked(folder, status, tuple(said))


def steps_of(said: tuple[str, ...]) -> tuple[str, ...]:
    """The commands that were printed as a person types them."""
    lines = (line for part in said for line in part.splitlines())
    return tuple(line.split()[2] for line in lines if line.startswith("$ hffix "))


def hffix(folder: Path, *words: str) -> int:
    program = [sys.executable, "-m", "hffix.cli.main", *words]
    return subprocess.run(program, cwd=folder, capture_output=True, timeout=60, check=False).returncode


def test_the_walk_comes_to_its_end_by_every_step(walked: Walked) -> None:
    assert (walked.status, steps_of(walked.said)) == (0, COMMANDS)


def test_every_step_is_followed_by_what_the_command_answered(walked: Walked) -> None:
    answers = [answer for step, answer in zip(walked.said, walked.said[1:], strict=False) if "\n$ hffix " in step]
    assert len(answers) == len(COMMANDS)
    assert [answer for answer in answers if not answer.strip() or "\n$ hffix " in answer] == []


def test_the_traced_cell_shows_what_was_mended_and_on_whose_word(walked: Walked) -> None:
    traced = next(answer for step, answer in zip(walked.said, walked.said[1:], strict=False) if "$ hffix trace" in step)
    assert [word for word in ("民国", "zhang.min", "wang.qiang", "DQ-2024-017") if word not in traced] == []


def test_no_line_is_wider_than_a_hundred_columns(walked: Walked) -> None:
    lines = [line for part in walked.said for line in part.splitlines() if str(walked.folder) not in line]
    assert [line for line in lines if cells(line) > COLUMNS] == []


def test_after_the_walk_every_value_is_what_it_was_before(walked: Walked) -> None:
    generated = next((walked.folder / CACHE).glob("*.db"))
    assert digest(walked.folder / "fund.db") == digest(generated)


def test_every_command_that_is_proposed_next_can_be_given(walked: Walked) -> None:
    lines = (line.strip().partition("   ")[0].split() for line in walked.said[-1].splitlines())
    proposed = [tuple(words[1:]) for words in lines if words[:1] == ["hffix"]]
    assert [words[0] for words in proposed] == ["list", "plan", "plan", "show", "verify"]
    assert [hffix(walked.folder, *words) for words in proposed[:-1]] == [0, 0, 0, 0]


def test_the_last_words_begin_with_what_makes_hffix_known_to_the_shell(walked: Walked) -> None:
    first = next(line.strip() for line in walked.said[-1].splitlines() if line.startswith("  "))
    environment = {"PATH": "/usr/bin:/bin"}
    command = ["bash", "-c", f"{way_in(walked.folder)} && command -v hffix && pwd"]
    assert first == way_in(walked.folder)
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert [Path(line).resolve() for line in shown[1:]] == [walked.folder.resolve()]
    assert Path(shown[0]).resolve().parent == Path(sys.executable).parent.resolve()


def test_the_record_is_whole_until_it_is_tampered_with_as_the_walk_proposes(walked: Walked) -> None:
    assert TAMPER in walked.said[-1]
    whole = hffix(walked.folder, "verify")
    with closing(sqlite3.connect(walked.folder / "fund.db")) as connection:
        connection.executescript(TAMPER)
    assert (whole, hffix(walked.folder, "verify")) == (0, 6)


def test_a_step_that_fails_ends_the_walk_and_is_named(tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny")
    (tmp_path / "fixes" / "0001_date_format.py").unlink()
    said: list[str] = []
    assert walk(tmp_path, say=said.append) != 0
    assert steps_of(tuple(said)) == ("init-target", "plan")
    assert "step 2 ended with exit status" in said[-1]
