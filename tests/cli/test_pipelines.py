"""The pipelines that init writes are valid for their hosts, and each command in them runs in a bare clone."""

import json
import os
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from hffix.store.templates_ci import HOOK_FILE, PIPELINES, Host
from tests.cli.conftest import FIX, Desk
from tests.cli.test_cli_ci import SECOND, git, propose

# Gitea reads the workflows of GitHub.
SCHEMAS = {"github": "github-workflows", "gitea": "github-workflows", "gitlab": "gitlab-ci"}
HOSTS: tuple[Host, ...] = ("github", "gitlab", "gitea")
# What the hosts themselves set.
OF_THE_HOST = {
    "BASE": "origin/main",
    "HFFIX_TARGET": "main",
    "GH_TOKEN": "t",
    "PULL": "7",
    "TOKEN": "t",
    "HFFIX_TOKEN": "t",
    "COMMENTS": "http://127.0.0.1:9/api/v1/repos/o/r/issues/7/comments",
    "NOTES": "http://127.0.0.1:9/api/v4/projects/1/merge_requests/7/notes",
}


def schema_of(host: Host) -> Any:
    stored = files("check_jsonschema").joinpath("builtin_schemas", "vendor", f"{SCHEMAS[host]}.json")
    return json.loads(stored.read_text(encoding="utf-8"))


def pipeline_of(host: Host) -> Any:
    return YAML(typ="safe").load(PIPELINES[host][1])


def commands_of(host: Host) -> tuple[str, ...]:
    read = pipeline_of(host)
    if host == "gitlab":
        return (*read["propose"]["script"], *read["propose"]["after_script"])
    return tuple(step["run"] for step in read["jobs"]["propose"]["steps"] if "run" in step)


@pytest.mark.parametrize("host", HOSTS)
def test_a_pipeline_is_valid_by_its_host_s_published_schema(host: Host) -> None:
    jsonschema.validate(pipeline_of(host), schema_of(host))


@pytest.mark.parametrize("host", HOSTS)
def test_only_the_masked_page_leaves_the_job(host: Host) -> None:
    text = PIPELINES[host][1]
    assert "upload-artifact" not in text
    if host == "gitlab":
        assert pipeline_of(host)["propose"]["artifacts"]["paths"] == ["review.md"]


@pytest.fixture
def clone(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path]:
    """A bare clone of a branch that proposes a fix, and a folder of programs that only note how they are called."""
    desk.planned()
    git(desk, "init", "-q", "-b", "main")
    git(desk, "add", "-A")
    git(desk, "add", "-f", "fund.db")
    git(desk, "commit", "-q", "-m", "The project.")
    git(desk, "switch", "-q", "-c", "proposal")
    propose(desk, "fixes/0002_names.py", SECOND)
    folder = tmp_path_factory.mktemp("clone")
    git(desk, "clone", "-q", "--branch", "proposal", str(desk.folder), str(folder / "project"))
    programs = folder / "bin"
    programs.mkdir()
    for name in ("gh", "curl"):
        called = shlex.quote(str(folder / "called"))
        noting = f'#!/bin/sh\ncase "$*" in *@-*) cat ;; esac > /dev/null\nprintf "%s\\n" "$0 $*" >> {called}\n'
        (programs / name).write_text(noting)
        (programs / name).chmod(0o755)
    return Desk(folder / "project", desk.capsys), programs


@pytest.mark.parametrize("host", HOSTS)
def test_each_command_of_a_pipeline_runs_in_a_bare_clone(clone: tuple[Desk, Path], host: Host) -> None:
    desk, programs = clone
    # The clone stands elsewhere than the database that was given its change log.
    (desk.folder / "hffix.toml").write_text(
        (desk.folder / "hffix.toml").read_text().replace("sqlite:///fund.db", f"sqlite:///{origin_of(desk)}/fund.db")
    )
    path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {"PATH": path, "HOME": str(desk.folder), "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    for command in commands_of(host):
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", command],
            cwd=desk.folder, env=plain | OF_THE_HOST, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "### `0002_names`" in (desk.folder / "review.md").read_text()
    called = (programs.parent / "called").read_text()
    assert OF_THE_HOST["PULL"] in called


def origin_of(desk: Desk) -> str:
    return git(desk, "remote", "get-url", "origin").strip()


@pytest.mark.parametrize("host", HOSTS)
def test_init_writes_the_pipeline_and_the_hook_and_leaves_what_is_there(empty: Desk, host: Host) -> None:
    created = empty.done("init", "--ci", host, "--json").told["created"]
    assert {PIPELINES[host][0], HOOK_FILE} <= set(created)
    assert os.access(empty.folder / HOOK_FILE, os.X_OK)
    (empty.folder / PIPELINES[host][0]).write_text("mine")
    assert empty.done("init", "--ci", host, "--json").told["created"] == []
    assert (empty.folder / PIPELINES[host][0]).read_text() == "mine"


def test_the_hook_stops_a_commit_that_holds_rows(desk: Desk) -> None:
    desk.done("init", "--ci", "github")
    git(desk, "init", "-q", "-b", "main")
    (desk.folder / "fixes/0009_people.csv").write_text("id_no\n11010519491231002X\n")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(desk.folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
    (desk.folder / "fixes/0001_dates.py").write_text(FIX)
    words = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.hooksPath=.githooks"]
    for add, status in ((["fixes/0009_people.csv"], 1), (["fixes/0001_dates.py"], 0)):
        git(desk, "add", "-f", *add)
        done = subprocess.run(
            [*words, "commit", "-q", "-m", "Rows."], cwd=desk.folder, env=environment, capture_output=True, check=False
        )
        assert done.returncode == status, done.stderr
        if status:
            git(desk, "rm", "-q", "--cached", *add)
