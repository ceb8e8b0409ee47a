"""The whole walk on every engine: from wrong rows to a proved correction, and all the way back."""

from pathlib import Path

import pytest

from hffix.changelog import chain
from hffix.errors.applying import Conflict
from hffix.errors.targets import Fenced, LineageKnown
from hffix.model.record import Move
from hffix.workflow.backup import verify_parts
from hffix.workflow.rollback import rollback
from hffix.workflow.trace import trace
from hffix.workflow.verify import Live, verify
from tests.conformance.engine import Answer, Database
from tests.conformance.offices import open_office, seen_from
from tests.workflow.exported import second_verdict
from tests.workflow.office import AUDITOR, LEADER, Office, acting_at

PERSONS = 60
FIXES = {
    "0001_opened": '''\
"""Open dates as YYYY-MM-DD, names without blanks around them, some bases doubled."""
from decimal import Decimal
from hffix import Fix, cleaners
fix = Fix(author="li.wei", risk="low")
fix.clean("person", "opened_on", cleaners.date, at_most=1000)
fix.clean("person", "name", cleaners.text, at_most=1000)

@fix.rows("person", writes="base", where="t.id % 10 = 1", at_most=1000)
def doubled(base: Decimal) -> Decimal:
    """Double the base."""
    return base * 2
''',
    "0002_orphans": '''\
"""Loans of nobody go."""
from hffix import Fix
fix = Fix(author="li.wei", risk="high")
fix.delete("loan", where="NOT EXISTS (SELECT 1 FROM person WHERE person.id = t.person_id)", at_most=100)
''',
    "0003_lower": '''\
"""Notes of loans in small letters, by the database itself."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low", on_conflict="skip")
fix.sql("loan", {"note": "lower(t.note)"}, at_most=100)
''',
}


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """An office whose target is the engine's database."""
    fill(database)
    return open_office(database, tmp_path / "office", fixes=FIXES)


def fill(database: Database) -> None:
    words = database.words
    persons = ", ".join(
        f"({n}, '张 {n} ', '{1990 + n % 30}/{n % 12 + 1}/{n % 28 + 1}', {n}, NULL)" for n in range(1, PERSONS + 1)
    )
    loans = ", ".join(f"('L{n}', {n * 9}, 'NOTE {n}')" for n in range(1, 11))
    database.run(
        f"CREATE TABLE person (id {words.integer} PRIMARY KEY, name {words.text}, opened_on {words.text},"
        f" base {words.decimal}, photo {words.blob})",
        f"CREATE TABLE loan (loan_no {words.key_text} PRIMARY KEY NOT NULL, person_id {words.integer},"
        f" note {words.text})",
        f"INSERT INTO person VALUES {persons}",
        f"INSERT INTO loan VALUES {loans}",
    )


def picture(database: Database) -> tuple[Answer, Answer]:
    return (
        database.ask("SELECT * FROM person ORDER BY id"),
        database.ask("SELECT * FROM loan ORDER BY loan_no"),
    )


def test_rows_are_corrected_proved_and_taken_back(office: Office, database: Database) -> None:
    before = picture(database)

    planned = office.plan("1", trial=True)
    assert picture(database) == before
    assert (planned.manifest.irreversible, planned.manifest.trial is not None) == (0, True)
    office.approve(planned)
    applied = office.apply(planned, chunk_rows=25)

    assert (applied.state, applied.problem, applied.applied) == ("done", None, PERSONS)
    persons = database.ask("SELECT id, name, opened_on, base FROM person ORDER BY id")
    assert persons[0][:3] == (1, "张 1", "1991-02-02")
    assert [int(base) for *_, base in persons[:3]] == [2, 2, 3]
    verified = verify(office.setting(), data=True)
    assert (verified.ok, verified.problems, verified.rows) == (True, (), PERSONS)
    assert verified.live == Live(holding=PERSONS, changed=0)
    assert [part.rows for part in verify_parts(office.setting())] == [25, 25, 10]
    assert [change.run for change in trace(office.setting(), "person", "11").changes] == [applied.run]

    back = rollback(office.setting(), applied.run)
    assert (back.conflicts, back.rows) == (0, PERSONS)
    office.approve(back.change_set)
    assert office.apply(back.change_set).problem is None

    assert picture(database) == before
    assert verify(office.setting(), data=True).problems == ()
    assert second_verdict(office) == set()


def test_deleted_rows_come_back(office: Office, database: Database) -> None:
    before = picture(database)
    applied = office.correct("2", approvers=(LEADER, AUDITOR))
    assert applied.applied == 4
    assert len(picture(database)[1]) == 6

    back = rollback(office.setting(), applied.run)
    office.approve(back.change_set, LEADER, AUDITOR)
    assert office.apply(back.change_set).problem is None

    assert picture(database) == before
    assert verify(office.setting(), data=True).ok


def test_a_row_that_changed_since_the_plan_is_never_overwritten(office: Office, database: Database) -> None:
    stopping, skipping = office.plan("1"), office.plan("3")
    office.approve(stopping)
    office.approve(skipping)
    database.run(
        "UPDATE person SET opened_on = 'mine' WHERE id = 7", "UPDATE loan SET note = 'MINE' WHERE loan_no = 'L3'"
    )

    stopped = office.apply(stopping, chunk_rows=5)
    assert (type(stopped.problem), stopped.applied) == (Conflict, 5)
    skipped = office.apply(skipping)
    assert (skipped.problem, skipped.applied, skipped.conflicts) == (None, 9, 1)

    assert database.ask("SELECT opened_on FROM person WHERE id = 7") == [("mine",)]
    assert database.ask("SELECT note FROM loan WHERE loan_no = 'L3'") == [("MINE",)]
    verified = verify(office.setting(), data=True)
    assert (verified.problems, verified.rows) == ((), 15)


def test_a_run_does_not_open_on_a_chain_that_grew_while_its_rights_were_looked_at(office: Office) -> None:
    planned = office.approved("3")

    def move() -> None:
        with office.session() as other:
            other.begin()
            head = chain.lock_head(other)
            place = other.place()
            chain.append(other, after=head, record=Move(number=2, time=other.now(), place=place, statement="4" * 64))
            other.commit()

    with acting_at("open.checked", move), pytest.raises(Fenced):
        office.apply(planned)
    assert [record.kind for record in office.stored_records()] == ["found", "move"]


def test_the_database_itself_cannot_be_another(office: Office, database: Database, tmp_path: Path) -> None:
    planned = office.approved("3")
    (tmp_path / "other").mkdir()
    with database.engine.fresh(tmp_path / "other") as other:
        fill(other)
        elsewhere = Office(office.folder, {"TARGET": seen_from(office.folder, other)})
        with pytest.raises(LineageKnown):
            elsewhere.apply(planned)
