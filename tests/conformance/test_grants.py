"""The whole walk by separate accounts that have what is printed for their roles, and nothing of one another's."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hffix.cli.main import main
from hffix.database.lease import WAIT_SECONDS
from hffix.errors.targets import GrantLacking, Held
from hffix.model.grant import Role
from hffix.workflow.backup import verify_parts
from hffix.workflow.control import pause, resume
from hffix.workflow.erase import erase
from hffix.workflow.erase_word import sign_erasure
from hffix.workflow.listing import list_fixes
from hffix.workflow.rollback import rollback
from hffix.workflow.runs import runs
from hffix.workflow.status import status
from hffix.workflow.trace import trace
from hffix.workflow.verify import verify
from tests.conformance.accounts import Accounts, accounts, denied
from tests.conformance.engine import Database, Engine
from tests.conformance.offices import open_office
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, Office

pytestmark = pytest.mark.parametrize("engine", ["postgresql", "mysql"], indirect=True, scope="session")

PERSONS = 12
FIXES = {
    "0001_names": '''\
"""Names without blanks around them, for who has a loan."""
from hffix import Fix, cleaners
fix = Fix(author="li.wei", risk="low")
fix.clean("person", "name", cleaners.text, where="EXISTS (SELECT 1 FROM loan WHERE loan.person_id = t.id)", at_most=99)
''',
    "0002_orphans": '''\
"""Loans of nobody go."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.delete("loan", where="NOT EXISTS (SELECT 1 FROM person WHERE person.id = t.person_id)", at_most=99)
''',
    "0003_merged": '''\
"""Notes of a person's loans become one, with the bank's name."""
from collections.abc import Mapping
from hffix import Case, Fix
fix = Fix(author="li.wei", risk="low")
fix.lookup("banks", table="bank", key="code", value="name")

@fix.cases(
    "SELECT id FROM person WHERE id IN (2, 4) ORDER BY id",
    reads={"person": ("id", "name"), "loan": ("loan_no", "person_id", "note")},
    writes={"loan": ("note",)}, inserts=("note",), deletes=("loan",), at_most=9,
)
def noted(case: Case, id: int, *, banks: Mapping[str, str]) -> None:
    """Note who was seen."""
    (person,) = case.rows("person", id=id)
    for loan in case.rows("loan", person_id=person["id"]):
        case.update(loan, note=banks["A"])
    case.insert("note", id=id - 9, text="seen")
''',
}


def fill(database: Database) -> None:
    words = database.words
    numbered = "serial" if database.engine.name == "postgresql" else "integer AUTO_INCREMENT"
    persons = ", ".join(f"({n}, ' 张{n} ')" for n in range(1, PERSONS + 1))
    loans = ", ".join(f"('L{n}', {n * 2}, 'NOTE {n}')" for n in range(1, 9))
    database.run(
        f"CREATE TABLE person (id {words.integer} PRIMARY KEY, name {words.text})",
        f"CREATE TABLE loan (loan_no {words.key_text} PRIMARY KEY, person_id {words.integer}, note {words.text})",
        f"CREATE TABLE bank (code {words.key_text} PRIMARY KEY, name {words.key_text})",
        f"CREATE TABLE note (id {numbered} PRIMARY KEY, text {words.key_text})",
        f"CREATE TABLE secret (id {words.integer} PRIMARY KEY)",
        f"INSERT INTO person VALUES {persons}",
        f"INSERT INTO loan VALUES {loans}",
        "INSERT INTO bank VALUES ('A', '甲')",
    )


@dataclass(frozen=True)
class Desk:
    """An office and its accounts."""

    office: Office
    made: Accounts

    @property
    def database(self) -> Database:
        return self.made.database

    def by(self, role: Role) -> Office:
        return self.made.office_of(self.office, role)

    def without(self, role: Role, *rights: str) -> AbstractContextManager[Office]:
        return self.made.without(self.office, role, *rights)


@contextmanager
def desk_in(engine: Engine, folder: Path) -> Iterator[Desk]:
    with engine.fresh(folder) as database:
        fill(database)
        office = open_office(database, folder / "office", fixes=FIXES)
        with accounts(database, office) as made:
            yield Desk(office, made)


@pytest.fixture
def own(engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    """A desk at which rows are corrected."""
    with desk_in(engine, tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that is shared, at which one approved run was applied, and nothing more may be."""
    with desk_in(engine, tmp_path_factory.mktemp("grants")) as desk:
        desk.office.correct("1")
        yield desk


def test_the_whole_walk_goes_by_separate_accounts(own: Desk) -> None:
    planner, operator, auditor = own.by("planner"), own.by("operator"), own.by("auditor")
    for fix, rows in (("1", 6), ("2", 2), ("3", 4)):
        planner.plan(fix)
        planned = operator.plan(fix, trial=True)
        planner.approve(planned)
        assert status(planner.setting(), planned).drifted == 0
        pause(operator.setting(OPERATOR), planned)
        resume(operator.setting(OPERATOR), planned)
        applied = operator.apply(planned)
        assert (applied.problem, applied.applied, applied.receipt is not None) == (None, rows, True)
    assert verify(auditor.setting(), data=True).problems == ()
    for run in (8, 5, 2):
        back = rollback(planner.setting(), run)
        planner.approve(back.change_set)
        assert operator.apply(back.change_set).problem is None

    verified = verify(auditor.setting(), data=True)
    assert (verified.problems, verified.ok) == ((), True)
    assert [change.run for change in trace(auditor.setting(), "person", "2").changes] == [2, 17]
    assert [part.rows for part in verify_parts(auditor.setting())] == [6, 2, 2, 4, 6]
    assert len(runs(auditor.setting())) == 6
    assert list_fixes(planner.setting()).reached


def test_who_withdraws_stops_a_run_and_who_erases_empties_the_log(own: Desk) -> None:
    operator, approver, eraser = own.by("operator"), own.by("approver"), own.by("eraser")
    withdrawn, planned = operator.plan("2"), operator.plan("1")
    assert approver.revoke(withdrawn).recorded is True
    operator.approve(planned)
    assert operator.apply(planned).problem is None
    rows = (("person", "2"),)
    for person in (LEADER, AUDITOR):
        sign_erasure(eraser.setting(person), rows, confirm=lambda _: None)
    with pytest.raises(GrantLacking, match=r"UPDATE .* on hffix_change"):
        erase(operator.setting(OPERATOR), rows, confirm=lambda _: None)

    done = erase(eraser.setting(OPERATOR), rows, confirm=lambda _: None)

    assert (done.problem, done.rows) == (None, 1)
    assert verify(own.by("auditor").setting(), data=True).problems == ()


def test_who_may_not_append_withdraws_by_a_file(desk: Desk) -> None:
    assert desk.by("planner").revoke(desk.office.plan("2")).recorded is False


LOG = (
    "UPDATE hffix_change SET leaf = leaf",
    "DELETE FROM hffix_change",
    "UPDATE hffix_record SET body = body",
    "DELETE FROM hffix_record",
    "DELETE FROM hffix_lineage",
    "UPDATE hffix_run SET operator = operator",
    "DELETE FROM hffix_run",
    "DELETE FROM hffix_control",
    "UPDATE hffix_event SET outcome = outcome",
    "DELETE FROM hffix_event",
    "TRUNCATE TABLE hffix_change",
    "TRUNCATE TABLE hffix_record",
    "TRUNCATE TABLE hffix_event",
    "DROP TABLE hffix_record",
    "ALTER TABLE hffix_record ADD COLUMN x integer",
)
APPENDING = (
    "INSERT INTO hffix_event (time, host, command, outcome) VALUES ('t', 'h', 'c', 'o')",
    "INSERT INTO hffix_record VALUES (99, NULL, 'k', 'b', 'h')",
    "INSERT INTO hffix_change SELECT * FROM hffix_change",
    "UPDATE hffix_lineage SET number = number",
)
ROWS = (
    "UPDATE person SET name = name",
    "INSERT INTO loan VALUES ('L99', 1, 'x')",
    "DELETE FROM loan",
    "DELETE FROM person",
    "TRUNCATE TABLE person",
)
FOREIGN = ("SELECT * FROM secret", "UPDATE person SET id = id", "CREATE TABLE mine (id integer)")
REFUSED: dict[Role, tuple[str, ...]] = {
    "planner": (*LOG, *APPENDING, *ROWS, *FOREIGN),
    "operator": (*LOG, "DELETE FROM person", "TRUNCATE TABLE loan", "UPDATE bank SET name = name", *FOREIGN),
    "approver": (*LOG, APPENDING[2], *ROWS, *FOREIGN, "SELECT * FROM person"),
    "auditor": (*LOG, *APPENDING, *ROWS, *FOREIGN, "SELECT * FROM bank"),
    "eraser": (*LOG, *ROWS, *FOREIGN),
}
CALLED = "suppress_redundant_updates_trigger()"
TRIGGERS = {
    "postgresql": (
        "DROP TRIGGER hffix_change_update ON hffix_change",
        "ALTER TABLE hffix_change DISABLE TRIGGER ALL",
        f"CREATE TRIGGER mine BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION {CALLED}",
    ),
    "mysql": (
        "CREATE OR REPLACE VIEW hffix_sees_triggers AS SELECT 1 AS x",
        "DROP TRIGGER hffix_change_update",
        "CREATE TRIGGER mine BEFORE UPDATE ON person FOR EACH ROW SET @x = 1",
    ),
}
ENSURED = '''\
"""Names in small letters."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("person", {"name": "concat(t.name, '.')"}, where="t.id = 1", at_most=9)
fix.ensures("every bank is there", "SELECT count(*) FROM bank", equals=1)
'''


def test_each_account_is_refused_what_is_not_its_own(desk: Desk) -> None:
    for role, statements in REFUSED.items():
        seen = desk.made.seen_by(role)
        with seen.outsider() as outsider:
            tried = (*statements, *TRIGGERS[seen.engine.name])
            assert (role, [one for one in tried if not denied(outsider, one)]) == (role, [])


def records(desk: Desk) -> int:
    ((count,),) = desk.database.ask("SELECT count(*) FROM hffix_record")
    return int(count)


def test_an_account_that_lacks_rights_is_refused_by_name_before_anything_is_written(desk: Desk) -> None:
    planned = desk.by("planner").plan("2")
    desk.office.approve(planned)
    before = records(desk)

    with pytest.raises(GrantLacking) as tried:
        desk.by("planner").plan("2", trial=True)
    with pytest.raises(GrantLacking) as applied:
        desk.by("planner").apply(planned)
    taken = ("INSERT ON hffix_record", "DELETE ON loan")
    with desk.without("operator", *taken) as less, pytest.raises(GrantLacking) as lost:
        less.apply(planned)

    assert "INSERT on loan; DELETE on loan" in tried.value.message
    assert "UPDATE (number, head, holder) on hffix_lineage" in applied.value.message
    assert "DELETE on loan" in applied.value.message
    assert lost.value.message == "the account of the url lacks INSERT on hffix_record; DELETE on loan"
    assert records(desk) == before
    assert [path.name for path in desk.office.project.backups.iterdir() if path.name.isdecimal()] == ["2"]


def test_what_is_ensured_at_the_end_must_be_readable_before_the_first_write(desk: Desk) -> None:
    desk.office.write_fix("0004_ensured", ENSURED)
    planned = desk.office.plan("4")
    desk.office.approve(planned)
    before = records(desk)

    with desk.without("operator", "SELECT ON bank") as less, pytest.raises(GrantLacking, match="bank"):
        less.apply(planned)
    assert records(desk) == before


def test_a_plan_names_every_table_that_its_account_may_not_read(desk: Desk) -> None:
    taken = [f"SELECT ON {table}" for table in ("person", "loan", "bank")]
    with desk.without("planner", *taken) as less, pytest.raises(GrantLacking) as refused:
        less.plan("3")
    assert [right.replace("ON", "on") in refused.value.message for right in taken] == [True] * 3


def test_a_table_that_only_a_where_looks_into_is_named_by_the_server(desk: Desk) -> None:
    with desk.without("planner", "SELECT ON loan") as less, pytest.raises(GrantLacking, match=r"refused .*loan"):
        less.plan("1")


def test_an_account_that_may_not_read_the_log_is_not_told_that_there_is_none(desk: Desk) -> None:
    with desk.without("planner", "SELECT ON hffix_version") as less:  # noqa: SIM117
        with pytest.raises(GrantLacking, match="hffix_version"):
            less.plan("1")


def test_a_table_is_described_alike_to_every_account(own: Desk) -> None:
    own.database.run(
        "ALTER TABLE loan ADD CONSTRAINT noted CHECK (note <> 'x')",
        "ALTER TABLE loan ADD COLUMN twice integer GENERATED ALWAYS AS (person_id * 2) STORED",
        "CREATE TABLE debt (id integer PRIMARY KEY, p integer, FOREIGN KEY (p) REFERENCES person (id))",
        TRIGGERS[own.database.engine.name][-1],
    )
    roles: tuple[Role, ...] = ("planner", "operator", "auditor")
    for table in ("person", "loan"):
        with own.database.reading() as snapshot:
            whole = snapshot.table(table).describe()
        for role in roles:
            with own.made.seen_by(role).reading() as snapshot:
                assert (role, snapshot.table(table).describe()) == (role, whole)


def test_who_holds_a_target_is_told_to_another_account_as_far_as_it_may_know(desk: Desk) -> None:
    operator, eraser = desk.made.seen_by("operator"), desk.made.seen_by("eraser")
    began = time.monotonic()
    with operator.locked(), pytest.raises(Held) as told, eraser.locked(holder="wang.qiang"):
        pass
    assert told.value.message == "the target is held by wang.qiang"
    # Who is not shown the holder's session does not take it for one that has gone silent.
    assert time.monotonic() - began < WAIT_SECONDS / 2


def test_doctor_names_what_lacks_with_the_grant_that_gives_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk.office.folder)
    taken = ("UPDATE (name) ON person", "INSERT ON hffix_record")
    with desk.without("operator", *taken) as less:
        monkeypatch.setenv("TARGET", less.environment["TARGET"])
        status = main(["doctor", "--json", "--sign-with", f"keys/{OPERATOR}"])
        rights = json.loads(capsys.readouterr().out)["checks"][-1]
        desk.database.run(*rights["grants"])
        again = main(["doctor", "--json", "--sign-with", f"keys/{OPERATOR}"])
        after = json.loads(capsys.readouterr().out)["checks"][-1]

    lacked = "as operator, the account of the url lacks INSERT on hffix_record; UPDATE (name) on person"
    assert (status, rights["ok"], rights["told"]) == (1, False, f"HFX-540 {lacked}")
    fixes = len(list(desk.office.project.fixes.glob("0*.py")))
    assert (again, after["ok"], after["told"]) == (0, True, f"operator, for {fixes} fixes")
