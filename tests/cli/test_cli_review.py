import json
from pathlib import Path

import pytest

from tests.cli.conftest import ROWS, UNDATED, Desk, by

CHANGED = ROWS - UNDATED


@pytest.fixture
def change_set(desk: Desk) -> str:
    return desk.planned()


def test_show_needs_no_database(desk: Desk, change_set: str) -> None:
    (desk.folder / "fund.db").unlink()
    shown = desk.done("show", change_set[:4])
    assert shown.first.startswith(f"✓ Change set {change_set} changes {CHANGED} rows of person")
    assert shown.last == f"Next: hffix approve {change_set}"


def test_show_as_json_is_the_same_by_option_and_by_form(desk: Desk, change_set: str) -> None:
    by_option, by_form = desk.done("show", change_set, "--json"), desk.done("show", change_set, "--format", "json")
    assert by_option.told == json.loads(by_form.out)
    assert (by_option.told["state"], by_option.told["lacking"]) == ("unapproved", ["1 leader"])


def test_show_masks_keys_and_personal_data_unless_it_is_asked_not_to(desk: Desk, change_set: str) -> None:
    toml = desk.folder / "hffix.toml"
    toml.write_text(toml.read_text().replace("[columns]", '[columns]\n"person.no" = "first"'))
    masked, whole = (desk.done("show", change_set, "--shape", "1", *more).out for more in ((), ("--unmask",)))
    assert ("▒" in masked, "▒" in whole) == (True, False)


def test_show_writes_a_file_and_says_where(desk: Desk, change_set: str) -> None:
    shown = desk.done("show", change_set, "--format", "markdown", "-o", "review.md")
    assert shown.first == "✓ Wrote review.md."
    assert change_set in (desk.folder / "review.md").read_text(encoding="utf-8")


def test_show_writes_over_no_file_unless_it_is_forced(desk: Desk, change_set: str) -> None:
    (desk.folder / "review.md").write_text("mine")
    refused = desk("show", change_set, "-o", "review.md", "--json")
    assert (refused.status, refused.told["error"]["code"]) == (1, "HFX-106")
    assert (desk.folder / "review.md").read_text() == "mine"
    desk.done("show", change_set, "-o", "review.md", "--force")
    assert change_set in (desk.folder / "review.md").read_text(encoding="utf-8")


OWN = ("hffix.toml", "fund.db", ".gitignore", "approvals/policy.toml", "fixes/review.md", "backups/new/review.md")


@pytest.mark.parametrize("name", OWN)
def test_show_writes_into_no_file_of_the_project_even_where_it_is_forced(
    desk: Desk, change_set: str, name: str
) -> None:
    before = contents(desk)
    (desk.folder / "link").symlink_to(desk.folder / name)
    for output in (name, "link"):
        refused = desk("show", change_set, "-o", output, "--force", "--json")
        assert (refused.status, refused.told["error"]["code"]) == (1, "HFX-106")
    (desk.folder / "link").unlink()
    assert contents(desk) == before


def contents(desk: Desk) -> dict[Path, bytes]:
    """Read every file but that of the events, which tells of refused calls too."""
    files = (path for path in desk.folder.rglob("*") if path.is_file() and path.name != "events.jsonl")
    return {path: path.read_bytes() for path in files}


def test_one_shape_ends_with_commands_that_can_be_given(desk: Desk, change_set: str) -> None:
    last = desk.done("show", change_set, "--shape", "1").last
    assert last == f"Next: hffix strike {change_set} --shape 1   or   hffix show {change_set} --format markdown"
    for command in last.removeprefix("Next: ").split("   or   "):
        desk.done(*command.split()[1:])


def test_show_refuses_a_shape_that_is_not_there(desk: Desk, change_set: str) -> None:
    shown = desk("show", change_set, "--shape", "99", "--json")
    assert (shown.status, shown.told["error"]["code"], shown.told["change_set"]) == (64, "HFX-310", change_set)


def test_status_counts_rows_that_changed_since_the_plan(desk: Desk, change_set: str) -> None:
    desk.database().execute("UPDATE person SET opened_on = '?' WHERE no = 500")
    told = desk.done("status", change_set, "--json").told
    assert (told["state"], told["fresh"], told["drifted"]) == ("unapproved", CHANGED - 1, 1)


def test_status_of_a_fix_looks_at_every_target(desk: Desk, change_set: str) -> None:
    desk.done("init-target", "--target", "city-a", *by("wang.qiang"))
    other = desk.done("plan", "1", "--target", "city-a", "--json").told["change_set"]
    told = desk.done("status", "--fix", "1", "--json").told["results"]
    assert {(one["change_set"], one["target"]) for one in told} == {(change_set, "main"), (other, "city-a")}


@pytest.mark.parametrize(("answer", "status"), [(f"{CHANGED}\n", 0), (f"{CHANGED:,}\n", 0), ("41209\n", 1), ("", 1)])
def test_only_the_number_of_rows_signs(desk: Desk, change_set: str, answer: str, status: int) -> None:
    import io
    import sys

    keyboard, sys.stdin = sys.stdin, io.StringIO(answer)
    try:
        shown = desk("approve", change_set, "--json", *by("zhang.min"))
    finally:
        sys.stdin = keyboard
    assert (shown.status, shown.told.get("approved")) == (status, True if status == 0 else None)
    assert "You are about to sign, as zhang.min 张敏" in shown.err
    assert (desk.folder / "approvals" / change_set / "manifest.json").exists()
    assert len(list((desk.folder / "approvals" / change_set).glob("zhang.min.*.json"))) == (status == 0)


def test_without_input_nothing_is_asked_but_what_is_signed_is_shown(desk: Desk, change_set: str) -> None:
    shown = desk.done("approve", change_set, "--no-input", "-m", "同意", *by("zhang.min"))
    digest = desk.done("status", change_set, "--json").told["digest"]
    assert digest in shown.out
    assert shown.last == f"Next: hffix apply {change_set}"


REFUSED = [
    (("--sign-with", "keys/li.wei"), 4, "HFX-406"),
    (("--sign-with", "keys/nobody"), 4, "HFX-405"),
    (("--sign-with", "keys/zhang.min", "--as", "wang.qiang"), 4, "HFX-404"),
    (("--sign-with", "keys/zhang.min", "--purpose", "rollback"), 64, "HFX-409"),
    ((), 4, "HFX-405"),
]


@pytest.mark.parametrize(("words", "status", "code"), REFUSED)
def test_who_may_not_sign_is_refused(
    desk: Desk, change_set: str, words: tuple[str, ...], status: int, code: str
) -> None:
    shown = desk("approve", change_set, "--no-input", "--json", *words)
    assert (shown.status, shown.told["error"]["code"]) == (status, code)


def test_a_revoked_change_set_is_not_applied(desk: Desk, change_set: str) -> None:
    desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    revoked = desk.done("revoke", change_set, "-m", "wrong bank", "--no-input", "--json", *by("zhang.min"))
    assert revoked.told["recorded"] is True
    refused = desk("apply", change_set, "--json", *by("wang.qiang"))
    assert (refused.status, refused.told["error"]["code"]) == (4, "HFX-408")
    assert desk.done("status", change_set, "--json").told["state"] == "revoked"


def test_a_new_policy_is_shown_as_its_differences_signed_and_said(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    policy = desk.folder / "approvals" / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("valid_days = 30", "valid_days = 20"), "utf-8")
    shown = desk.done("approve", "--purpose", "policy", "--no-input", *by("zhang.min"))
    assert {"-valid_days = 30", "+valid_days = 20"} <= set(shown.out.splitlines())
    assert max(map(len, shown.out.splitlines())) <= 100
    assert "✓ Signed. The policy and signers stand" in shown.out
    assert desk("approve", "--purpose", "policy", "--no-input", *by("zhang.min")).status == 4


@pytest.mark.parametrize("words", [(), ("abcd", "--purpose", "policy")])
def test_approve_takes_change_sets_or_the_policy(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk("approve", *words, *by("zhang.min")).status == 64
