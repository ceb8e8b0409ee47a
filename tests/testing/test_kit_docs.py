"""Every file that the documents of the kit show is written into a project, and its tests are run by plain pytest."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import hffix.testing
from hffix.authoring.loading import find_script, load
from hffix.testing import plugin
from hffix.testing.walk import Walk

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = re.compile(r"^`([\w./]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TESTS = {"how-to/test-a-fix.md": 6, "reference/testing.md": 3}


def files_of(name: str) -> Mapping[str, str]:
    """Give the files that a page shows; what it shows of one file in several pieces belongs together."""
    files: dict[str, str] = {}
    for path, text in SHOWN.findall((DOCS / name).read_text(encoding="utf-8")):
        files[path] = files[path] + "\n\n" + text if path in files else text
    return files


def write_project(folder: Path, name: str) -> None:
    for path, text in {"hffix.toml": "[targets]\n", **files_of(name)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", TESTS)
def test_every_test_of_a_page_passes(tmp_path: Path, name: str) -> None:
    write_project(tmp_path, name)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1].split(" in ")[0] == f"{TESTS[name]} passed", done.stdout


@pytest.mark.parametrize("name", TESTS)
def test_every_python_of_a_page_belongs_to_a_file(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8").count("```python") == len(
        [path for path, _ in SHOWN.findall((DOCS / name).read_text(encoding="utf-8")) if path.endswith(".py")]
    )


def test_the_fix_of_the_how_to_keeps_its_promise_in_mypy_s_eyes_too(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    write_project(tmp_path, "how-to/test-a-fix.md")
    cache = Path(__file__).parents[2] / ".build" / "mypy-scripts"
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={cache}",
        "fixes/0007_lent_on.py",
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Success: no issues found in 1 source file\n"


def test_the_reference_names_everything_that_the_kit_offers() -> None:
    text = (DOCS / "reference" / "testing.md").read_text(encoding="utf-8")
    fixtures = [name for name in vars(plugin) if name.startswith("hffix_")]
    assert len(fixtures) == 7
    assert [name for name in (*fixtures, *hffix.testing.__all__) if name not in text] == []
    verbs = {name for name in vars(Walk) if not name.startswith("_")} - {"folder", "project", "setting"}
    assert {f"hffix_{verb}" for verb in verbs} == {*fixtures} - {"hffix_project"}


def test_the_scripts_of_the_pages_are_held_to_the_rules_of_a_fix(tmp_path: Path) -> None:
    for name in TESTS:
        write_project(tmp_path / name, name)
    numbers = zip(TESTS, ("7", "1"), strict=True)
    titles = [load(find_script(tmp_path / name / "fixes", number)).title for name, number in numbers]
    assert titles == ["Lending days as YYYY-MM-DD", "Booking days as YYYY-MM-DD"]
