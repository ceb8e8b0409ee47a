import os
import subprocess
import sys
from pathlib import Path

import pytest

from hffix.authoring.loading import load
from tests.cli.conftest import FIX, POLICY, Desk, by


def written(desk: Desk, name: str = "open_date", *more: str) -> Path:
    """Begin a fix and give its script."""
    told = desk.done("new", name, "-m", "开户日期统一为 YYYY-MM-DD", "--author", "li.wei", "--json", *more).told
    return desk.folder / str(told["script"])


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run plain pytest, as somebody does who has installed hffix."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_new_fix_has_a_script_and_a_test_and_the_next_command(desk: Desk) -> None:
    shown = desk.done("new", "open_date", "-m", "开户日期统一为 YYYY-MM-DD", "--author", "li.wei")
    assert shown.first == "✓ Wrote fixes/0002_open_date.py and tests/fixes/test_0002_open_date.py."
    assert shown.last == "Next: edit them, then  pytest tests/fixes/test_0002_open_date.py && hffix plan 0002"


def test_its_facts_are_told_to_programs(desk: Desk) -> None:
    assert desk.done("new", "x", "-m", "T", "--author", "li.wei", "--json").told == {
        "fix": "0002_x",
        "script": "fixes/0002_x.py",
        "test": "tests/fixes/test_0002_x.py",
        "author": "li.wei",
    }


def test_its_test_passes_as_it_stands_with_plain_pytest(desk: Desk) -> None:
    written(desk)
    done = pytest_in(desk.folder, "tests/fixes/test_0002_open_date.py")
    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (0, "4 passed"), done.stdout


def test_its_test_fails_when_the_rule_is_edited(desk: Desk) -> None:
    script = written(desk)
    script.write_text(script.read_text().replace("return cleaners.date(opened_on)", "return opened_on"))
    done = pytest_in(desk.folder, "tests/fixes/test_0002_open_date.py")
    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (1, "2 failed, 2 passed"), done.stdout


def test_its_script_can_be_planned_on_a_table_of_that_name(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    table = "CREATE TABLE account (account_no TEXT PRIMARY KEY, opened_on TEXT, bank_code TEXT, status TEXT)"
    desk.database().execute(table)
    desk.database().execute("INSERT INTO account VALUES ('A1', '2011/3/5', '102', '01')")
    written(desk)
    assert desk.done("plan", "2", "--json").told["counts"]["changed"] == 1


TITLES = [
    "T",
    "开户日期",
    'a "quoted" word',
    '"""',
    'ends with "',
    "back\\slash \\n",
    "{braces} %s $title ${x}",
    "it's",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_stands_in_the_script_as_it_was_given(desk: Desk, title: str) -> None:
    told = desk.done("new", "x", "-m", title, "--author", 'o"brien', "--ticket", "DQ-1", "--json").told
    script = load(desk.folder / str(told["script"]))
    assert (script.title, script.fix.author, script.fix.ticket, script.fix.risk) == (title, 'o"brien', "DQ-1", "medium")


def test_without_a_ticket_none_is_made_up(desk: Desk) -> None:
    assert load(written(desk)).fix.ticket is None


def test_the_author_is_the_policy_s_person_of_git_s_email(desk: Desk) -> None:
    policy = POLICY.replace('"li.wei" = { roles', '"li.wei" = { emails = ["Li@fund.example"], roles')
    (desk.folder / "approvals" / "policy.toml").write_text(policy)
    git(desk, "init", "-q")
    git(desk, "config", "user.email", "li@fund.example")
    assert desk.done("new", "x", "-m", "T", "--json").told["author"] == "li.wei"
    git(desk, "config", "user.email", "nobody@fund.example")
    assert desk.done("new", "y", "-m", "T", "--json").told["author"] == "nobody@fund.example"


def test_where_the_policy_names_nobody_yet_the_author_is_git_s_email(empty: Desk) -> None:
    empty.done("init")
    git(empty, "init", "-q")
    git(empty, "config", "user.email", "li@fund.example")
    assert empty.done("new", "x", "-m", "T", "--json").told["author"] == "li@fund.example"


def test_where_git_knows_nobody_the_author_must_be_named(desk: Desk) -> None:
    git(desk, "init", "-q")
    git(desk, "config", "user.email", "")
    shown = desk("new", "x", "-m", "T")
    assert (shown.status, shown.last) == (64, "Next: Give --author PERSON.")
    assert [path.name for path in (desk.folder / "fixes").iterdir()] == ["0001_dates.py"]


def git(desk: Desk, *words: str) -> None:
    subprocess.run(["git", *words], cwd=desk.folder, check=True)


@pytest.mark.parametrize("name", ["Open", "7_x", "0007_x", "open-date", "a b", "../x", "", "日期", "x.py", "a" * 81])
def test_a_name_that_is_no_name_of_a_script_is_refused(desk: Desk, name: str) -> None:
    shown = desk("new", name, "-m", "T", "--author", "li.wei")
    assert (shown.status, shown.err.split()[:2]) == (64, ["error", "HFX-101"])


@pytest.mark.parametrize("words", [("-m", " "), ("-m", "a\nb"), ("-m", "T", "--ticket", ""), ("-m", "a\x1b[0m")])
def test_what_is_no_line_of_text_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    shown = desk("new", "x", "--author", "li.wei", *words)
    assert (shown.status, "is one line of text" in shown.err) == (64, True)


def test_a_title_must_be_given(desk: Desk) -> None:
    assert desk("new", "x").status == 64


def test_a_name_that_another_fix_has_is_refused(desk: Desk) -> None:
    shown = desk("new", "dates", "-m", "T", "--author", "li.wei")
    assert (shown.status, shown.err.splitlines()[0]) == (1, "error HFX-106 0001_dates has this name already")


def test_a_test_that_stands_there_is_left_as_it_is(desk: Desk) -> None:
    there = desk.folder / "tests" / "fixes" / "test_0002_x.py"
    there.write_text("mine")
    shown = desk("new", "x", "-m", "T", "--author", "li.wei")
    assert (shown.status, there.read_text()) == (1, "mine")
    assert not (desk.folder / "fixes" / "0002_x.py").exists()


def test_outside_a_project_nothing_is_written(empty: Desk) -> None:
    shown = empty("new", "x", "-m", "T", "--author", "li.wei")
    assert (shown.status, "HFX-102" in shown.err, list(empty.folder.iterdir())) == (64, True, [])


def test_the_number_is_the_next_after_the_last_one(desk: Desk) -> None:
    (desk.folder / "fixes" / "0041_x.py").write_text(FIX)
    assert written(desk).name == "0042_open_date.py"
    assert written(desk, "other").name == "0043_other.py"


def test_a_number_that_a_known_change_set_has_is_not_given_again(desk: Desk) -> None:
    desk.planned()
    (desk.folder / "fixes" / "0001_dates.py").unlink()
    assert written(desk).name == "0002_open_date.py"


def test_numbers_end_with_four_digits(desk: Desk) -> None:
    (desk.folder / "fixes" / "9999_x.py").write_text(FIX)
    shown = desk("new", "y", "-m", "T", "--author", "li.wei")
    assert (shown.status, "the numbers of fixes end at 9999" in shown.err) == (64, True)


def test_in_chinese_it_says_the_same(desk: Desk) -> None:
    shown = desk.done("new", "x", "-m", "T", "--author", "li.wei", "--lang", "zh")
    assert shown.first == "✓ 已写入 fixes/0002_x.py 和 tests/fixes/test_0002_x.py。"
    assert shown.last == "下一步：编辑后运行  pytest tests/fixes/test_0002_x.py && hffix plan 0002"
