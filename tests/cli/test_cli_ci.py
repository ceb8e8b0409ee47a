"""A proposal is planned for its pull request, and held against what git already knows."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import FIX, Desk, by


def git(desk: Desk, *words: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(desk.folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
    who = ("-c", "user.name=li.wei", "-c", "user.email=li.wei@fund.example", "-c", "core.hooksPath=/dev/null")
    told = subprocess.run(["git", *who, *words], cwd=desk.folder, env=environment, capture_output=True, check=True)
    return told.stdout.decode()


@pytest.fixture
def proposing(desk: Desk) -> Desk:
    """A project in git whose first fix was applied and kept on main, on a branch of its own now."""
    desk.applied()
    git(desk, "init", "-q", "-b", "main")
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "The project.")
    git(desk, "switch", "-q", "-c", "proposal")
    return desk


def propose(desk: Desk, name: str, text: str) -> None:
    (desk.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (desk.folder / name).write_text(text, encoding="utf-8")
    git(desk, "add", "-f", name)
    git(desk, "commit", "-q", "-m", f"Propose {name}.")


SECOND = FIX.replace("cleaners.date", "cleaners.text").replace('"opened_on"', '"name"')


def test_a_new_fix_is_planned_and_its_signers_are_named(proposing: Desk) -> None:
    propose(proposing, "fixes/0002_names.py", SECOND)
    shown = proposing("ci", "--base", "main", "--json")
    told = shown.told
    assert (shown.status, told["against"]) == (0, [])
    assert [(fix["fix"], fix["refused"]) for fix in told["fixes"]] == [("0002_names", None)]
    assert "1 of leader: zhang.min" in told["markdown"]
    assert "### `0002_names`" in told["markdown"]


def test_the_page_is_written_to_a_file_even_where_something_stands_against_it(proposing: Desk) -> None:
    propose(proposing, "corrections/people.csv", "no,column,value\n")
    shown = proposing("ci", "--base", "main", "-o", "review.md")
    assert shown.status == 1
    assert "`corrections/people.csv`" in (proposing.folder / "review.md").read_text()


def test_an_applied_fix_that_is_edited_is_refused(proposing: Desk) -> None:
    propose(proposing, "fixes/0001_dates.py", FIX + "# a word more\n")
    told = proposing("ci", "--base", "main", "--json")
    assert (told.status, told.told["error"]["code"]) == (1, "HFX-114")
    assert told.told["against"] == [
        {
            "where": "fixes/0001_dates.py",
            "why": "0001_dates was applied, and this file of it was edited: write a new fix",
        }
    ]


def test_an_applied_fix_that_is_gone_is_refused(proposing: Desk) -> None:
    git(proposing, "rm", "-q", "fixes/0001_dates.py")
    git(proposing, "commit", "-q", "-m", "Tidy up.")
    (against,) = proposing("ci", "--base", "main", "--json", "--no-plan").told["against"]
    assert against["where"] == "fixes/0001_dates.py"


def statement_of(desk: Desk) -> Path:
    (found,) = desk.folder.glob("approvals/*/zhang.min.apply.*.json")
    return found


@pytest.mark.parametrize("how", ["changed", "unsigned", "renamed", "of another key", "orphan"])
def test_an_approval_whose_signature_is_not_valid_is_refused(proposing: Desk, how: str) -> None:
    statement = statement_of(proposing)
    signature = statement.with_name(statement.name + ".sig")
    if how == "changed":
        statement.write_bytes(statement.read_bytes().replace(b'"comment":null', b'"comment":"yes"'))
    elif how == "unsigned":
        signature.unlink()
    elif how == "orphan":
        statement.unlink()
    elif how == "renamed":
        for path in (statement, signature):
            path.rename(path.with_name(path.name.replace("zhang.min", "li.wei")))
    else:
        signature.unlink()
        key = proposing.folder / "keys/li.wei"
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "hffix", "-f", key, statement], check=True)
    against = proposing("ci", "--base", "main", "--no-plan", "--json").told["against"]
    assert len(against) == 1, against
    assert against[0]["where"].startswith(f"approvals/{statement.parent.name}/")


POLICY_FILES = "approvals/policy.toml, approvals/allowed_signers"


def test_a_policy_that_those_before_did_not_sign_stands_against_the_proposal(proposing: Desk) -> None:
    policy = (proposing.folder / "approvals/policy.toml").read_text()
    propose(proposing, "approvals/policy.toml", policy.replace("30", "60"))
    (against,) = proposing("ci", "--base", "main", "--no-plan", "--json").told["against"]
    assert against == {
        "where": POLICY_FILES,
        "why": "they changed, and too few have signed that: 0 of 1 approvals by leader; zhang.min could sign",
    }
    proposing.done("approve", "--purpose", "policy", "--no-input", *by("zhang.min"))
    proposing.done("ci", "--base", "main", "--no-plan")


def test_a_policy_that_cannot_be_read_stands_against_the_proposal(proposing: Desk) -> None:
    propose(proposing, "approvals/policy.toml", "valid_days = 0\n")
    against = proposing("ci", "--base", "main", "--no-plan", "--json").told["against"]
    assert [(one["where"], "line 1: valid_days" in one["why"]) for one in against] == [(POLICY_FILES, True)]


def test_a_fix_that_nobody_is_left_to_approve_stands_against_the_proposal(proposing: Desk) -> None:
    text = SECOND.replace('author="li.wei"', 'author="zhang.min"')
    propose(proposing, "fixes/0002_names.py", text)
    shown = proposing("ci", "--base", "main", "--json")
    assert (shown.status, shown.told["against"]) == (1, [])
    assert "✗ 1 of leader, and too few could: nobody" in shown.told["markdown"]


def test_a_fix_that_cannot_be_planned_stands_against_the_proposal(proposing: Desk) -> None:
    propose(proposing, "fixes/0002_broken.py", FIX.replace("opened_on", "no_such_column"))
    shown = proposing("ci", "--base", "main", "--json")
    assert shown.status == 1
    assert shown.told["fixes"][0]["refused"].startswith("HFX-2")


def test_a_fix_that_waits_for_another_or_for_a_param_is_no_fault(proposing: Desk) -> None:
    propose(proposing, "fixes/0002_later.py", SECOND.replace('risk="low"', 'risk="low", after=("0009_none",)'))
    shown = proposing("ci", "--base", "main", "--json")
    assert (shown.status, shown.told["fixes"][0]["waits"]) == (0, True)


def test_without_git_or_its_base_it_says_so(desk: Desk) -> None:
    assert desk("ci", "--json").told["error"]["code"] == "HFX-113"
    git(desk, "init", "-q", "-b", "main")
    assert desk("ci", "--base", "no-such", "--json").told["error"]["code"] == "HFX-113"


def test_nothing_in_the_target_changes(proposing: Desk) -> None:
    propose(proposing, "fixes/0002_names.py", SECOND)
    before = list(proposing.database().iterdump())
    proposing.done("ci", "--base", "main")
    assert list(proposing.database().iterdump()) == before


def test_the_hook_refuses_rows_in_the_next_commit(proposing: Desk) -> None:
    proposing.done("ci", "--staged")
    (proposing.folder / "corrections/people.csv").write_text("x")
    git(proposing, "add", "-f", "corrections/people.csv")
    shown = proposing("ci", "--staged", "--json")
    assert (shown.status, shown.told["against"][0]["where"]) == (1, "corrections/people.csv")
    git(proposing, "rm", "-q", "--cached", "corrections/people.csv")
    proposing.done("ci", "--staged")


def test_the_page_holds_no_value_of_a_masked_column(proposing: Desk) -> None:
    database = proposing.database()
    database.execute("UPDATE person SET name = '　王小明　' WHERE no = 7")
    propose(proposing, "fixes/0002_names.py", SECOND)
    page = json.dumps(proposing("ci", "--base", "main", "--json").told, ensure_ascii=False)
    assert "小明" not in page
