import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import ROWS, UNDATED, Desk, by

CHANGED = ROWS - UNDATED


def test_runs_are_listed_for_people_and_programs(desk: Desk) -> None:
    change_set, run = desk.applied()
    assert desk.done("runs").first == "✓ 1 run on main"
    (told,) = desk.done("runs", "--json").told["runs"]
    assert (told["run"], told["change_set"], told["applied"], told["state"]) == (run, change_set, CHANGED, "done")


def test_trace_tells_the_value_the_rule_the_word_and_the_hand(desk: Desk) -> None:
    change_set, run = desk.applied()
    shown = desk.done("trace", "person", "500")
    assert shown.first == "✓ person 500: 1 change by hffix; live: as written."
    assert "2011/3/25 → 2011-03-25" in shown.out
    (change,) = desk.done("trace", "person", "500", "--json").told["changes"]
    assert (change["run"], change["change_set"], change["fix"]) == (run, change_set, "0001_dates")
    assert (change["signers"][0]["person"], change["operator"]) == ("zhang.min", "wang.qiang")
    assert change["cells"] == [{"column": "opened_on", "before": "2011/3/25", "after": "2011-03-25"}]


def test_trace_masks_sensitive_columns_unless_it_is_asked_not_to(desk: Desk) -> None:
    toml = desk.folder / "hffix.toml"
    toml.write_text(toml.read_text().replace("[columns]", '[columns]\n"person.opened_on" = "first"'))
    desk.applied()
    hidden = {"column": "opened_on", "before": "2▒▒▒▒", "after": "2▒▒▒▒"}
    (masked,), (whole,) = (
        desk.done("trace", "person", "500", "--json", *more).told["changes"] for more in ((), ("--unmask",))
    )
    assert masked["cells"] == [hidden]
    assert whole["cells"] == [{"column": "opened_on", "before": "2011/3/25", "after": "2011-03-25"}]
    assert "2011" not in desk.done("trace", "person", "500").out.splitlines()[1]


def test_trace_before_the_first_change_finds_none(desk: Desk) -> None:
    desk.applied()
    assert desk("trace", "person", "500", "--as-of", "2020-01-01").status == 64


def test_a_rollback_is_planned_approved_and_applied_like_any_change_set(desk: Desk) -> None:
    _, run = desk.applied()
    desk.database().execute("UPDATE person SET opened_on = '?' WHERE no = 500")
    told = desk.done("rollback", str(run), "--json", "--as", "wang.qiang").told
    assert (told["counts"]["changed"], told["conflicts"]) == (CHANGED - 1, 1)
    inverse = told["change_set"]
    desk.done("approve", inverse, "--no-input", *by("zhang.min"))
    assert desk.done("apply", inverse, "--json", *by("wang.qiang")).told["applied"] == CHANGED - 1
    (live,) = desk.database().execute("SELECT opened_on FROM person WHERE no = 499").fetchone()
    assert live == "2011/3/24"


def test_backups_are_listed_proved_and_restored(desk: Desk) -> None:
    _, run = desk.applied()
    assert desk.done("backup", "list", "--json").told["rows"] == CHANGED
    assert desk.done("backup", "verify", "--json").told["ok"] is True
    told = desk.done("backup", "restore", str(run), "there", "--json").told
    assert told["rows"] == CHANGED
    restored = sqlite3.connect(told["file"]).execute("SELECT opened_on FROM person WHERE no = 500").fetchone()
    assert restored == ("2011/3/25",)


def test_a_damaged_part_fails_the_proof_with_6(desk: Desk) -> None:
    _, run = desk.applied()
    part = next((desk.folder / "backups" / str(run)).iterdir())
    part.unlink()
    shown = desk("backup", "verify", "--json")
    assert (shown.status, shown.told["error"]["code"]) == (6, "HFX-706")


def test_verify_finds_a_whole_record_whole(desk: Desk) -> None:
    _, run = desk.applied()
    desk.database().execute("UPDATE person SET opened_on = '?' WHERE no = 500")
    told = desk.done("verify", str(run), "--data", "--json").told
    assert (told["ok"], told["problems"], told["runs"], told["rows"]) == (True, [], 1, CHANGED)
    assert told["live"] == {"holding": CHANGED - 1, "changed": 1, "superseded": 0}


def test_verify_names_where_the_record_was_touched(desk: Desk) -> None:
    desk.applied()
    database = desk.database()
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute("UPDATE hffix_change SET after = replace(after, '2011', '2012') WHERE seq = 7")
    shown = desk("verify", "--json")
    assert (shown.status, shown.told["ok"], shown.told["error"]["code"]) == (6, False, "HFX-705")
    assert all(problem["code"] and problem["where"] for problem in shown.told["problems"])


def test_doctor_names_what_is_missing_and_ends_with_its_error(desk: Desk) -> None:
    told = desk("doctor", "--json").told
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["key", "change log"]
    assert (told["ok"], told["error"]["code"]) == (False, "HFX-405")
    desk.done("init-target", *by("wang.qiang"))
    assert desk.done("doctor", "--json", *by("wang.qiang")).told["ok"] is True


def test_doctor_says_by_code_that_the_database_stands_elsewhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.applied()
    shutil.copytree(desk.folder, desk.folder / "there")
    monkeypatch.chdir(desk.folder / "there")
    shown = desk("doctor", "--json", *by("wang.qiang"))
    missing = [check for check in shown.told["checks"] if not check["ok"]]
    assert (shown.status, [check["name"] for check in missing]) == (1, ["witnesses"])
    assert missing[0]["told"].startswith("HFX-508 ")


def test_doctor_says_by_code_that_the_database_was_set_back(desk: Desk) -> None:
    change_set = desk.approved()
    earlier = _backed_up(desk)
    desk.done("apply", change_set, *by("wang.qiang"))
    _put_back(earlier, desk)
    shown = desk("doctor", "--json", *by("wang.qiang"))
    (missing,) = [check for check in shown.told["checks"] if not check["ok"]]
    assert (shown.status, missing["name"], missing["told"][:7]) == (1, "witnesses", "HFX-702")


def test_a_restored_database_goes_on_as_a_copy_that_people_signed(desk: Desk) -> None:
    change_set = desk.approved()
    earlier = _backed_up(desk)
    desk.done("apply", change_set, *by("wang.qiang"))
    _put_back(earlier, desk)
    told = desk.done("init-target", "--copy", "--no-input", "--json", *by("zhang.min")).told
    assert (told["founded"], told["pending"], told["receipt"] is not None) == (True, None, True)
    again = desk.done("plan", "1", "--json").told["change_set"]
    desk.done("approve", again, "--no-input", *by("zhang.min"))
    assert desk.done("apply", again, "--json", *by("wang.qiang")).told["applied"] == CHANGED
    assert desk.done("verify", "--json").told["ok"] is True


def _backed_up(desk: Desk) -> Path:
    """Back the database up as its administrator does."""
    file = desk.folder / "earlier.backup"
    with sqlite3.connect(file) as backup:
        desk.database().backup(backup)
    return file


def _put_back(earlier: Path, desk: Desk) -> None:
    live = desk.database()
    with sqlite3.connect(earlier) as backup:
        backup.backup(live)
    live.close()


def test_who_verified_a_record_countersigns_it(desk: Desk) -> None:
    _, run = desk.applied()
    shown = desk.done("verify", "--countersign", *by("zhang.min"))
    assert any(line.startswith("  signed") and ".zhang.min." in line for line in shown.out.splitlines())
    assert "  receipt   signed by wang.qiang, countersigned by zhang.min" in desk.done("verify").out.splitlines()
    again = desk("verify", "--countersign", "--json", *by("zhang.min"))
    assert (again.status, again.told["ok"], again.told["error"]["code"]) == (1, True, "HFX-713")
    assert desk("verify", str(run), "--countersign", *by("zhang.min")).status == 64


def test_a_record_that_contradicts_itself_is_not_countersigned(desk: Desk) -> None:
    desk.applied()
    database = desk.database()
    database.execute("DROP TRIGGER hffix_change_update")
    database.execute("UPDATE hffix_change SET after = replace(after, '-', '/') WHERE seq = 1")
    shown = desk("verify", "--countersign", "--json", *by("zhang.min"))
    assert (shown.status, shown.told["receipt"]) == (6, None)
    assert list(desk.folder.glob("approvals/receipts/*/*.zhang.min.*")) == []
