"""An erasure on every engine: the texts go through the triggers, and everything is proved as before."""

from pathlib import Path

from hffix.workflow.erase import erase
from hffix.workflow.erase_word import sign_erasure
from hffix.workflow.rollback import rollback
from hffix.workflow.trace import trace
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.workflow.office import AUDITOR, LEADER, OPERATOR

FIX = {
    "0001_notes": '''\
"""Notes in small letters."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "lower(t.note)"}, at_most=100)
''',
}
ROWS = (("loan", "L2"), ("loan", "甲 3"))


def test_rows_are_erased_and_everything_is_proved_as_before(database: Database, tmp_path: Path) -> None:
    words = database.words
    database.run(
        f"CREATE TABLE loan (loan_no {words.key_text} PRIMARY KEY NOT NULL, note {words.text})",
        "INSERT INTO loan VALUES ('L1', 'NOTE 1'), ('L2', 'SECRET 2'), ('甲 3', 'SECRET 3'), ('L4', 'NOTE 4')",
    )
    office = open_office(database, tmp_path / "office", fixes=FIX)
    run = office.correct("1").run
    for person in (LEADER, AUDITOR):
        sign_erasure(office.setting(person), ROWS, confirm=lambda _: None)

    done = erase(office.setting(OPERATOR), ROWS, confirm=lambda _: None)

    assert (done.problem, done.rows, done.lines) == (None, 2, 4)
    verified = verify(office.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), database.engine.notes)
    held = str(database.ask("SELECT * FROM hffix_change ORDER BY seq"))
    assert ("note 1" in held, "secret" in held.lower(), "L2" in held) == (True, False, False)
    assert [len(one.lines) for one in trace(office.setting(), "loan", "L2").erased] == [2]
    assert (rollback(office.setting(), run).rows, rollback(office.setting(), run).conflicts) == (2, 2)
    again = erase(office.setting(OPERATOR), ROWS, confirm=lambda _: None)
    assert (again.found.leaves, again.problem) == (frozenset(), None)
