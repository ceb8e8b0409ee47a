"""The four pages of a day, followed literally in one project: propose, approve, apply, roll back."""

import io
import os
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hffix.cli.main import main
from hffix.store.projects import init_project
from hffix.testing.people import new_key
from tests.docs.pages import ROOT
from tests.docs.session import Give, follow

PAGES = ("propose-a-fix", "approve-a-change-set", "apply", "roll-back")
POLICY = """\
valid_days = 30
[people]
"zhang.min" = { name = "张敏", roles = ["leader"], emails = ["zhang.min@fund.example"] }
"chen.jing" = { name = "陈静", roles = ["auditor"], emails = ["chen.jing@fund.example"] }
"wang.qiang" = { roles = ["operator"], emails = ["wang.qiang@fund.example"] }
"li.wei" = { roles = ["author"], emails = ["li.wei@fund.example"] }
[[require]]
approvals = 1
roles = ["leader"]
"""
EARLIER = """\
\"\"\"Numbers as they are.\"\"\"

from hffix import Fix, cleaners

fix = Fix(author="li.wei", risk="low")
fix.clean("account", "bank_code", cleaners.text, at_most=10)
"""
ROWS = 6
# When the pages are followed to their end, what they say of a run that is going meets one that is done.
ENDS = {
    "hffix apply 8b120fe6ac55 --until 06:00 --sign-with keys/wang.qiang": 7,
    "hffix pause 8b120fe6ac55": 7,
    "hffix pace 8b120fe6ac55 chunk-rows=500": 7,
    "hffix resume 8b120fe6ac55": 7,
}


def run(folder: Path, *words: str) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in git, with people, a database that has its change log, sixteen numbers in use, and a remote."""
    folder = tmp_path / "fund"
    folder.mkdir()
    init_project(folder)
    signers = ""
    for person in ("zhang.min", "chen.jing", "wang.qiang", "li.wei"):
        private, public = new_key()
        path = folder / "keys" / person
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(private)
        signers += f'{person} namespaces="hffix" {public}\n'
    (folder / "approvals/policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "approvals/allowed_signers").write_text(signers, encoding="utf-8")
    (folder / "fixes/0016_banks.py").write_text(EARLIER, encoding="utf-8")
    with closing(sqlite3.connect(folder / "fund.db", isolation_level=None)) as database:
        database.execute(
            "CREATE TABLE account (no INTEGER PRIMARY KEY NOT NULL, opened_on TEXT, bank_code TEXT, status TEXT)"
        )
        days = [(1040 + n, f"2011/3/{n}", "１０２", "01") for n in range(1, ROWS + 1)]
        database.executemany("INSERT INTO account VALUES (?, ?, ?, ?)", [*days, (1090, "3/4/2024", "102", "01")])
    run(tmp_path, "git", "init", "-q", "--bare", "origin.git")
    run(folder, "git", "init", "-q", "-b", "main")
    for name, value in {
        "user.name": "li.wei", "user.email": "li.wei@fund.example", "user.signingkey": str(folder / "keys/wang.qiang"),
    }.items():  # fmt: skip
        run(folder, "git", "config", name, value)
    origin = str(tmp_path / "origin.git")
    for words in ("add -A", "commit -q -m Begin", f"remote add origin {origin}", "push -q -u origin main"):
        run(folder, "git", *words.split())
    return folder


@pytest.fixture
def give(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Give:
    """Give hffix's commands in this process, the others beside it; what asks is answered with the number of rows."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for name in ("SSH_AUTH_SOCK", "LC_ALL", "LANG", "HFFIX_FAILPOINT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HFFIX_LANG": "en", "GIT_CONFIG_GLOBAL": os.devnull, "COLUMNS": "100", "HOME": str(project),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    def given(command: str, work: Path, _: int) -> tuple[str, int, Path]:
        words = shlex.split(command)
        if words[0] != "hffix":
            done = subprocess.run(words, cwd=work, capture_output=True, text=True, check=False)
            return done.stdout + done.stderr, done.returncode, work
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ROWS}\n"))
        capsys.readouterr()
        status = main(words[1:])
        told = capsys.readouterr()
        return told.out + told.err, status, work

    return given


def page_of_the_day() -> str:
    """Give the pages as one, with what comes before a target can be written to; what ends a day comes last."""
    text = "".join((ROOT / "docs/how-to" / f"{name}.md").read_text(encoding="utf-8") for name in PAGES)
    (withdraw,) = [line for line in text.splitlines(keepends=True) if line.startswith("$ hffix revoke")]
    # Another change set is withdrawn: the pages' own is applied by then.
    last = withdraw.replace("8b120fe6ac55", "c0ffee000000")
    first = "```console\n$ hffix init-target --sign-with keys/wang.qiang\n```\n\n"
    day = text.replace(f"```console\n{withdraw}```\n", "")
    return f"{first}{day}\n```console\n$ hffix plan 16\n{last}```\n"


def test_a_day_of_each_is_as_its_page_says(project: Path, give: Give) -> None:
    came: dict[str, str] = {}
    for answer in follow(page_of_the_day(), project, give=give):
        assert answer.status == ENDS.get(answer.step.command, 0), (answer.given, answer.came)
        came[answer.step.command.partition(" -m ")[0]] = answer.came
    assert "✓ Signed. Approvals: 1 of 1 (leader)." in came["hffix approve 8b120fe6ac55"]
    assert "never counts   li.wei: an author of the fix" in came["hffix policy explain 8b120fe6ac55"]
    assert f"✓ Run 2 applied {ROWS} of {ROWS} rows." in came["hffix apply 8b120fe6ac55 --sign-with keys/wang.qiang"]
    assert f"✓ Run 5 applied {ROWS} of {ROWS} rows." in came["hffix apply 4f646bd286d9 --sign-with keys/wang.qiang"]
    assert "is withdrawn for good.\n  The target's change log says so too" in came["hffix revoke c0ffee000000"]
    with closing(sqlite3.connect(project / "fund.db")) as database:
        assert database.execute("SELECT opened_on FROM account WHERE no = 1042").fetchall() == [("2011/3/2",)]
