"""The fixtures of the plugin, which pytest loads by itself, and the walks that they make short."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hffix.errors.applying import Conflict
from hffix.errors.approvals import MayNotApprove, NotApproved
from hffix.errors.fixes import TrialFailed
from hffix.errors.project import BadTestData
from hffix.testing.people import APPROVERS, AUTHOR, OPERATOR
from hffix.testing.values import FileContent
from hffix.testing.walk import Walk, open_walk
from tests.testing.conftest import HEAD, Bench

Verb = Callable[..., Any]
CLEAN = HEAD.replace('author="li.wei"', 'author="li.wei", risk="low"') + (
    'fix.clean("loan", "lent_on", cleaners.date, at_most=9)\n'
)
ROWS = [{"no": 1, "lent_on": "2024/3/5"}, {"no": 2, "lent_on": "2024-02-30"}, {"no": 3, "lent_on": "2024/3/6"}]


@pytest.fixture
def scripted(bench: Bench, hffix_project: Walk) -> Walk:
    """A walk with a script of its own."""
    (hffix_project.folder / "fixes" / "0007_x.py").write_text(CLEAN)
    return hffix_project


def test_planned_approved_applied_verified_and_rolled_back(
    scripted: Walk,
    hffix_target: Verb,
    hffix_plan: Verb,
    hffix_approve: Verb,
    hffix_apply: Verb,
    hffix_verify: Verb,
    hffix_rollback: Verb,
) -> None:
    target = hffix_target({"loan": ROWS})
    change_set = hffix_plan("7", trial=True)
    hffix_approve(change_set)
    applied = hffix_apply(change_set)
    assert [row["lent_on"] for row in target.rows("loan")] == ["2024-03-05", "2024-02-30", "2024-03-06"]
    assert (applied.applied, hffix_verify().ok) == (2, True)
    inverse = hffix_rollback(applied.run)
    hffix_approve(inverse)
    hffix_apply(inverse)
    assert target.rows("loan") == ROWS


def test_a_target_may_be_a_script_of_sql(scripted: Walk, hffix_target: Verb, hffix_plan: Verb) -> None:
    sql = "CREATE TABLE loan (no INTEGER PRIMARY KEY, lent_on TEXT CHECK (lent_on NOT LIKE '%-%'));"
    hffix_target(sql + "INSERT INTO loan VALUES (1, '2024/3/5');")
    assert hffix_plan("7").manifest.counts.changed == 1
    with pytest.raises(TrialFailed, match="CHECK"):
        hffix_plan("7", trial=True)


def test_what_is_not_approved_is_not_applied(scripted: Walk) -> None:
    scripted.target({"loan": ROWS})
    with pytest.raises(NotApproved):
        scripted.apply(scripted.plan("7"))


@pytest.mark.parametrize("person", [AUTHOR, OPERATOR])
def test_neither_the_author_nor_the_operator_approves(scripted: Walk, person: str) -> None:
    scripted.target({"loan": ROWS})
    with pytest.raises(MayNotApprove):
        scripted.approve(scripted.plan("7"), person)


@pytest.mark.parametrize(("risk", "people", "enough"), [("low", 1, True), ("high", 1, False), ("high", 2, True)])
def test_a_high_risk_needs_both_approvers(scripted: Walk, risk: str, people: int, enough: bool) -> None:
    script = scripted.folder / "fixes" / "0007_x.py"
    script.write_text(script.read_text().replace('risk="low"', f'risk="{risk}"'))
    scripted.target({"loan": ROWS})
    change_set = scripted.plan("7")
    scripted.approve(change_set, *APPROVERS[:people])
    if enough:
        assert scripted.apply(change_set).applied == 2
    else:
        with pytest.raises(NotApproved):
            scripted.apply(change_set)


def test_a_row_that_somebody_changed_in_the_meantime_stops_the_run(scripted: Walk) -> None:
    target = scripted.target({"loan": ROWS})
    change_set = scripted.plan("7")
    scripted.approve(change_set)
    assert target.execute("UPDATE loan SET lent_on = ? WHERE no = ?", "later", 1) == 1
    with pytest.raises(Conflict):
        scripted.apply(change_set)
    assert [row["lent_on"] for row in target.rows("loan")] == ["later", "2024-02-30", "2024/3/6"]


def test_the_scripts_and_masks_are_those_of_the_project_under_test(bench: Bench, tmp_path: Path) -> None:
    bench.write("fixes/0007_x.py", CLEAN)
    bench.write("fixes/words.py", "")
    bench.write("fixes/orders.csv", "bank,order\n102,dmy\n")
    bench.write("fixes/__pycache__/x", "")
    walk = open_walk(tmp_path / "walk", asked_by=bench.folder / "tests" / "test_x.py")
    assert sorted(path.name for path in walk.project.fixes.iterdir()) == ["0007_x.py", "orders.csv", "words.py"]
    assert walk.project.masks == {"person.id_no": "edges"}


def test_without_a_project_the_walk_begins_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert list(open_walk(tmp_path / "walk", asked_by=None).project.fixes.iterdir()) == []


def test_files_and_params_reach_the_plan(bench: Bench, hffix_project: Walk) -> None:
    script = """
fix.corrections("banks.csv", table="loan", writes="lent_on", at_most=9)
fix.lookup("words", file="words.csv", key="key", value="value")
@fix.rows("loan", writes="note", where="t.no < :least", at_most=9)
def note(lent_on: str, *, words: Mapping[str, str]) -> str:
    return words["x"]
"""
    head = HEAD.replace('author="li.wei"', 'author="li.wei", params={"least": int}')
    bench.write("fixes/words.csv", "key,value\nx,old\n")
    walk = open_walk(hffix_project.folder / "inner", asked_by=bench.folder / "test_x.py")
    (walk.folder / "fixes" / "0007_x.py").write_text(head + script)
    target = walk.target({"loan": [{**row, "note": ""} for row in ROWS]})
    files: dict[str, FileContent] = {
        "banks.csv": [{"no": 2, "column": "lent_on", "value": "2024-02-29"}],
        "words.csv": [{"key": "x", "value": "new"}],
    }
    change_set = walk.plan("7", files=files, params={"least": 2})
    walk.approve(change_set)
    walk.apply(change_set)
    assert [(row["lent_on"], row["note"]) for row in target.rows("loan")] == [
        ("2024/3/5", "new"),
        ("2024-02-29", ""),
        ("2024/3/6", ""),
    ]


def test_what_the_database_does_not_take_is_told(scripted: Walk) -> None:
    target = scripted.target({"loan": ROWS})
    with pytest.raises(BadTestData, match=r"table laon: no such table: main\.laon"):
        target.rows("laon")
    with pytest.raises(BadTestData, match="no such column: x"):
        target.execute("UPDATE loan SET x = 1")


def test_nobody_else_is_in_the_walk(scripted: Walk) -> None:
    with pytest.raises(BadTestData, match=r"there are author, approver, second\.approver, operator"):
        scripted.setting("li.wei")


def test_private_keys_are_readable_by_their_owner_only(hffix_project: Walk) -> None:
    keys = sorted((hffix_project.folder / "keys").iterdir())
    assert [path.name for path in keys] == sorted([AUTHOR, *APPROVERS, OPERATOR])
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


HEAVY = {"sqlalchemy", "alembic", "cryptography", "deepdiff", "rich", "click", "hffix.workflow"}


def test_the_plugin_loads_nothing_heavy_until_it_is_used(bench: Bench) -> None:
    """Plain pytest stays as quick as it was."""
    test = f"import sys\ndef test(): assert not {HEAVY!r} & set(sys.modules), {HEAVY!r} & set(sys.modules)\n"
    bench.write("test_x.py", test)
    environment = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "hffix", "test_x.py"]
    done = subprocess.run(words, cwd=bench.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
