from typing import Any

import pytest

from tests.cli.conftest import FIX, Desk, by


def listed(desk: Desk, *words: str) -> dict[str, Any]:
    """List the fixes, and give the one of the project."""
    (fix,) = desk.done("list", "--json", *words).told["fixes"]
    assert isinstance(fix, dict)
    return fix


def test_a_fix_that_was_never_planned_has_its_number_id_and_title_only(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    assert listed(desk) == {
        "fix": "0001_dates",
        "number": 1,
        "title": "Dates as YYYY-MM-DD.",
        "change_set": None,
        "state": None,
        "run": None,
        "runs": [],
    }


def test_a_fix_is_followed_from_plan_to_rollback(desk: Desk) -> None:
    change_set = desk.planned()
    assert (listed(desk)["state"], desk.done("list").last) == ("unapproved", f"Next: hffix show {change_set}")
    desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    assert (listed(desk)["state"], desk.done("list").last) == ("approved", f"Next: hffix apply {change_set}")
    run = desk.done("apply", change_set, "--json", *by("wang.qiang")).told["run"]
    assert (listed(desk)["state"], listed(desk)["run"], desk.done("list").last) == ("done", run, "Next: hffix status")
    take_back(desk, run)
    assert (listed(desk)["change_set"], listed(desk)["state"], listed(desk)["run"]) == (change_set, "rolled back", run)


def test_a_run_of_which_only_some_rows_came_back_says_so(desk: Desk) -> None:
    _, run = desk.applied()
    take_back(desk, run, "--table", "person", "--row", "500")
    assert listed(desk)["state"] == "partly rolled back"
    assert "partly rolled back" in desk.done("list").out
    assert "已部分回滚" in desk.done("list", "--lang", "zh").out


def test_an_inverse_that_was_not_applied_changes_nothing(desk: Desk) -> None:
    _, run = desk.applied()
    desk.done("rollback", str(run))
    assert listed(desk)["state"] == "done"


def test_a_newer_plan_stands_before_an_older_run(desk: Desk) -> None:
    _, run = desk.applied()
    take_back(desk, run)
    again = str(desk.done("plan", "1", "--json").told["change_set"])
    fix = listed(desk)
    assert (fix["change_set"], fix["state"], fix["run"], fix["runs"]) == (again, "unapproved", None, [run])


def take_back(desk: Desk, run: int, *words: str) -> None:
    inverse = str(desk.done("rollback", str(run), *words, "--json").told["change_set"])
    desk.done("approve", inverse, "--no-input", *by("zhang.min"))
    desk.done("apply", inverse, *by("wang.qiang"))


def test_without_a_change_log_only_what_is_known_here_is_said(desk: Desk) -> None:
    shown, told = desk.done("list"), desk.done("list", "--json").told
    assert (shown.first, told["reached"], told["target"]) == ("✓ 1 fix on main", False, "main")
    assert "what was applied is not known" in shown.out
    assert shown.last == "Next: hffix plan 0001_dates"


def test_a_target_out_of_reach_hides_neither_the_fixes_nor_their_change_sets(desk: Desk) -> None:
    change_set = desk.planned()
    (desk.folder / "fund.db").unlink()
    assert (listed(desk)["change_set"], desk.done("list", "--json").told["reached"]) == (change_set, False)


def test_a_pattern_lists_the_fixes_for_every_target_that_fits(desk: Desk) -> None:
    desk.done("init-target", "--target", "city-a", *by("wang.qiang"))
    told = desk.done("list", "--target", "city-*", "--json").told
    assert [(one["target"], one["reached"]) for one in told["results"]] == [("city-a", True), ("city-b", False)]
    assert desk("list", "--target", "town-*").status == 64


def test_no_script_is_run_to_be_listed(desk: Desk) -> None:
    (desk.folder / "fixes" / "0002_broken.py").write_text("def f(:\n")
    (desk.folder / "fixes" / "0003_untitled.py").write_text("raise SystemExit\n")
    fixes = desk.done("list", "--json").told["fixes"]
    assert [(one["number"], one["title"]) for one in fixes] == [(1, "Dates as YYYY-MM-DD."), (2, "?"), (3, "?")]


@pytest.mark.parametrize(("more", "after"), [({}, "hffix new NAME -m TITLE"), ({"0001_x": FIX}, "hffix plan 0001_x")])
def test_what_comes_next_begins_with_a_first_fix(desk: Desk, more: dict[str, str], after: str) -> None:
    (desk.folder / "fixes" / "0001_dates.py").unlink()
    for name, text in more.items():
        (desk.folder / "fixes" / f"{name}.py").write_text(text)
    assert desk.done("list").last == f"Next: {after}"
