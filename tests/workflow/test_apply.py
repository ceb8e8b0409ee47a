import json
from dataclasses import replace

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import (
    Conflict,
    KeepsUnproved,
)
from hffix.errors.evidence import EnsuresUnmet
from hffix.errors.fixes import RequiresUnmet
from hffix.errors.targets import WriteRefused
from hffix.model.record import Chunk, Close, Open
from hffix.workflow.apply import Limits, apply
from tests.workflow.office import FIXES, LEADER, OPERATOR, Office
from tests.workflow.pictures import after, picture

# Reads a name, looks at a sum, and writes a day: all three are guarded, the note is not.
GUARDED = '''\
"""Mark the days of those who have a base."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low"{options})

@fix.rows("person", writes="opened_on", where="t.base IS NOT NULL", at_most=1000)
def mark(opened_on: str, name: str) -> str:
    """Put a mark behind the day."""
    return opened_on + "!"
'''
UNITS = "CREATE TABLE unit (code TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, name TEXT{unique}, seen TEXT);"
UNIT_FIX = '''\
"""Upper-case names of units."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low"{options})
fix.sql("unit", {{"name": "upper(name)"}}, at_most=1000)
'''


def marked(office: Office) -> list[int]:
    """List the persons whose day a run has changed."""
    return [int(str(number)) for (number,) in office.ask("SELECT id FROM person WHERE opened_on LIKE '%!' ORDER BY id")]


def test_every_approved_line_is_applied_and_nothing_else_is_written(office: Office) -> None:
    before = picture(office.database)
    change_set = office.approved("1")
    applied = office.apply(change_set, chunk_rows=4)
    assert (applied.state, applied.applied, applied.conflicts, applied.decided) == ("done", 11, 0, 11)
    assert (applied.leaves, applied.problem) == (11, None)
    found = picture(office.database)
    assert found == after(before, change_set)
    assert [row["opened_on"] for row in found["person"][:2]] == [("text", b"1991-02-02"), ("text", b"1992-03-03")]


DRIFTS = {
    "a written column": ("UPDATE person SET opened_on = 'x' WHERE id = 7", "opened_on"),
    "a column that the fix read": ("UPDATE person SET name = 'x' WHERE id = 7", "name"),
    "a column that its where names": ("UPDATE person SET base = 2 WHERE id = 7", "base"),
    "the class of a value alone": ("UPDATE person SET name = CAST(name AS BLOB) WHERE id = 7", "name"),
    "a deleted row": ("DELETE FROM person WHERE id = 7", "the row is gone"),
    "a row that was deleted and made again": (
        "DELETE FROM person WHERE id = 7; INSERT INTO person VALUES (7, '王', '', '2024/1/1', 1, NULL)",
        "name",
    ),
}


@pytest.mark.parametrize(("script", "told"), DRIFTS.values(), ids=DRIFTS)
def test_a_row_that_changed_since_the_plan_stops_the_run_before_its_chunk(
    office: Office, script: str, told: str
) -> None:
    office.write_fix("0005_mark", GUARDED.format(options=""))
    change_set = office.approved("5")
    office.run_script(script)
    before = picture(office.database)
    applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, Conflict)
    assert applied.problem.status == 3
    assert told in applied.problem.message
    assert (applied.state, applied.applied, applied.conflicts, applied.decided) == ("stopped", 4, 0, 4)
    assert marked(office) == [1, 2, 3, 4]
    assert picture(office.database)["person"][4:] == before["person"][4:]
    assert office.ask("SELECT max(seq), count(*) FROM hffix_change") == [(4, 4)]
    assert office.kinds() == ["found", "open", "chunk"]


def test_a_conflict_counts_all_of_its_chunk_and_names_no_value(office: Office) -> None:
    change_set = office.approved("1")
    office.run_script("UPDATE person SET opened_on = '9999/9/9'")
    problem = office.apply(change_set).problem
    assert isinstance(problem, Conflict)
    assert "and 10 more in this chunk" in problem.message
    assert "9999" not in problem.message


def test_a_column_that_nothing_depends_on_may_change_meanwhile_and_keeps_its_value(office: Office) -> None:
    office.write_fix("0005_mark", GUARDED.format(options=""))
    change_set = office.approved("5")
    office.run_script("UPDATE person SET note = x'0102' WHERE id = 7")
    assert office.apply(change_set).state == "done"
    assert office.ask("SELECT note, opened_on FROM person WHERE id = 7") == [(b"\x01\x02", "1997/8/8!")]


def test_a_run_that_stopped_at_a_conflict_goes_on_when_the_row_is_as_it_was(office: Office) -> None:
    change_set = office.approved("1")
    office.run_script("UPDATE person SET opened_on = opened_on || ' ' WHERE id = 7")
    assert office.apply(change_set, chunk_rows=4).state == "stopped"
    office.run_script("UPDATE person SET opened_on = rtrim(opened_on) WHERE id = 7")
    applied = office.apply(change_set)
    assert (applied.state, applied.applied) == ("done", 11)
    assert office.kinds() == ["found", "open", "chunk", "resume", "chunk", "chunk", "close"]


def test_where_the_fix_skips_conflicts_they_are_left_and_recorded_as_found(office: Office) -> None:
    change_set = office.approved("2")
    office.run_script("UPDATE loan SET due_on = '2024/9/9' WHERE loan_no = 'L2'; DELETE FROM loan WHERE loan_no = 'L3'")
    applied = office.apply(change_set)
    assert (applied.state, applied.applied, applied.conflicts, applied.decided) == ("done", 2, 2, 4)
    logged = office.ask("SELECT row_key, outcome, observed, salt FROM hffix_change ORDER BY seq")
    told = [(key, outcome, json.loads(str(observed or "null"))) for key, outcome, observed, _ in logged]
    salts = [salt for *_, salt in logged]
    assert told == [
        ('{"loan_no":"L1"}', "applied", None),
        ('{"loan_no":"L2"}', "conflict", [salts[1], {"due_on": "2024/9/9"}]),
        ('{"loan_no":"L3"}', "conflict", [salts[2], None]),
        ('{"loan_no":"L4"}', "applied", None),
    ]
    assert office.ask("SELECT due_on FROM loan ORDER BY 1") == [("2024-01-05",), ("2024-04-05",), ("2024/9/9",)]
    chunk = next(record for record in office.records() if isinstance(record, Chunk))
    assert (chunk.applied, chunk.conflicts, chunk.backup.rows) == (2, 2, 2)


@pytest.mark.parametrize(
    ("declared", "was", "now"), [("TEXT COLLATE NOCASE", "'a'", "'A'"), ("", "1", "1.0"), ("TEXT", "'1'", "x'31'")]
)
def test_a_key_that_only_looks_the_same_is_another_key(office: Office, declared: str, was: str, now: str) -> None:
    office.run_script(f"CREATE TABLE unit (code {declared} PRIMARY KEY NOT NULL, name TEXT)")
    office.run_script(f"INSERT INTO unit VALUES ({was}, 'x')")
    office.write_fix("0005_units", UNIT_FIX.format(options=""))
    change_set = office.approved("5")
    office.run_script(f"UPDATE unit SET code = {now}")
    problem = office.apply(change_set).problem
    assert isinstance(problem, Conflict)
    assert "the row is gone" in problem.message
    assert office.ask("SELECT name FROM unit") == [("x",)]


def test_what_a_table_would_replace_is_refused_instead(office: Office) -> None:
    office.run_script(UNITS.format(unique=" UNIQUE ON CONFLICT REPLACE"))
    office.run_script("INSERT INTO unit VALUES ('a', 'x', NULL)")
    office.write_fix("0005_units", UNIT_FIX.format(options=""))
    change_set = office.approved("5")
    office.run_script("INSERT INTO unit VALUES ('b', 'X', NULL)")
    applied = office.apply(change_set)
    assert isinstance(applied.problem, WriteRefused)
    assert office.ask("SELECT code, name FROM unit") == [("a", "x"), ("b", "X")]


def test_declared_side_effects_are_recorded_as_they_came(office: Office) -> None:
    office.run_script(
        UNITS.format(unique="")
        + "INSERT INTO unit VALUES ('a', 'x', NULL), ('b', 'Y', NULL);"
        + "CREATE TRIGGER stamp AFTER UPDATE OF name ON unit"
        + " BEGIN UPDATE unit SET seen = 'now' WHERE code = NEW.code; END;"
    )
    office.write_fix("0005_units", UNIT_FIX.format(options="") + 'fix.side_effects("unit", "seen")\n')
    assert office.apply(office.approved("5")).state == "done"
    assert office.ask("SELECT * FROM unit") == [("a", "X", "now"), ("b", "Y", None)]
    ((observed, salt),) = office.ask("SELECT observed, salt FROM hffix_change")
    assert json.loads(str(observed)) == [salt, {"seen": "now"}]


def test_a_deleted_row_is_in_the_log_and_in_the_backup_whole(office: Office) -> None:
    change_set = office.plan("3")
    office.approve(change_set, LEADER, "chen.jie")
    assert office.apply(change_set).applied == 1
    assert office.ask("SELECT loan_no FROM loan ORDER BY 1") == [("L1",), ("L2",), ("L3",)]
    ((kind, before, after),) = office.ask("SELECT kind, before, after FROM hffix_change")
    assert (kind, after) == ("delete", "null")
    assert json.loads(str(before)) == {
        "loan_no": "L4", "person_id": {"int": "13"}, "due_on": "2024/4/5", "amount": {"int": "4000"},
    }  # fmt: skip


def test_what_a_fix_requires_is_asked_before_the_first_write_and_not_after_it(office: Office) -> None:
    condition = 'fix.requires("days are old", "SELECT count(*) FROM person WHERE opened_on LIKE \'%/%\'", equals=11)\n'
    office.write_fix("0001_opened", FIXES["0001_opened"] + condition)
    change_set = office.approved("1")
    office.run_script("UPDATE person SET opened_on = '2024/2/30' WHERE id = 12")
    with pytest.raises(RequiresUnmet):
        office.apply(change_set)
    office.run_script("UPDATE person SET opened_on = '2024-02-30' WHERE id = 12")
    asked = iter([False, True])
    assert office.apply(change_set, chunk_rows=4, limits=Limits(asked=lambda: next(asked))).state == "paused"
    assert office.apply(change_set).state == "done"


def test_what_a_fix_ensures_is_recorded_with_the_close_and_told(office: Office) -> None:
    condition = (
        'fix.ensures("no day is open", "SELECT count(*) FROM person WHERE opened_on = \'2024-02-30\'", equals=0)\n'
    )
    office.write_fix("0001_opened", FIXES["0001_opened"] + condition)
    applied = office.apply(office.approved("1"))
    assert isinstance(applied.problem, EnsuresUnmet)
    assert (applied.state, applied.applied) == ("done", 11)
    close = office.records()[-1]
    assert isinstance(close, Close)
    assert [(ensured.title, ensured.held) for ensured in close.ensures] == [("no day is open", False)]


MOVES = '''\
"""Move a thousand from one loan to another."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low", on_conflict="skip")
fix.sql("loan", {"amount": "CASE loan_no WHEN 'L1' THEN amount + 500 ELSE amount - 500 END"},
        where="loan_no IN ('L1', 'L2')", at_most=2)
fix.keeps("loan.amount")
'''


@pytest.mark.parametrize(("script", "problem"), [("", None), ("UPDATE loan SET amount = 1", KeepsUnproved)])
def test_a_total_that_is_kept_is_proved_again_where_lines_were_left(
    office: Office, script: str, problem: type[HffixError] | None
) -> None:
    office.write_fix("0005_move", MOVES)
    change_set = office.approved("5")
    office.run_script(script and f"{script} WHERE loan_no = 'L2'")
    applied = office.apply(change_set)
    assert (applied.state, type(applied.problem)) == ("done", problem or type(None))
    assert (applied.applied, applied.conflicts) == ((1, 1) if problem else (2, 0))


def test_the_open_record_says_who_where_and_by_which_words(office: Office) -> None:
    change_set = office.approved("1")
    office.apply(change_set)
    opened = office.records()[1]
    assert isinstance(opened, Open)
    manifest = change_set.manifest
    assert (opened.run, opened.manifest, opened.root, opened.leaves) == (2, change_set.digest, manifest.root, 11)
    assert (opened.operator, opened.host, len(opened.statements), opened.inverse) == (OPERATOR, "desk", 1, None)
    assert opened.durability == {"journal_mode": "wal", "synchronous": "2"}


def test_a_watcher_sees_every_chunk(office: Office) -> None:
    change_set = office.approved("2")
    office.pace(change_set, 3)
    steps: list[tuple[int, int | None, int]] = []
    setting = replace(
        office.setting(OPERATOR), watch=lambda step: steps.append((step.done, step.total, step.conflicts))
    )
    office.run_script("DELETE FROM loan WHERE loan_no = 'L1'")
    apply(setting, change_set)
    assert steps == [(3, 4, 1), (4, 4, 1)]
