import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import (
    AlreadyApplied,
    BackupTooSlow,
    Conflict,
    KeepsUnproved,
    Paused,
    ReadBackDiffers,
    RowCountDiffers,
)
from hffix.errors.changesets import EmptyChangeSet, RowsChanged, RowsMissing
from hffix.errors.evidence import EnsuresUnmet
from hffix.errors.fixes import RequiresUnmet
from hffix.errors.project import StorageFailed
from hffix.errors.targets import Busy, Fenced, Held, OtherLineage, SchemaChanged, WriteRefused
from hffix.model.record import Chunk, Close, Open
from hffix.store.changesets import ChangeSet
from hffix.workflow import apply as apply_module
from hffix.workflow.apply import Limits, apply
from tests.workflow.office import FIXES, LEADER, OPERATOR, SECOND_OPERATOR, Office, acting_at, open_office
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


def approved(office: Office, fix: str) -> ChangeSet:
    change_set = office.plan(fix)
    office.approve(change_set)
    return change_set


def marked(office: Office) -> list[int]:
    """List the persons whose day a run has changed."""
    return [int(str(number)) for (number,) in office.ask("SELECT id FROM person WHERE opened_on LIKE '%!' ORDER BY id")]


def kinds(office: Office) -> list[str]:
    return [str(kind) for (kind,) in office.ask("SELECT kind FROM hffix_record ORDER BY number")]


def test_every_approved_line_is_applied_and_nothing_else_is_written(office: Office) -> None:
    before = picture(office.database)
    change_set = approved(office, "1")
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
    change_set = approved(office, "5")
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
    assert kinds(office) == ["found", "open", "chunk"]


def test_a_conflict_counts_all_of_its_chunk_and_names_no_value(office: Office) -> None:
    change_set = approved(office, "1")
    office.run_script("UPDATE person SET opened_on = '9999/9/9'")
    problem = office.apply(change_set).problem
    assert isinstance(problem, Conflict)
    assert "and 10 more in this chunk" in problem.message
    assert "9999" not in problem.message


def test_a_column_that_nothing_depends_on_may_change_meanwhile_and_keeps_its_value(office: Office) -> None:
    office.write_fix("0005_mark", GUARDED.format(options=""))
    change_set = approved(office, "5")
    office.run_script("UPDATE person SET note = x'0102' WHERE id = 7")
    assert office.apply(change_set).state == "done"
    assert office.ask("SELECT note, opened_on FROM person WHERE id = 7") == [(b"\x01\x02", "1997/8/8!")]


def test_a_run_that_stopped_at_a_conflict_goes_on_when_the_row_is_as_it_was(office: Office) -> None:
    change_set = approved(office, "1")
    office.run_script("UPDATE person SET opened_on = opened_on || ' ' WHERE id = 7")
    assert office.apply(change_set, chunk_rows=4).state == "stopped"
    office.run_script("UPDATE person SET opened_on = rtrim(opened_on) WHERE id = 7")
    applied = office.apply(change_set)
    assert (applied.state, applied.applied) == ("done", 11)
    assert kinds(office) == ["found", "open", "chunk", "resume", "chunk", "chunk", "close"]


def test_where_the_fix_skips_conflicts_they_are_left_and_recorded_as_found(office: Office) -> None:
    change_set = approved(office, "2")
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


def test_a_key_whose_case_changed_is_another_key(office: Office) -> None:
    office.run_script(UNITS.format(unique="") + "INSERT INTO unit VALUES ('a', 'x', NULL), ('b', 'y', NULL)")
    office.write_fix("0005_units", UNIT_FIX.format(options=""))
    change_set = approved(office, "5")
    office.run_script("UPDATE unit SET code = 'A' WHERE code = 'a'")
    problem = office.apply(change_set).problem
    assert isinstance(problem, Conflict)
    assert "the row is gone" in problem.message
    assert office.ask("SELECT code, name FROM unit") == [("A", "x"), ("b", "y")]


CHANGES_ANOTHER = """
CREATE TRIGGER meddle AFTER UPDATE OF opened_on ON person WHEN NEW.id = 7
BEGIN UPDATE person SET note = x'01' WHERE id = NEW.id; END;
"""
CHANGES_THE_SAME = """
CREATE TRIGGER meddle AFTER UPDATE OF opened_on ON person WHEN NEW.id = 7
BEGIN UPDATE person SET opened_on = '1900-01-01' WHERE id = NEW.id; END;
"""
DELETES = "CREATE TRIGGER meddle AFTER UPDATE ON person WHEN NEW.id = 7 BEGIN DELETE FROM person WHERE id = 7; END;"
IGNORES = "CREATE TRIGGER meddle BEFORE UPDATE ON person WHEN NEW.id = 7 BEGIN SELECT RAISE(IGNORE); END;"
ABORTS = "CREATE TRIGGER meddle BEFORE UPDATE ON person WHEN NEW.id = 7 BEGIN SELECT RAISE(ABORT, 'secret'); END;"
UNIQUE = "CREATE UNIQUE INDEX one_day ON person (substr(opened_on, 5, 1));"
DEFERRED = """
CREATE TABLE pupil (id INTEGER PRIMARY KEY NOT NULL,
    opened_on TEXT REFERENCES person (opened_on) DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX referred ON person (opened_on);
INSERT INTO pupil SELECT id, opened_on FROM person WHERE id = 7;
"""
REFUSALS: Mapping[str, tuple[str, type[HffixError], str]] = {
    "a trigger changes another column": (CHANGES_ANOTHER, ReadBackDiffers, "note"),
    "a trigger changes the written column": (CHANGES_THE_SAME, ReadBackDiffers, "opened_on"),
    "a trigger deletes the row": (DELETES, ReadBackDiffers, "not there"),
    "a trigger ignores the write": (IGNORES, RowCountDiffers, "matched"),
    "a trigger aborts the write": (ABORTS, WriteRefused, "SQLITE_CONSTRAINT_TRIGGER"),
    "a unique index refuses it": (UNIQUE, WriteRefused, "SQLITE_CONSTRAINT_UNIQUE"),
    "a deferred key refuses the commit": (DEFERRED, WriteRefused, "SQLITE_CONSTRAINT_FOREIGNKEY"),
}


@pytest.mark.parametrize(("script", "refusal", "told"), REFUSALS.values(), ids=REFUSALS)
def test_a_chunk_that_cannot_be_written_as_approved_is_rolled_back_whole(
    office: Office, script: str, refusal: type[HffixError], told: str
) -> None:
    if script is UNIQUE:
        office.run_script("UPDATE person SET opened_on = '2024' || char(64 + id) || opened_on")
        office.write_fix("0001_opened", FIXES["0001_opened"].replace("cleaners.date", "lambda v: v[5:]"))
    office.run_script(script)
    change_set = approved(office, "1")
    before = picture(office.database)
    applied = office.apply(change_set)
    assert isinstance(applied.problem, refusal)
    assert told in applied.problem.message
    assert "secret" not in applied.problem.message
    assert (applied.state, applied.applied, applied.receipt is not None) == ("stopped", 0, True)
    assert picture(office.database) == before
    assert (office.ask("SELECT * FROM hffix_change"), kinds(office)) == ([], ["found", "open"])


def test_what_a_table_would_replace_is_refused_instead(office: Office) -> None:
    office.run_script(UNITS.format(unique=" UNIQUE ON CONFLICT REPLACE"))
    office.run_script("INSERT INTO unit VALUES ('a', 'x', NULL), ('b', 'X', NULL)")
    office.write_fix("0005_units", UNIT_FIX.format(options=""))
    applied = office.apply(approved(office, "5"))
    assert isinstance(applied.problem, WriteRefused)
    assert office.ask("SELECT code, name FROM unit") == [("a", "x"), ("b", "X")]


def test_a_child_that_came_since_the_plan_is_not_taken_along(office: Office) -> None:
    office.run_script("""
        CREATE TABLE bank (id INTEGER PRIMARY KEY NOT NULL, name TEXT);
        CREATE TABLE branch (id INTEGER PRIMARY KEY NOT NULL, bank INTEGER REFERENCES bank ON DELETE CASCADE);
        INSERT INTO bank VALUES (1, 'x'), (2, 'y');
    """)
    office.write_fix(
        "0005_banks",
        '"""Banks go."""\nfrom hffix import Fix\nfix = Fix(author="li.wei", risk="low")\n'
        'fix.delete("bank", where="t.id = 1", at_most=5)\n',
    )
    change_set = approved(office, "5")
    office.run_script("INSERT INTO branch VALUES (7, 1)")
    applied = office.apply(change_set)
    assert isinstance(applied.problem, Conflict)
    assert "branch" in applied.problem.message
    assert office.ask("SELECT (SELECT count(*) FROM bank), (SELECT count(*) FROM branch)") == [(2, 1)]


def test_declared_side_effects_are_recorded_as_they_came(office: Office) -> None:
    office.run_script(
        UNITS.format(unique="")
        + "INSERT INTO unit VALUES ('a', 'x', NULL), ('b', 'Y', NULL);"
        + "CREATE TRIGGER stamp AFTER UPDATE OF name ON unit"
        + " BEGIN UPDATE unit SET seen = 'now' WHERE code = NEW.code; END;"
    )
    office.write_fix("0005_units", UNIT_FIX.format(options="") + 'fix.side_effects("unit", "seen")\n')
    assert office.apply(approved(office, "5")).state == "done"
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


SCHEMAS = {
    "a column was added": ("ALTER TABLE person ADD COLUMN more TEXT", "more"),
    "a column has another affinity": (
        "ALTER TABLE person DROP COLUMN base; ALTER TABLE person ADD COLUMN base TEXT", "base",
    ),
    "a trigger was added": ("CREATE TRIGGER quiet AFTER UPDATE ON person BEGIN SELECT 1; END", "quiet"),
    "a unique index was added": ("CREATE UNIQUE INDEX one ON person (id_no)", "unique"),
    "another table refers to it": ("CREATE TABLE pupil (id INTEGER REFERENCES person (id))", "referred_by"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "told"), SCHEMAS.values(), ids=SCHEMAS)
def test_a_table_that_changed_since_the_plan_refuses_the_run_and_is_named(
    office: Office, script: str, told: str
) -> None:
    change_set = approved(office, "1")
    office.run_script(script)
    with pytest.raises(SchemaChanged, match=f"person.*{told}") as refused:
        office.apply(change_set)
    assert refused.value.status == 3
    assert kinds(office) == ["found"]


def test_a_table_that_changes_between_two_chunks_stops_the_run(office: Office) -> None:
    change_set = approved(office, "1")
    with acting_at("chunk.confirmed", lambda: office.run_script("ALTER TABLE person ADD COLUMN more TEXT")):
        applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, SchemaChanged)
    assert (applied.decided, kinds(office)) == (4, ["found", "open", "chunk"])


def test_a_change_set_of_another_database_is_refused(office: Office, tmp_path: Path) -> None:
    foreign = open_office(tmp_path / "other").plan("1")
    with pytest.raises(OtherLineage):
        office.apply(foreign)


def test_a_change_set_without_changes_is_not_applied(office: Office) -> None:
    office.correct("1")
    with pytest.raises(EmptyChangeSet):
        office.apply(office.plan("1"))


def test_a_part_that_was_edited_is_refused_before_the_run_is_opened(office: Office) -> None:
    change_set, other = approved(office, "1"), office.plan("2")
    part = "rows-00001.jsonl.zst"
    assert change_set.folder is not None and other.folder is not None  # noqa: PT018
    shutil.copy(other.folder / part, change_set.folder / part)
    with pytest.raises(RowsChanged):
        office.apply(change_set)
    (change_set.folder / part).unlink()
    with pytest.raises(RowsMissing):
        office.apply(change_set)
    assert kinds(office) == ["found"]


def test_a_manifest_that_was_edited_is_not_found_as_a_change_set(office: Office) -> None:
    change_set = approved(office, "1")
    assert change_set.folder is not None
    path = change_set.folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"risk":"low"', b'"risk":"high"'))
    with pytest.raises(RowsChanged):
        office.find(change_set.id)


def test_nothing_is_written_where_the_backup_cannot_be(office: Office) -> None:
    change_set = approved(office, "1")
    before = picture(office.database)
    (office.project.backups / "2").write_text("in the way of run 2's folder")
    applied = office.apply(change_set)
    assert isinstance(applied.problem, StorageFailed)
    assert (picture(office.database), kinds(office)) == (before, ["found", "open"])
    (office.project.backups / "2").unlink()
    assert office.apply(change_set).state == "done"


def test_a_backup_that_takes_longer_than_its_deadline_rolls_its_chunk_back(office: Office) -> None:
    change_set = approved(office, "1")
    before = picture(office.database)
    toml = office.folder / "hffix.toml"
    toml.write_text(toml.read_text() + "[backup]\nseconds = 0.000001\n")
    assert isinstance(office.apply(change_set).problem, BackupTooSlow)
    assert (picture(office.database), kinds(office)) == (before, ["found", "open"])


@pytest.mark.parametrize("limits", [Limits(seconds=0), Limits(until="2020-01-01T00:00:00Z")])
def test_a_limit_pauses_the_run_at_a_chunks_edge_and_later_it_goes_on(office: Office, limits: Limits) -> None:
    change_set = approved(office, "1")
    paused = office.apply(change_set, limits=limits)
    assert isinstance(paused.problem, Paused)
    assert (paused.problem.status, paused.state, paused.decided) == (5, "paused", 0)
    assert office.apply(change_set).state == "done"


def test_a_limit_that_is_far_does_not_pause(office: Office) -> None:
    limits = Limits(seconds=60, until="2999-01-01T00:00:00Z")
    assert office.apply(approved(office, "1"), limits=limits).state == "done"


def test_a_run_waits_at_a_chunks_edge_while_the_throttle_query_is_true(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run_script("CREATE TABLE queue (job TEXT); INSERT INTO queue VALUES ('x')")
    toml = office.folder / "hffix.toml"
    toml.write_text(toml.read_text() + '[apply]\nthrottle = "SELECT count(*) > 0 FROM queue"\n')
    change_set = approved(office, "1")
    asked: list[int] = []

    def ask() -> bool:
        asked.append(len(kinds(office)))
        if len(asked) == 3:
            office.run_script("DELETE FROM queue")
        return False

    monkeypatch.setattr(apply_module, "THROTTLE_SECONDS", 0)
    assert office.apply(change_set, limits=Limits(asked=ask)).state == "done"
    assert asked == [2, 2, 2]


def test_a_change_set_is_used_once_and_says_so(office: Office) -> None:
    applied = office.correct("1")
    again = office.apply(applied.change_set)
    assert isinstance(again.problem, AlreadyApplied)
    assert again.problem.status == 7
    assert (again.state, again.applied, again.run, again.head) == ("done", 11, applied.run, applied.head)
    assert again.receipt is None


def test_called_again_it_writes_the_receipt_that_is_pending(office: Office) -> None:
    applied = office.correct("1")
    for path in office.project.receipts.rglob("00000004.*"):
        path.unlink()
    again = office.apply(applied.change_set)
    assert isinstance(again.problem, AlreadyApplied)
    assert again.receipt is not None
    assert [path.name for path in office.project.receipts.rglob("00000004.*.json")] == [again.receipt]


def test_one_session_a_lineage_and_the_other_hears_who_holds_it(office: Office) -> None:
    first, second = approved(office, "1"), approved(office, "2")
    refused: list[HffixError] = []

    def meddle() -> None:
        with pytest.raises(Held) as held:
            office.apply(second, by=SECOND_OPERATOR)
        refused.append(held.value)

    with acting_at("chunk.confirmed", meddle):
        assert office.apply(first).state == "done"
    assert [f"{OPERATOR}@desk since 20" in refusal.message for refusal in refused] == [True]


def test_a_session_that_lost_the_lineage_cannot_commit(office: Office) -> None:
    change_set = approved(office, "1")
    with acting_at("chunk.confirmed", lambda: office.run_script("UPDATE hffix_lineage SET holder = 'somebody'")):
        applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, Fenced)
    assert (applied.decided, office.ask("SELECT count(*) FROM hffix_change")) == (4, [(4,)])
    assert office.ask("SELECT count(*) FROM person WHERE opened_on LIKE '____-__-__' AND id <= 11") == [(4,)]


def test_a_database_that_somebody_else_locks_is_busy_and_the_chunk_is_not_written(office: Office) -> None:
    change_set = approved(office, "1")
    with office.session() as other:
        with acting_at("open.confirmed", other.begin):
            applied = office.apply(change_set)
        other.rollback()
    assert isinstance(applied.problem, Busy)
    assert kinds(office) == ["found", "open"]


def test_a_reader_that_stays_keeps_a_commit_out_where_the_journal_is_no_wal(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office", journal="delete")
    change_set = approved(office, "1")
    before = picture(office.database)
    with closing(sqlite3.connect(office.database, isolation_level=None)) as reader:
        reading = "BEGIN; SELECT count(*) FROM loan;"
        with acting_at("chunk.logged", lambda: [reader.execute(query).fetchall() for query in reading.split(";")]):
            applied = office.apply(change_set)
    assert isinstance(applied.problem, Busy)
    assert (picture(office.database), kinds(office)) == (before, ["found", "open"])
    assert office.apply(change_set).state == "done"


def test_what_a_fix_requires_is_asked_before_the_first_write_and_not_after_it(office: Office) -> None:
    condition = 'fix.requires("days are old", "SELECT count(*) FROM person WHERE opened_on LIKE \'%/%\'", equals=11)\n'
    office.write_fix("0001_opened", FIXES["0001_opened"] + condition)
    change_set = approved(office, "1")
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
    applied = office.apply(approved(office, "1"))
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
    change_set = approved(office, "5")
    office.run_script(script and f"{script} WHERE loan_no = 'L2'")
    applied = office.apply(change_set)
    assert (applied.state, type(applied.problem)) == ("done", problem or type(None))
    assert (applied.applied, applied.conflicts) == ((1, 1) if problem else (2, 0))


def test_a_receipt_is_signed_at_every_exit_over_what_that_session_wrote(office: Office) -> None:
    change_set = approved(office, "1")
    office.run_script("UPDATE person SET opened_on = opened_on || ' ' WHERE id = 7")
    office.apply(change_set, chunk_rows=4)
    office.run_script("UPDATE person SET opened_on = rtrim(opened_on) WHERE id = 7")
    asked = iter([False, True])
    office.apply(change_set, by=SECOND_OPERATOR, limits=Limits(asked=lambda: next(asked)))
    office.apply(change_set)
    told = [json.loads(path.read_bytes()) for path in sorted(office.project.receipts.rglob("*.json"))]
    assert [(one["person"], one["own"], one["pending_runs"]) for one in told] == [
        (OPERATOR, [[1, 1]], []),
        (OPERATOR, [[2, 3]], [2]),
        (SECOND_OPERATOR, [[4, 5]], [2]),
        (OPERATOR, [[6, 8]], []),
    ]


def test_the_open_record_says_who_where_and_by_which_words(office: Office) -> None:
    change_set = approved(office, "1")
    office.apply(change_set)
    opened = office.records()[1]
    assert isinstance(opened, Open)
    manifest = change_set.manifest
    assert (opened.run, opened.manifest, opened.root, opened.leaves) == (2, change_set.digest, manifest.root, 11)
    assert (opened.operator, opened.host, len(opened.statements), opened.inverse) == (OPERATOR, "desk", 1, None)
    assert opened.durability == {"journal_mode": "wal", "synchronous": "2"}


def test_a_watcher_sees_every_chunk(office: Office) -> None:
    change_set = approved(office, "2")
    office.pace(change_set, 3)
    steps: list[tuple[int, int | None, int]] = []
    setting = replace(
        office.setting(OPERATOR), watch=lambda step: steps.append((step.done, step.total, step.conflicts))
    )
    office.run_script("DELETE FROM loan WHERE loan_no = 'L1'")
    apply(setting, change_set)
    assert steps == [(3, 4, 1), (4, 4, 1)]
