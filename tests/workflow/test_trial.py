from dataclasses import replace
from pathlib import Path

import pytest

from hffix.errors.fixes import TrialFailed
from hffix.model.manifest import Manifest, Trial
from hffix.store.changesets import ChangeSet, Draft
from hffix.workflow.plan import plan
from hffix.workflow.setting import Step
from tests.workflow.planning import Desk, desk_at, digest

ALL = 'fix.sql("t", {"state": "\'9\'"}, at_most=9)\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def test_a_trial_that_holds_is_stated_in_the_manifest(desk: Desk) -> None:
    text = ALL + (
        'fix.delete("part", where="no = 9", at_most=9)\n'
        'fix.ensures("all nine", "SELECT count(*) FROM t WHERE state = \'9\'", equals=5)\n'
        'fix.ensures("three parts", "SELECT count(*) FROM part", equals=3)\n'
    )
    manifest = desk.plan(text, trial=True).manifest

    assert manifest.trial is not None
    assert manifest.trial == Trial(time=manifest.trial.time, rows=6, ensures=(True, True))
    assert manifest.irreversible == 0


def test_without_a_trial_or_without_changes_none_is_stated(desk: Desk) -> None:
    nothing = 'fix.sql("t", {"state": "state"}, at_most=9)'

    for text, trial in ((ALL, False), (nothing, True)):
        manifest = desk.plan(text, trial=trial).manifest
        assert (manifest.trial, manifest.irreversible) == (None, None)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "CREATE UNIQUE INDEX u ON t (state) WHERE state = '9'",
            "update of row 2 of t: SQLite refused a row (SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: t.state)",
        ),
        (
            "CREATE TRIGGER no BEFORE UPDATE ON t WHEN NEW.id = 5 BEGIN SELECT RAISE(ABORT, 'secret'); END",
            "update of row 5 of t: SQLite refused a row (SQLITE_CONSTRAINT_TRIGGER)",
        ),
        (
            "CREATE TRIGGER meddling AFTER UPDATE ON t BEGIN UPDATE t SET raw = 'secret' WHERE id = NEW.id; END",
            "update of row 1 of t: t, column raw: the row does not hold what was approved (trigger meddling of t)",
        ),
        (
            "CREATE TRIGGER undoing AFTER UPDATE OF state ON t BEGIN UPDATE t SET state = OLD.state WHERE id = 1; END",
            "update of row 1 of t: t, column state: the row does not hold what was approved (trigger undoing of t)",
        ),
        (
            "CREATE TRIGGER taking AFTER UPDATE ON t WHEN NEW.id = 3 BEGIN DELETE FROM t WHERE id = NEW.id; END",
            "update of row 3 of t: a row of t is not there after the update (trigger taking of t)",
        ),
    ],
    ids=["unique", "refusing trigger", "meddling trigger", "undoing trigger", "deleting trigger"],
)
def test_a_constraint_or_a_trigger_speaks_before_anyone_signs(desk: Desk, script: str, message: str) -> None:
    desk.office.run_script(script)

    refused = desk.refused(ALL, trial=True)

    assert (type(refused), refused.message) == (TrialFailed, f"the trial was refused at the {message}")


@pytest.mark.parametrize("when", ["", "DEFERRABLE INITIALLY DEFERRED"], ids=["at once", "at commit"])
def test_a_reference_to_nothing_speaks_also_where_it_is_checked_at_commit(tmp_path: Path, when: str) -> None:
    desk = desk_at(
        tmp_path,
        tables="CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);"
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p {when}); INSERT INTO t VALUES (1, 1)",
    )

    refused = desk.refused('fix.sql("t", {"p": "9"}, at_most=1)', trial=True)

    told = "the trial was refused at the update of row 1 of t: SQLite refused a row (SQLITE_CONSTRAINT_FOREIGNKEY)"
    assert (type(refused), refused.message) == (TrialFailed, told)


@pytest.mark.parametrize("block", [1, 3, 40, 5000])
@pytest.mark.parametrize("bad", [1, 2, 17, 40])
def test_the_first_of_the_rows_that_are_refused_is_named_by_its_masked_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: int, block: int
) -> None:
    monkeypatch.setattr("hffix.workflow.trial.ROWS", block)
    desk = desk_at(
        tmp_path,
        tables='CREATE TABLE t (id_no TEXT PRIMARY KEY NOT NULL, n INTEGER CONSTRAINT "room left" CHECK (n < 100));'
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 40)"
        f"INSERT INTO t SELECT printf('id-%02d', n), CASE WHEN n IN ({bad}, 40) THEN 60 ELSE 1 END FROM i",
    )
    toml = desk.office.folder / "hffix.toml"
    toml.write_text(toml.read_text().replace('"person.id_no" = "edges"', '"t.id_no" = "first"'))
    first = desk.refused('fix.sql("t", {"n": "n * 2"}, at_most=40)', trial=True)
    toml.write_text(toml.read_text().replace('"t.id_no" = "first"', ""))
    bare = desk.refused('fix.sql("t", {"n": "n * 2"}, at_most=40)', trial=True)

    why = "SQLite refused a row (SQLITE_CONSTRAINT_CHECK: CHECK constraint failed: room left)"
    assert first.message == f"the trial was refused at the update of row i▒▒▒▒ of t: {why}"
    assert bare.message == f"the trial was refused at the update of row id-{bad:02d} of t: {why}"


def test_an_ensured_query_that_fails_is_named_by_its_title(desk: Desk) -> None:
    refused = desk.refused(ALL + 'fix.ensures("days", "SELECT day ->> \'$\' FROM t", equals=1)', trial=True)

    assert refused.message == "the condition 'days': SQLite refused a query: SQLITE_ERROR"


def test_a_declared_side_effect_is_not_held_against_the_plan(desk: Desk) -> None:
    desk.office.run_script(
        "CREATE TRIGGER stamped AFTER UPDATE OF state ON t BEGIN UPDATE t SET raw = 'now' WHERE id = NEW.id; END"
    )

    manifest = desk.plan(ALL + 'fix.side_effects("t", "raw")', trial=True).manifest

    assert manifest.trial is not None
    assert manifest.trial.rows == 5


def test_a_condition_that_is_not_met_after_the_trial_refuses_naming_it(desk: Desk) -> None:
    text = ALL + (
        'fix.ensures("none is left", "SELECT count(*) FROM t WHERE state <> \'9\'", equals=0)\n'
        'fix.ensures("no row at all", "SELECT count(*) FROM t", equals=0)\n'
    )

    refused = desk.refused(text, trial=True)

    assert (type(refused), refused.message) == (TrialFailed, "ensured, and not so after the trial: no row at all")


def test_a_condition_that_would_write_is_refused(desk: Desk) -> None:
    text = ALL + 'fix.ensures("x", "DELETE FROM t WHERE id = 1 RETURNING 1", equals=1)'

    assert desk.refused(text, trial=True).code == "HFX-512"


def test_rows_whose_old_value_cannot_come_back_are_counted(desk: Desk) -> None:
    desk.office.run_script(
        "CREATE TABLE old (id INTEGER PRIMARY KEY, v TEXT CHECK (v <> 'bad'));"
        "PRAGMA ignore_check_constraints = ON;"
        "INSERT INTO old VALUES (1, 'bad'), (2, 'x'), (3, 'bad'), (4, 'y')"
    )
    text = 'fix.sql("old", {"v": "\'good\'"}, where="id < 4", at_most=9)\nfix.delete("old", where="id = 4", at_most=1)'

    manifest = desk.plan(text, trial=True).manifest

    assert (manifest.counts.changed, manifest.irreversible) == (4, 2)


def test_a_trial_goes_through_blocks_forward_and_then_backward(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that came back before its parent would be refused, and counted as one that cannot come back."""
    monkeypatch.setattr("hffix.workflow.trial.ROWS", 2)
    desk.office.run_script(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1), (2);"
        "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);"
        "INSERT INTO child VALUES (1, 1), (2, 2)"
    )
    steps: list[tuple[str, int, int | None]] = []
    desk.write('for table in ("parent", "child"): fix.delete(table, where="1", at_most=9)\n' + ALL)
    setting = desk.office.setting()

    def watch(step: Step) -> None:
        steps.append((step.name, step.done, step.total))

    planned = plan(replace(setting, watch=watch), fix="9", trial=True)

    assert planned.change_set.manifest.irreversible == 0
    assert [step for step in steps if step[0] == "trial"] == [
        ("trial", 2, 9), ("trial", 4, 9), ("trial", 6, 9), ("trial", 8, 9), ("trial", 9, 9),
    ]  # fmt: skip
    assert planned.trial_seconds is not None


@pytest.mark.parametrize("text", [ALL, ALL + 'fix.ensures("no", "SELECT 0", equals=1)'], ids=["held", "refused"])
def test_a_trial_writes_nothing_into_the_target_and_leaves_no_copy(
    desk: Desk, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(copies))
    before = digest(desk.office.database)
    desk.write(text)

    if text == ALL:
        plan(desk.office.setting(), fix="9", trial=True)
    else:
        with pytest.raises(TrialFailed):
            plan(desk.office.setting(), fix="9", trial=True)

    assert digest(desk.office.database) == before
    assert list(copies.iterdir()) == []


def test_a_row_that_changed_while_it_was_planned_refuses_the_trial(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    preview = Draft.preview

    def meanwhile(draft: Draft, manifest: Manifest) -> ChangeSet:
        desk.office.run_script("UPDATE t SET state = 'secret' WHERE id = 2")
        return preview(draft, manifest)

    monkeypatch.setattr(Draft, "preview", meanwhile)
    desk.write(ALL)

    with pytest.raises(TrialFailed) as refused:
        plan(desk.office.setting(), fix="9", trial=True)

    assert refused.value.message == "changed while it was planned: t 2, column state: changed since it was planned"
