"""A trial writes and takes back whole cases, and names the line or the case that the database does not take."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hffix.errors.fixes import TrialFailed
from hffix.model.change import Line
from hffix.store.changesets import ChangeSet
from hffix.workflow.trial import TrialResult, try_out
from tests.workflow.merging import LINES, PAIRS, craft, line, merge, open_merging
from tests.workflow.office import Office
from tests.workflow.pictures import picture

NEW = "the rows of account by member are not those that answered its question"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_merging(tmp_path)


@pytest.fixture(autouse=True, params=[1, 7, 5000])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hffix.workflow.trial.ROWS", request.param)


def tried(office: Office, change_set: ChangeSet) -> TrialResult:
    before = picture(office.database)
    try:
        return try_out(office.setting(), change_set)
    finally:
        assert picture(office.database) == before


def refused(office: Office, change_set: ChangeSet) -> str:
    with pytest.raises(TrialFailed) as failed:
        tried(office, change_set)
    return failed.value.message


def test_cases_go_there_and_come_back(office: Office) -> None:
    result = tried(office, merge(office))

    assert (result.rows, result.irreversible) == (9, 0)


def test_the_way_back_is_cut_where_the_way_forth_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the rows is read at a time; the edges of parts are no edges of cases."""
    monkeypatch.setattr("hffix.workflow.trial.PART_LINES", LINES + 1)
    assert tried(office, merge(office)).irreversible == 0


def test_an_answer_that_is_another_refuses_the_trial(office: Office) -> None:
    change_set = merge(office)
    office.run_script("INSERT INTO account VALUES ('new', 4, 7, NULL)")

    assert refused(office, change_set) == f"changed while it was planned, or by an earlier line: case 2: {NEW}"


def test_a_line_that_fails_by_itself_is_named_with_its_case(office: Office) -> None:
    change_set = _altered(
        office, "CREATE TRIGGER no BEFORE DELETE ON member WHEN OLD.no = 4 BEGIN SELECT RAISE(ABORT, 'x'); END"
    )

    told = "the delete of row 4 of member in case 2: SQLite refused a row (SQLITE_CONSTRAINT_TRIGGER)"
    assert refused(office, change_set) == f"the trial was refused at {told}"


def test_what_fails_only_at_the_end_of_its_case_is_named_by_the_case(tmp_path: Path) -> None:
    office = open_merging(tmp_path / "deferred", more="PRAGMA foreign_keys = OFF")
    office.run_script(
        "DROP TABLE account; CREATE TABLE account (no TEXT PRIMARY KEY NOT NULL,"
        " member INTEGER REFERENCES member (no) DEFERRABLE INITIALLY DEFERRED, balance NUMERIC, note TEXT);"
        "INSERT INTO account VALUES ('a1', 1, 0, 'n'), ('a3', 3, 0, 'n')"
    )
    lines = [
        *(line("account", "update", {"no": f"a{n}"}, {"member": {"int": str(n)}}, {"member": {"int": str(new)}}, case)
          for n, new, case in ((1, 90, "1"), (3, 99, "2"))),
    ]  # fmt: skip
    parent = line("member", "insert", {"no": {"int": "90"}}, None, {"no": {"int": "90"}, "id": "x", "name": "x"}, "1")
    lonely = line("member", "insert", {"no": {"int": "91"}}, None, {"no": {"int": "91"}, "id": "x", "name": "x"}, "2")

    told = "case 2: SQLite refused a row (SQLITE_CONSTRAINT_FOREIGNKEY)"
    assert refused(office, craft(office, [lines[0], parent, lonely, lines[1]])) == f"the trial was refused at {told}"
    assert tried(office, craft(office, [lines[0], parent])).rows == 2


def test_a_trigger_that_meddles_with_a_row_of_its_case_is_found(office: Office) -> None:
    meddling = "UPDATE account SET note = 'x' WHERE no = 'a3'"
    change_set = _altered(office, f"CREATE TRIGGER m AFTER DELETE ON member WHEN OLD.no = 4 BEGIN {meddling}; END")

    told = "the update of row a3 of account in case 2: account, column note: the row does not hold what was approved"
    assert refused(office, change_set) == f"the trial was refused at {told}"


def test_a_case_of_which_a_row_does_not_come_back_is_irreversible_as_a_whole(office: Office) -> None:
    change_set = _altered(
        office,
        "CREATE TRIGGER once BEFORE INSERT ON member WHEN NEW.no = 4 BEGIN SELECT RAISE(ABORT, 'x'); END",
    )

    assert tried(office, change_set).irreversible == 3


def test_lines_that_come_before_the_cases_are_tried_with_them(office: Office) -> None:
    office.run_script("INSERT INTO account VALUES ('a7', 1, 0, 'n')")
    free: Sequence[Line] = [line("account", "update", {"no": "a7"}, {"note": "n"}, {"note": "x"})]

    assert tried(office, merge(office, before=free)).rows == PAIRS * 3 + 1


def _altered(office: Office, script: str) -> ChangeSet:
    """Give the database a trigger before the change set is made: the trial is not there to find that it is new."""
    office.run_script(script)
    return merge(office)
