"""What a branch proposes is read from git as its last commit holds it, whatever lies in the folder."""

import os
import subprocess
from pathlib import Path

import pytest

from hffix.errors.project import NoBranch
from hffix.store import branch


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder of a repository, with a base and a branch that leaves it."""
    folder = tmp_path / "repository/project"
    (folder / "fixes").mkdir(parents=True)
    git(folder.parent, "init", "-q", "-b", "main")
    commit(folder, "fixes/0001_old.py", "old")
    commit(folder, "fixes/0002_gone.py", "gone")
    git(folder, "switch", "-q", "-c", "proposal")
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
    subprocess.run(["git", *who, *words], cwd=folder, env=environment, check=True, capture_output=True)


def commit(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-f", name)
    git(folder, "commit", "-q", "-m", name)


def test_what_a_branch_adds_or_changes_is_proposed_and_what_its_base_did_since_is_not(project: Path) -> None:
    commit(project, "fixes/0003_new.py", "new")
    commit(project, "fixes/0001_old.py", "older")
    git(project, "rm", "-q", "fixes/0002_gone.py")
    git(project, "commit", "-q", "-m", "gone")
    git(project, "switch", "-q", "main")
    commit(project, "fixes/0004_of_others.py", "theirs")
    git(project, "switch", "-q", "proposal")
    found = branch.proposed(project, base="main")
    assert {str(file.path): file.data for file in found} == {
        "fixes/0001_old.py": b"older",
        "fixes/0003_new.py": b"new",
    }
    assert branch.scripts_of(found) == ("0001_old", "0003_new")


def test_files_are_given_as_git_holds_them(project: Path) -> None:
    commit(project, "fixes/0003_new.py", "kept")
    (project / "fixes/0003_new.py").write_text("not kept")
    (file,) = branch.proposed(project, base="main")
    assert file.data == b"kept"


def test_names_with_blanks_line_ends_and_han_are_names(project: Path) -> None:
    commit(project, "fixes/a b\nc 修复.csv", "x")
    (file,) = branch.proposed(project, base="main")
    assert file.path.name == "a b\nc 修复.csv"


def test_only_the_project_s_own_files_are_looked_at(project: Path) -> None:
    commit(project.parent, "elsewhere.db", "x")
    assert branch.proposed(project, base="main") == ()


def test_staged_files_are_those_of_the_next_commit(project: Path) -> None:
    (project / "fixes/0003_new.py").write_text("staged")
    git(project, "add", "fixes/0003_new.py")
    (project / "fixes/0003_new.py").write_text("changed since")
    assert [file.data for file in branch.staged(project)] == [b"staged"]


@pytest.mark.parametrize("base", ["no-such-branch", "--output=x", ""])
def test_a_base_that_git_does_not_know_is_refused(project: Path, base: str) -> None:
    with pytest.raises(NoBranch):
        branch.proposed(project, base=base)


def test_outside_git_nothing_is_proposed(tmp_path: Path) -> None:
    with pytest.raises(NoBranch):
        branch.staged(tmp_path)


def test_scripts_are_named_as_fixes_are_and_lie_where_they_do(project: Path) -> None:
    (project / "fixes/more").mkdir()
    for name in ("fixes/helper.py", "fixes/more/0005_deep.py", "fixes/0006_x.csv", "fixes/0007_ok.py"):
        commit(project, name, "x")
    assert branch.scripts_of(branch.proposed(project, base="main")) == ("0007_ok",)
