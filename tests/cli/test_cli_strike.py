import json

import pytest

from tests.cli.conftest import ROWS, UNDATED, Desk, by

CHANGED = ROWS - UNDATED


@pytest.fixture
def change_set(desk: Desk) -> str:
    return desk.planned()


def test_strike_says_what_went_and_ends_with_what_comes_next(desk: Desk, change_set: str) -> None:
    shown = desk.done(
        "strike", change_set[:4], "--row", "500", "--row", "no=501", "-m", "退回核实", "--as", "zhang.min"
    )

    (child,) = {path.name for path in (desk.folder / "changesets").iterdir()} - {change_set}
    assert shown.first == f"✓ 2 rows struck from {change_set}. New change set {child}: {CHANGED - 2} rows."
    assert "  struck       person: 2 updated, 0 inserted, 0 deleted (opened_on 2)\n" in shown.out
    assert "  by           zhang.min\n  why          退回核实\n" in shown.out
    assert f"  approvals    those of {change_set} do not count for it, nor does a trial\n" in shown.out
    assert shown.last == f"Next: git push, open the pull request, then  hffix show {child} --format markdown"
    assert max(map(len, shown.out.splitlines())) <= 100
    desk.done(*shown.last.split("  ")[-1].split()[1:])


def test_strike_tells_programs_the_same(desk: Desk, change_set: str) -> None:
    told = desk.done("strike", change_set, "--row", "500", "-m", "x", "--as", "zhang.min", "--json").told

    parent = desk.done("show", change_set, "--json").told
    assert told["digest"].startswith(told["change_set"])
    assert told["change_set"] != change_set
    assert told["parent"] == parent["digest"]
    assert told["struck"] == {"by": "zhang.min", "count": 1, "why": "x"}
    assert {name: told["counts"][name] for name in ("scanned", "changed", "unresolved")} == {
        "scanned": ROWS, "changed": CHANGED - 1, "unresolved": UNDATED,
    }  # fmt: skip
    assert told["taken"] == {
        "along": 0, "asks": 0, "cases": 0,
        "tables": {"person": {"updates": 1, "inserts": 0, "deletes": 0, "columns": {"opened_on": 1}}},
    }  # fmt: skip
    shown = desk.done("show", told["change_set"], "--json").told
    assert (shown["struck"], shown["parent"]) == (told["struck"], told["parent"])


def test_the_command_that_show_proposes_strikes_the_shape(desk: Desk, change_set: str) -> None:
    shape = desk.done("show", change_set, "--shape", "1", "--json").told
    proposed = shape["next"].split()

    told = desk.done(*proposed[1:], "--json").told

    assert proposed[1:3] == ["strike", change_set]
    assert told["counts"]["changed"] == CHANGED - shape["shapes"][0]["rows"]
    left = desk.done("show", told["change_set"], "--json").told["shapes"]
    assert [one["before"] for one in left] == ["9999/9/99"]


def test_show_and_approve_tell_what_was_struck(desk: Desk, change_set: str) -> None:
    child = desk.done("strike", change_set, "--row", "500", "-m", "早于 1991", "--as", "zhang.min", "--json").told
    found = child["change_set"]

    told = f"1 row by zhang.min, from {change_set}: 早于 1991"
    assert f"  struck       {told}\n" in desk.done("show", found).out
    assert f"| struck | {told} |" in desk.done("show", found, "--format", "markdown").out
    signed = desk.done("approve", found, "--no-input", *by("zhang.min")).out
    assert f"{UNDATED} unresolved rows and 1 struck row as they are" in signed


def test_the_smaller_change_set_is_applied_and_the_parent_needs_approvals_of_its_own(
    desk: Desk, change_set: str
) -> None:
    found = desk.done("strike", change_set, "--row", "500", "--json").told["change_set"]
    desk.done("approve", found, "--no-input", *by("zhang.min"))

    assert desk("apply", change_set, *by("wang.qiang")).status == 4
    assert desk.done("apply", found, "--json", *by("wang.qiang")).told["applied"] == CHANGED - 1
    (left,) = desk.database().execute("SELECT opened_on FROM person WHERE no = 500").fetchone()
    assert left == "2011/3/25"
    desk.done("verify")


def test_striking_again_tells_what_was_struck_in_all(desk: Desk, change_set: str) -> None:
    first = desk.done("strike", change_set, "--row", "500", "--json").told["change_set"]

    shown = desk.done("strike", first, "--row", "501")

    assert shown.first.startswith(f"✓ 1 row struck from {first}.")
    assert "  in all       2 scanned rows since the plan, with what was struck before\n" in shown.out


REFUSED = [
    ((), 64, "HFX-101"),
    (("--table", "person"), 64, "HFX-101"),
    (("--shape", "-1"), 64, "HFX-101"),
    (("--row", "5000"), 64, "HFX-312"),
    (("--row", "1"), 64, "HFX-312"),
    (("--table", "nowhere", "--row", "500"), 64, "HFX-101"),
    (("--case", "1"), 64, "HFX-314"),
    (("--shape", "99"), 64, "HFX-310"),
    (("--shape", "1", "--shape", "2"), 1, "HFX-315"),
]


@pytest.mark.parametrize(("words", "status", "code"), REFUSED)
def test_strike_refuses_by_a_code_of_its_own(
    desk: Desk, change_set: str, words: tuple[str, ...], status: int, code: str
) -> None:
    shown = desk("strike", change_set, *words, "--json")

    assert (shown.status, shown.told["error"]["code"]) == (status, code)
    assert [path.name for path in (desk.folder / "changesets").iterdir()] == [change_set]


def test_a_refusal_names_no_value_and_not_the_key_that_was_given(desk: Desk, change_set: str) -> None:
    shown = desk("strike", change_set, "--row", "330102199001011234", "--json")

    assert "330102" not in json.dumps(shown.told) + shown.err


def test_strike_in_chinese(desk: Desk, change_set: str) -> None:
    shown = desk.done("strike", change_set, "--row", "500", "--lang", "zh")

    (child,) = {path.name for path in (desk.folder / "changesets").iterdir()} - {change_set}
    assert shown.first == f"✓ 已从 {change_set} 中剔除 1 行。新变更集 {child}：{CHANGED - 1} 行。"
    assert shown.last == f"下一步：git push 并发起合并请求，然后  hffix show {child} --format markdown"
    empty = desk("strike", change_set, "--lang", "zh")
    assert empty.err.splitlines()[0] == "错误 HFX-101 请指明剔除什么：--row KEY, --case N 或 --shape N"
