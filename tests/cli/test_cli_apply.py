import os
import signal

import pytest

from hffix.workflow.failpoints import failpoints
from tests.cli.conftest import ROWS, UNDATED, Desk, by

CHANGED = ROWS - UNDATED
OPERATOR = by("wang.qiang")


def still_wrong(desk: Desk) -> int:
    (count,) = desk.database().execute("SELECT count(*) FROM person WHERE opened_on LIKE '%/%'").fetchone()
    return int(count)


def test_apply_writes_what_was_approved_and_says_what_comes_next(desk: Desk) -> None:
    change_set = desk.approved()
    shown = desk.done("apply", change_set, *OPERATOR)
    assert shown.first == f"✓ Run 2 applied {CHANGED} of {CHANGED} rows."
    assert shown.last == "Next: hffix verify 2 --data"
    assert still_wrong(desk) == 0


def test_apply_tells_programs_where_the_run_stands(desk: Desk) -> None:
    told = desk.done("apply", desk.approved(), "--json", *OPERATOR).told
    facts = {name: told[name] for name in ("run", "applied", "conflicts", "state", "leaves")}
    assert facts == {"run": 2, "applied": CHANGED, "conflicts": 0, "state": "done", "leaves": CHANGED}
    assert len(told["head"]) == 64
    assert [path.name for path in (desk.folder / "approvals/receipts").rglob(told["receipt"])] == [told["receipt"]]


def test_applied_again_it_ends_with_7_and_says_so_gently(desk: Desk) -> None:
    change_set, run = desk.applied()
    shown = desk("apply", change_set, "--json", *OPERATOR)
    assert (shown.status, shown.told["run"], shown.told["error"]["code"]) == (7, run, "HFX-604")
    assert shown.err.startswith("note HFX-604 ")


def test_what_nobody_approved_is_not_applied(desk: Desk) -> None:
    change_set = desk.planned()
    shown = desk("apply", change_set, *OPERATOR)
    assert (shown.status, shown.last) == (4, f"Next: Ask the people named to run: hffix approve {change_set}")
    assert still_wrong(desk) == CHANGED


def test_a_conflict_ends_with_3_and_names_what_can_be_done(desk: Desk) -> None:
    change_set = desk.approved()
    desk.database().execute("UPDATE person SET opened_on = '?' WHERE no = 500")
    shown = desk("apply", change_set, *OPERATOR)
    assert (shown.status, shown.first[:17]) == (3, "! Run 2 stopped: ")
    assert shown.last == f"Next: Look at the row; then apply again, or leave the rest with: hffix close {change_set}"
    closed = desk.done("close", change_set, "--json", *OPERATOR).told
    assert (closed["state"], closed["applied"] + closed["left"]) == ("closed", CHANGED)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_ends_at_a_chunk_s_edge_and_goes_on_when_called_again(desk: Desk, stop: int) -> None:
    change_set = desk.approved()

    def interrupt(name: str) -> None:
        if name == "chunk.written":
            os.kill(os.getpid(), stop)
            failpoints.on_reach = None

    failpoints.on_reach = interrupt
    shown = desk("apply", change_set, "--json", *OPERATOR)
    assert (shown.status, shown.told["state"], shown.told["error"]["code"]) == (130, "paused", "HFX-606")
    assert (shown.told["applied"], still_wrong(desk)) == (100, CHANGED - 100)
    assert signal.getsignal(stop) in {signal.default_int_handler, signal.SIG_DFL}
    assert desk.done("apply", change_set, "--json", *OPERATOR).told["applied"] == CHANGED


def test_interrupted_twice_it_stops_at_once_and_the_chunk_is_rolled_back(desk: Desk) -> None:
    change_set = desk.approved()

    def interrupt(name: str) -> None:
        if name == "chunk.written":
            failpoints.on_reach = None
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    failpoints.on_reach = interrupt
    shown = desk("apply", change_set, "--json", *OPERATOR)
    assert (shown.status, shown.told["error"]["code"], still_wrong(desk)) == (130, "HFX-606", CHANGED)
    assert desk.done("apply", change_set, "--json", *OPERATOR).told["applied"] == CHANGED


def test_its_time_being_up_it_pauses_with_5(desk: Desk) -> None:
    shown = desk("apply", desk.approved(), "--until", "2024-03-05T06:00:00Z", "--json", *OPERATOR)
    assert (shown.status, shown.told["state"], shown.told["error"]["code"]) == (5, "paused", "HFX-605")


def test_a_paused_run_writes_nothing_until_it_is_resumed(desk: Desk) -> None:
    change_set = desk.approved()
    assert desk.done("pause", change_set, "--json").told["paused"] is True
    assert (desk("apply", change_set, *OPERATOR).status, still_wrong(desk)) == (5, CHANGED)
    assert desk.done("resume", change_set).last == f"Next: hffix apply {change_set}"
    assert desk.done("apply", change_set, "--json", *OPERATOR).told["applied"] == CHANGED


def test_the_pace_is_kept_within_its_limits(desk: Desk) -> None:
    change_set = desk.approved()
    assert desk.done("pace", change_set, "chunk-rows=250", "--json").told["chunk_rows"] == 250
    said = desk.done("pace", change_set, "chunk-rows=250").first
    assert said == f"✓ Change set {change_set}: 250 rows a chunk from its next chunk's edge on."
    assert desk("pace", change_set, "chunk-rows=1").status == 64


def test_several_change_sets_are_applied_in_turn_until_one_fails(desk: Desk) -> None:
    change_set, other = desk.approved(), desk.done("plan", "1", "--json").told["change_set"]
    shown = desk("apply", change_set, other, "--json", *OPERATOR)
    done, refused = shown.told["results"]
    assert (shown.status, done["applied"], refused["error"]["code"]) == (4, CHANGED, "HFX-401")
    assert refused["change_set"] == other
    spent = desk("apply", change_set, change_set, "--json", *OPERATOR)
    assert (spent.status, len(spent.told["results"])) == (7, 2)


def test_a_head_that_the_chain_does_not_hold_refuses(desk: Desk) -> None:
    shown = desk("apply", desk.approved(), "--expect", "0" * 64, "--json", *OPERATOR)
    assert (shown.status, shown.told["error"]["code"]) == (6, "HFX-709")


def test_closing_without_an_open_run_is_refused(desk: Desk) -> None:
    change_set = desk.approved()
    assert desk("close", change_set, "--json", *OPERATOR).told["error"]["code"] == "HFX-610"


def test_a_failpoint_ends_the_process_and_the_next_call_goes_on(desk: Desk) -> None:
    change_set = desk.approved()
    killed = desk.apart("apply", change_set, *OPERATOR, HFFIX_FAILPOINT="chunk.journaled:2")
    assert killed.status == -signal.SIGKILL
    assert still_wrong(desk) == CHANGED - 100
    assert desk.done("apply", change_set, "--json", *OPERATOR).told["applied"] == CHANGED


def test_a_failpoint_of_another_name_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFFIX_FAILPOINT", "nowhere:1")
    assert desk("runs", "--json").told["error"]["code"] == "HFX-101"
