from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.store.history import History, git_email, git_signing_key, history

SCRIPT = '"""Open dates."""\nfix = 1\na = 1\nb = 2\nc = 3\nd = 4\n'


@dataclass(frozen=True)
class Repository:
    """A real git repository."""

    folder: Path

    def git(self, *words: str, who: str = "li.wei@fund.example", committer: str | None = None) -> str:
        environment = {
            **os.environ,
            "GIT_AUTHOR_NAME": "x", "GIT_COMMITTER_NAME": "x",
            "GIT_AUTHOR_EMAIL": who, "GIT_COMMITTER_EMAIL": committer or who,
        }  # fmt: skip
        command = ["git", "-C", str(self.folder), *words]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def commit(self, name: str, text: str, *, who: str = "li.wei@fund.example", committer: str | None = None) -> Path:
        path = self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "x", who=who, committer=committer)
        return path


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "fund")
    made.folder.mkdir()
    made.git("init", "-q", "-b", "main")
    return made


def test_a_committed_script_has_its_commit_and_its_authors(repository: Repository) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT, who="li.wei@fund.example", committer="zhang.min@fund.example")
    assert history(path) == History(
        commit=repository.git("rev-parse", "HEAD"),
        authors=("li.wei@fund.example", "zhang.min@fund.example"),
        inside=True,
    )


def test_who_is_named_as_a_co_author_of_a_commit_is_an_author(repository: Repository) -> None:
    path = repository.write("fixes/0007.py", SCRIPT)
    repository.git("add", "--all")
    squashed = "Open dates\n\nCo-authored-by: 李娜 <li.na@fund.example>\nco-authored-by: Z <zhao@fund.example>\n"
    repository.git("commit", "-q", "-m", squashed)
    assert history(path).authors == ("li.na@fund.example", "li.wei@fund.example", "zhao@fund.example")


def test_who_wrote_a_file_that_the_script_uses_is_an_author(repository: Repository) -> None:
    repository.commit("fixes/banks.py", "x = 1\n", who="zhao@fund.example")
    repository.commit("fixes/other.py", "y = 1\n", who="sun@fund.example")
    path = repository.commit("fixes/0007.py", SCRIPT)
    assert history(path, beside=["banks.py"]).authors == ("li.wei@fund.example", "zhao@fund.example")


def test_later_commits_of_other_files_make_nobody_an_author(repository: Repository) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    repository.commit("README", "x", who="other@fund.example")
    assert history(path) == History(
        commit=repository.git("rev-parse", "HEAD"), authors=("li.wei@fund.example",), inside=True
    )


def test_authors_before_a_rename_are_authors(repository: Repository) -> None:
    repository.commit("fixes/0001_old.py", SCRIPT, who="first@fund.example")
    repository.git("mv", "fixes/0001_old.py", "fixes/0007.py")
    path = repository.commit("fixes/0007.py", SCRIPT + "e = 5\n", who="second@fund.example")
    assert history(path).authors == ("first@fund.example", "second@fund.example")


@pytest.mark.parametrize("stage", [True, False])
def test_a_script_that_was_changed_since_has_no_commit_but_its_authors(repository: Repository, stage: bool) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    repository.write("fixes/0007.py", SCRIPT + "\n")
    if stage:
        repository.git("add", "--all")
    assert history(path) == History(commit=None, authors=("li.wei@fund.example",), inside=True)


def test_a_change_that_git_was_told_to_overlook_is_seen(repository: Repository) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    repository.git("update-index", "--assume-unchanged", "fixes/0007.py")
    repository.write("fixes/0007.py", SCRIPT + "\n")
    assert history(path).commit is None


def test_a_new_script_has_neither_commit_nor_authors(repository: Repository) -> None:
    empty = repository.write("fixes/0006.py", SCRIPT)
    assert history(empty) == History(commit=None, authors=(), inside=True)
    repository.commit("README", "x")
    repository.git("rm", "-q", "--cached", "fixes/0006.py")
    repository.git("commit", "-q", "-m", "x")
    assert history(repository.write("fixes/0007.py", "new = 1\n")) == History(commit=None, authors=(), inside=True)


@pytest.mark.parametrize("settings", [("log.showRoot", "false"), ("log.mailmap", "true"), ("log.follow", "true")])
def test_a_setting_hides_no_author(repository: Repository, settings: tuple[str, str]) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    repository.commit(".mailmap", "Nobody <nobody@fund.example> <li.wei@fund.example>\n", who="li.wei@fund.example")
    repository.git("config", *settings)
    assert history(path).authors == ("li.wei@fund.example",)


def test_a_replaced_or_grafted_commit_hides_no_author(repository: Repository) -> None:
    repository.commit("fixes/0007.py", SCRIPT, who="first@fund.example")
    first = repository.git("rev-parse", "HEAD")
    path = repository.commit("fixes/0007.py", SCRIPT + "e = 5\n", who="second@fund.example")
    head = repository.git("rev-parse", "HEAD")
    orphan = repository.git("commit-tree", "-m", "x", "HEAD^{tree}", who="third@fund.example")
    repository.git("replace", head, orphan)
    (repository.folder / ".git" / "info").mkdir(exist_ok=True)
    (repository.folder / ".git" / "info" / "grafts").write_text(f"{head}\n")
    assert first != head
    assert history(path).authors == ("first@fund.example", "second@fund.example")


def test_who_only_merges_is_no_author_and_who_writes_within_a_merge_is(repository: Repository) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    for who, edit in (("clean@fund.example", None), ("evil@fund.example", SCRIPT.replace("c = 3", "c = 33"))):
        repository.git("checkout", "-q", "-b", who)
        repository.commit("fixes/0007.py", path.read_text() + "e = 5\n")
        repository.git("checkout", "-q", "main")
        repository.commit("README", who, who="reader@fund.example")
        repository.git("merge", "-q", "--no-ff", "--no-commit", who, who=who)
        if edit:
            repository.write("fixes/0007.py", edit)
            repository.git("add", "--all")
        repository.git("commit", "-q", "-m", "merge", who=who)
    assert history(path).authors == ("evil@fund.example", "li.wei@fund.example")


def test_variables_of_a_hook_point_to_no_other_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    told = history(path)
    other = Repository(tmp_path / "other")
    other.folder.mkdir()
    other.git("init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    assert history(path) == told
    assert told.commit is not None


def test_a_name_that_git_would_read_as_a_pattern_is_a_name(repository: Repository) -> None:
    repository.commit("fixes/00.py", SCRIPT, who="other@fund.example")
    path = repository.commit("fixes/0*.py", "x = 1\n")
    assert history(path).authors == ("li.wei@fund.example",)


def test_outside_git_there_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "0007.py"
    path.write_text(SCRIPT)
    assert history(path) == History(commit=None, authors=(), inside=False)


def test_without_git_there_is_no_history(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repository.commit("fixes/0007.py", SCRIPT)
    monkeypatch.setenv("PATH", "/nowhere")
    assert shutil.which("git") is None
    assert history(path) == History(commit=None, authors=(), inside=False)
    assert git_email(repository.folder) is git_signing_key(repository.folder) is None


def test_settings_of_git_are_those_that_hold_in_the_folder(repository: Repository, tmp_path: Path) -> None:
    assert git_email(repository.folder) is git_signing_key(repository.folder) is None
    repository.git("config", "user.email", "wang.qiang@fund.example")
    repository.git("config", "user.signingkey", "~/.ssh/id_ed25519.pub")
    assert git_email(repository.folder) == "wang.qiang@fund.example"
    assert git_signing_key(repository.folder) == "~/.ssh/id_ed25519.pub"
    assert git_email(tmp_path) is None
