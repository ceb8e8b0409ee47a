"""Every call of a command leaves one event, also where it is refused, and none of them tells a value."""

import json
from pathlib import Path
from typing import Any

import pytest

from hffix.cli.catalogue import COMMANDS
from hffix.workflow.event import make_event
from hffix.workflow.failpoints import failpoints
from tests.cli.conftest import Desk, by

OPERATOR = by("wang.qiang")
# Those that are given where no project is.
OUTSIDE = {"init", "demo", "reference"}
CALLS = {
    "init-target": OPERATOR,
    "doctor": (),
    "new": ("another", "-m", "Another."),
    "list": (),
    "plan": ("1",),
    "show": ("{}",),
    "strike": ("{}", "--row", "person 500", "-m", "not this one"),
    "approve": ("{}", "--no-input", *by("zhang.min")),
    "revoke": ("{}", "--no-input", *by("zhang.min")),
    "status": ("{}",),
    "apply": ("{}", *OPERATOR),
    "pause": ("{}",),
    "resume": ("{}",),
    "pace": ("{}", "chunk-rows=10"),
    "close": ("{}", *OPERATOR),
    "rollback": ("2",),
    "runs": (),
    "trace": ("person", "500"),
    "verify": (),
    "erase": ("person", "500", "--no-input", *OPERATOR),
    "backup": ("list",),
    "ci": (),
    "policy": ("check",),
}
WRITING = {"init-target", "apply", "pause", "resume", "pace", "close", "revoke", "erase"}


def events(desk: Desk, command: str = "") -> list[dict[str, Any]]:
    """List the events of both places, those of one command if it is named."""
    told = desk.done("runs", "--events", "--json").told["events"]
    return [one for one in told if one["command"] != "runs" and one["command"].startswith(command)]


def file_of(desk: Desk) -> Path:
    return desk.folder / "backups/events.jsonl"


def test_the_calls_here_are_those_of_all_commands() -> None:
    assert CALLS.keys() | OUTSIDE == COMMANDS.keys()


@pytest.mark.parametrize("command", sorted(CALLS))
def test_a_call_leaves_one_event_however_it_ends(desk: Desk, command: str) -> None:
    change_set = desk.planned()
    before = events(desk)
    shown = desk(command, *(word.format(change_set) for word in CALLS[command]), "--json")
    left = [one for one in events(desk) if one not in before or one["command"].split()[0] == command]
    if command in {"plan", "init-target"}:
        left = left[1:]  # the project was made ready by this command
    if command == "runs":
        names = [json.loads(line)["command"] for line in file_of(desk).read_text().splitlines()]
        assert names.count("runs") == 3
        return
    error = shown.told.get("error")
    assert [one["command"].split()[0] for one in left] == [command]
    assert [one["place"] for one in left] == ["target" if command in WRITING else "file"]
    if error:
        assert [one["outcome"] for one in left] == [error["code"]]


def test_a_walk_is_told_by_who_gave_each_command(desk: Desk) -> None:
    change_set, _ = desk.applied()
    desk("apply", change_set, *OPERATOR)
    told = [(one["person"], one["command"], one["subject"], one["outcome"]) for one in events(desk)]
    assert ("wang.qiang", "init-target", None, "done") in told
    assert ("zhang.min", "approve", change_set, "done") in told
    applied = [one for one in told if one[1] == "apply"]
    assert applied == [
        ("wang.qiang", "apply", change_set, "done"),
        ("wang.qiang", "apply", change_set, "HFX-604"),
    ]


def test_several_targets_or_change_sets_leave_one_event_each(desk: Desk) -> None:
    change_set = desk.planned()
    desk("apply", change_set, "0000", *OPERATOR)
    told = [(one["subject"], one["outcome"][:4]) for one in events(desk, "apply")]
    assert told == [(change_set, "HFX-")]  # it stopped at the first that failed
    before = len(events(desk, "plan"))
    desk("plan", "1", "--target", "city-*")
    assert len(events(desk, "plan")) - before == 2


def test_one_statement_over_several_change_sets_leaves_one_event_for_each(desk: Desk) -> None:
    first = desk.planned()
    second = str(desk.done("plan", "1", "--json").told["change_set"])
    shown = desk.done("approve", first, second, first, "--together", "--no-input", *by("zhang.min"))
    assert "✓ One statement over 2 change sets is signed." in shown.out.splitlines()
    assert shown.last == f"Next: hffix apply {first} {second}"
    told = [(one["subject"], one["person"], one["outcome"]) for one in events(desk, "approve")]
    assert told == [(first, "zhang.min", "done"), (second, "zhang.min", "done")]
    city = str(desk("init-target", "--target", "city-a", *by("wang.qiang")).status)
    other = str(desk.done("plan", "1", "--target", "city-a", "--json").told["change_set"])
    refused = desk("approve", second, other, "--together", "--no-input", "--json", *by("zhang.min"))
    assert (city, refused.status, refused.told["error"]["code"]) == ("0", 64, "HFX-415")


def test_asking_for_personal_data_whole_is_told(desk: Desk) -> None:
    change_set = desk.planned()
    desk.done("show", change_set, "--unmask")
    assert [one["command"] for one in events(desk, "show")] == ["show --unmask"]


def test_a_call_that_is_interrupted_leaves_its_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    change_set = desk.approved()

    def interrupt(name: str) -> None:
        if name == "chunk.locked":
            raise KeyboardInterrupt

    monkeypatch.setattr(failpoints, "on_reach", interrupt)
    assert desk("apply", change_set, *OPERATOR).status == 130
    monkeypatch.setattr(failpoints, "on_reach", None)
    assert [one["outcome"] for one in events(desk, "apply")] == ["interrupted"]


def test_what_was_typed_is_in_no_event(desk: Desk) -> None:
    desk.planned()
    desk("trace", "110101195403138779", "110101195403138779")
    desk("apply", "张三", *OPERATOR)
    kept = file_of(desk).read_text() + json.dumps(events(desk), ensure_ascii=False)
    assert "110101195403138779" not in kept
    assert "张三" not in kept


def test_where_the_target_cannot_be_reached_the_file_takes_it(desk: Desk) -> None:
    change_set = desk.approved()
    (desk.folder / "fund.db").rename(desk.folder / "gone.db")
    assert desk("apply", change_set, *OPERATOR).status == 1
    assert json.loads(file_of(desk).read_text().splitlines()[-1])["command"] == "apply"


def test_where_only_the_target_can_take_it_apply_goes_on(desk: Desk) -> None:
    change_set = desk.approved()
    file_of(desk).unlink()
    file_of(desk).mkdir()
    assert desk("apply", change_set, *OPERATOR).status == 0


def test_where_no_event_could_be_left_nothing_is_written(desk: Desk) -> None:
    change_set = desk.approved()
    file_of(desk).unlink()
    file_of(desk).mkdir()
    desk.database().execute("DROP TABLE hffix_event")
    shown = desk("apply", change_set, "--json", *OPERATOR)
    assert (shown.status, shown.told["error"]["code"]) == (1, "HFX-534")
    assert desk.done("runs", "--json").told["runs"] == []


def test_what_only_reads_goes_on_where_no_event_can_be_left(desk: Desk) -> None:
    change_set = desk.planned()
    file_of(desk).unlink()
    file_of(desk).mkdir()
    shown = desk.done("show", change_set)
    assert shown.err.startswith("note: no event was left: ")


def test_the_page_lists_events(desk: Desk) -> None:
    desk.applied()
    shown = desk.done("runs", "--events")
    assert shown.first == "✓ 5 events on main and in this project"
    assert sum("wang.qiang @" in line and "done" in line for line in shown.out.splitlines()) == 2
    assert desk.done("runs", "--events", "--lang", "zh").first.endswith("条操作记录")


def test_names_that_act_on_a_terminal_are_made_harmless() -> None:
    made = make_event(command="show", subject=None, outcome="done", person="li\x1b[2J\nwei", host="a\u2028b")
    assert (made.person, made.host) == ("li?[2J?wei", "a?b")
