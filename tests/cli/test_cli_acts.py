import shutil

from tests.cli.conftest import Desk, by

TRIGGER = """
CREATE TABLE audit (what TEXT);
CREATE TRIGGER told AFTER UPDATE ON person BEGIN INSERT INTO audit VALUES (NEW.no); END;
"""
LINE = "person: trigger told, AFTER UPDATE"


def test_a_trigger_is_named_by_plan_show_and_approve_before_anybody_signs(desk: Desk) -> None:
    with desk.database() as outsider:
        outsider.executescript(TRIGGER)
    desk.done("init-target", *by("wang.qiang"))
    planned = desk.done("plan", "1")
    change_set = planned.last.split()[-1]
    shown = desk.done("show", change_set)
    signed = desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    assert [LINE in page.out for page in (planned, shown, signed)] == [True] * 3
    (act,) = desk.done("show", change_set, "--json").told["acts"]
    assert (act["name"], "INSERT INTO audit" in act["text"]) == ("told", True)

    shutil.rmtree(desk.folder / "changesets")
    assert "not known here" in desk.done("show", change_set).out


def test_a_run_that_a_trigger_would_make_more_of_stops_and_says_how_to_declare_it(desk: Desk) -> None:
    change_set = desk.planned()
    with desk.database() as outsider:
        outsider.executescript(TRIGGER)
    change_set = str(desk.done("plan", "1", "--json").told["change_set"])
    desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    shown = desk("apply", change_set, *by("wang.qiang"))
    assert shown.status == 1
    assert "error HFX-640 the database itself wrote rows that are in no line" in shown.err
    assert shown.last.startswith("Next: Declare what is expected, and plan again: fix.side_effects(TABLE)")
    assert desk.database().execute("SELECT count(*) FROM audit").fetchone() == (0,)


def test_what_comes_along_on_the_way_back_is_declared_by_the_rollback(desk: Desk) -> None:
    _, run = desk.applied()
    with desk.database() as outsider:
        outsider.executescript(TRIGGER)
    assert desk("rollback", str(run), "--besides", "nothing").status == 64
    back = desk.done("rollback", str(run), "--besides", "audit")
    assert "besides" in back.out
    change_set = back.last.split()[-1]
    desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    desk.done("apply", change_set, *by("wang.qiang"))
    assert desk.database().execute("SELECT count(*) FROM audit").fetchone() == (990,)
