import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import (
    BackupTooSlow,
    Conflict,
    ReadBackDiffers,
    RowCountDiffers,
)
from hffix.errors.changesets import EmptyChangeSet, RowsChanged, RowsMissing
from hffix.errors.project import StorageFailed
from hffix.errors.targets import OtherLineage, SchemaChanged, WriteRefused
from tests.workflow.office import FIXES, Office, acting_at, open_office
from tests.workflow.pictures import picture

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
    change_set = office.approved("1")
    before = picture(office.database)
    applied = office.apply(change_set)
    assert isinstance(applied.problem, refusal)
    assert told in applied.problem.message
    assert "secret" not in applied.problem.message
    assert (applied.state, applied.applied, applied.receipt is not None) == ("stopped", 0, True)
    assert picture(office.database) == before
    assert (office.ask("SELECT * FROM hffix_change"), office.kinds()) == ([], ["found", "open"])


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
    change_set = office.approved("5")
    office.run_script("INSERT INTO branch VALUES (7, 1)")
    applied = office.apply(change_set)
    assert isinstance(applied.problem, Conflict)
    assert "branch" in applied.problem.message
    assert office.ask("SELECT (SELECT count(*) FROM bank), (SELECT count(*) FROM branch)") == [(2, 1)]


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
    change_set = office.approved("1")
    office.run_script(script)
    with pytest.raises(SchemaChanged, match=f"person.*{told}") as refused:
        office.apply(change_set)
    assert refused.value.status == 3
    assert office.kinds() == ["found"]


def test_a_table_that_changes_between_two_chunks_stops_the_run(office: Office) -> None:
    change_set = office.approved("1")
    with acting_at("chunk.confirmed", lambda: office.run_script("ALTER TABLE person ADD COLUMN more TEXT")):
        applied = office.apply(change_set, chunk_rows=4)
    assert isinstance(applied.problem, SchemaChanged)
    assert (applied.decided, office.kinds()) == (4, ["found", "open", "chunk"])


def test_a_change_set_of_another_database_is_refused(office: Office, tmp_path: Path) -> None:
    foreign = open_office(tmp_path / "other").plan("1")
    with pytest.raises(OtherLineage):
        office.apply(foreign)


def test_a_change_set_without_changes_is_not_applied(office: Office) -> None:
    office.correct("1")
    with pytest.raises(EmptyChangeSet):
        office.apply(office.plan("1"))


def test_a_part_that_was_edited_is_refused_before_the_run_is_opened(office: Office) -> None:
    change_set, other = office.approved("1"), office.plan("2")
    part = "rows-00001.jsonl.zst"
    assert change_set.folder is not None and other.folder is not None  # noqa: PT018
    shutil.copy(other.folder / part, change_set.folder / part)
    with pytest.raises(RowsChanged):
        office.apply(change_set)
    (change_set.folder / part).unlink()
    with pytest.raises(RowsMissing):
        office.apply(change_set)
    assert office.kinds() == ["found"]


def test_a_manifest_that_was_edited_is_not_found_as_a_change_set(office: Office) -> None:
    change_set = office.approved("1")
    assert change_set.folder is not None
    path = change_set.folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"risk":"low"', b'"risk":"high"'))
    with pytest.raises(RowsChanged):
        office.find(change_set.id)


def test_nothing_is_written_where_the_backup_cannot_be(office: Office) -> None:
    change_set = office.approved("1")
    before = picture(office.database)
    (office.project.backups / "2").write_text("in the way of run 2's folder")
    applied = office.apply(change_set)
    assert isinstance(applied.problem, StorageFailed)
    assert (picture(office.database), office.kinds()) == (before, ["found", "open"])
    (office.project.backups / "2").unlink()
    assert office.apply(change_set).state == "done"


def test_a_backup_that_takes_longer_than_its_deadline_rolls_its_chunk_back(office: Office) -> None:
    change_set = office.approved("1")
    before = picture(office.database)
    toml = office.folder / "hffix.toml"
    toml.write_text(toml.read_text() + "[backup]\nseconds = 0.000001\n")
    assert isinstance(office.apply(change_set).problem, BackupTooSlow)
    assert (picture(office.database), office.kinds()) == (before, ["found", "open"])
