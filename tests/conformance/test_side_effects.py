"""What the database itself does when rows are written: seen, declared, or refused; on every engine."""

from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from hffix.errors import HffixError
from hffix.errors.applying import ReadBackDiffers, RowCountDiffers, WritesBeside
from hffix.errors.fixes import (
    BadDeclaration,
    EffectUndeclared,
    KeyHandedOut,
    KeyWritten,
    ReachesFurther,
    TrialFailed,
    UniqueTaken,
)
from hffix.errors.targets import TableRefused, WriteRefused
from hffix.workflow.acts import acts_in
from hffix.workflow.apply import Applied
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.engine import Answer, Database
from tests.conformance.offices import open_office
from tests.workflow.office import Office

on_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
on_mariadb = pytest.mark.parametrize("engine", ["mysql"], indirect=True, scope="session")
on_servers = pytest.mark.parametrize("engine", ["postgresql", "mysql"], indirect=True, scope="session")

HEAD = '''"""Notes."""
from hffix import Case, Fix
fix = Fix(author="li.wei", risk="low")
'''
NOTES = HEAD + 'fix.sql("loan", {"note": "replace(t.note, \'-\', \'+\')"}, where="t.no < 9", at_most=99)\n'
DELETE = HEAD + 'fix.delete("loan", where="t.no = 1", at_most=9)\n'
SWAP = (
    HEAD
    + 'fix.sql("loan", {"note": "CASE t.note WHEN \'a-\' THEN \'b-\' ELSE \'a-\' END"}, where="t.no < 3", at_most=9)\n'
)
SWAP_CASE = (
    HEAD
    + '''
@fix.cases("SELECT 1 AS one", reads={"loan": ("no", "note")}, writes={"loan": ("note",)}, at_most=9)
def swap(case: Case, one: int) -> None:
    """Let the two change places."""
    (first,), (second,) = case.rows("loan", no=1), case.rows("loan", no=2)
    case.update(first, note=second["note"])
    case.update(second, note=first["note"])
'''
)
INSERT = (
    HEAD
    + '''
@fix.cases("SELECT 1 AS one", reads={"loan": ("no",)}, inserts=("bill",), at_most=9)
def bill(case: Case, one: int) -> None:
    """Make a bill."""
    case.insert("bill", id=KEY, note="new")
'''
)


@dataclass(frozen=True)
class Desk:
    """An office over a table of five loans, in which each test puts something in the way."""

    office: Office
    database: Database

    def fix(self, text: str) -> None:
        """Write the next script: one that was applied may not be changed."""
        self.office.write_fix(f"{self.newest + 1:04}_notes", text)

    @property
    def newest(self) -> int:
        return len(list(self.office.project.fixes.glob("0*.py")))

    def run(self, *statements: str) -> None:
        self.database.run(*statements)

    def ask(self, query: str) -> Answer:
        return self.database.ask(query)

    def refused(self, *, trial: bool = False) -> HffixError:
        with pytest.raises(HffixError) as refused:
            self.office.plan(str(self.newest), trial=trial)
        return refused.value

    def applied(self, *, chunk_rows: int | None = None) -> Applied:
        planned = self.office.plan(str(self.newest))
        self.office.approve(planned)
        return self.office.apply(planned, chunk_rows=chunk_rows)

    def taken_back(self, run: int, *besides: str) -> Applied:
        back = rollback(self.office.setting(), run, besides=besides)
        self.office.approve(back.change_set)
        return self.office.apply(back.change_set)

    def trigger(self, moment: str, body: str, *, name: str = "tr", of: str = "loan", returned: str = "NEW") -> None:
        """Make a trigger in the engine's own words, of which only the body is given."""
        match speech(self.database):
            case "postgresql":
                self.run(
                    f"CREATE FUNCTION {name}_called() RETURNS trigger LANGUAGE plpgsql AS"
                    f" $$BEGIN {body}; RETURN {returned}; END$$",
                    f"CREATE TRIGGER {name} {moment} ON {of} FOR EACH ROW EXECUTE FUNCTION {name}_called()",
                )
            case "mysql":
                self.run(f"CREATE TRIGGER {name} {moment} ON {of} FOR EACH ROW {body}")
            case _:
                self.run(f"CREATE TRIGGER {name} {moment} ON {of} BEGIN {body}; END")


def speech(database: Database) -> str:
    """Say whose SQL the engine speaks."""
    return database.engine.speaks or database.engine.name


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    words = database.words
    database.run(
        f"CREATE TABLE loan (no {words.integer} PRIMARY KEY, note varchar(40))",
        f"CREATE TABLE audit (what {words.text})",
        "INSERT INTO loan VALUES (1, 'a-'), (2, 'b-'), (3, 'c-'), (4, 'd-'), (9, 'z-')",
    )
    return Desk(open_office(database, tmp_path / "office", fixes={"0001_notes": NOTES}), database)


AUDITING = "INSERT INTO audit VALUES (NEW.note)"


def test_a_trigger_that_writes_another_table_is_refused_by_trial_and_run(desk: Desk) -> None:
    desk.trigger("AFTER UPDATE", AUDITING)
    more = "4 of audit" if speech(desk.database) == "postgresql" else "4 of some table"
    told = f"the database itself wrote rows that are in no line, {more}, along with 4 of loan (trigger tr of loan)"

    tried, applied = desk.refused(trial=True), desk.applied()

    assert (type(tried), tried.message) == (TrialFailed, f"the trial was refused: {told}")
    assert isinstance(applied.problem, WritesBeside)
    assert (applied.problem.message, applied.applied) == (told, 0)
    assert desk.ask("SELECT count(*) FROM audit") == [(0,)]
    assert desk.ask("SELECT note FROM loan WHERE no = 1") == [("a-",)]


def test_rows_of_a_table_that_is_declared_may_come_along_and_do_so_again_on_the_way_back(desk: Desk) -> None:
    desk.trigger("AFTER UPDATE", AUDITING)
    desk.fix(NOTES + 'fix.side_effects("audit")\n')
    planned = desk.office.plan(str(desk.newest), trial=True)
    desk.office.approve(planned)
    applied = desk.office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem, applied.applied) == (0, None, 4)
    assert desk.ask("SELECT count(*) FROM audit") == [(4,)]
    assert desk.taken_back(applied.run).problem is None
    assert desk.ask("SELECT count(*) FROM audit") == [(8,)]
    assert verify(desk.office.setting(), data=True).problems == ()


def test_a_way_back_that_would_write_more_is_counted_as_none_and_can_be_declared_when_it_is_needed(desk: Desk) -> None:
    desk.fix(DELETE)
    desk.trigger("AFTER INSERT", AUDITING)
    planned = desk.office.plan(str(desk.newest), trial=True)
    desk.office.approve(planned)
    applied = desk.office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem) == (1, None)
    assert isinstance(desk.taken_back(applied.run).problem, WritesBeside)
    assert desk.taken_back(applied.run, "audit").problem is None
    assert desk.ask("SELECT note FROM loan WHERE no = 1") == [("a-",)]


def test_what_acts_on_a_table_is_told_by_its_change_set(desk: Desk) -> None:
    desk.trigger("AFTER UPDATE", AUDITING)
    desk.run(
        "CREATE TABLE kid (id integer PRIMARY KEY, loan integer,"
        " FOREIGN KEY (loan) REFERENCES loan (no) ON DELETE SET NULL)"
    )

    acts = acts_in(desk.office.plan("1")) or ()

    assert [(act.table, act.kind, act.name, act.when) for act in acts] == [
        ("loan", "trigger", "tr", "AFTER UPDATE"),
        ("loan", "action", "kid(loan)", "ON DELETE SET NULL"),
    ]
    assert "INSERT INTO audit" in acts[0].text


def test_a_column_that_a_trigger_sets_is_refused_until_it_is_declared_and_then_recorded(desk: Desk) -> None:
    desk.run("ALTER TABLE loan ADD COLUMN stamp integer DEFAULT 0 NOT NULL")
    if speech(desk.database) == "sqlite":
        desk.trigger("AFTER UPDATE OF note", "UPDATE loan SET stamp = stamp + 1 WHERE no = NEW.no")
    else:
        desk.trigger(
            "BEFORE UPDATE",
            "SET NEW.stamp = OLD.stamp + 1" if speech(desk.database) == "mysql" else "NEW.stamp = OLD.stamp + 1",
        )
    told = "loan, column stamp: the row does not hold what was approved (trigger tr of loan)"
    refused, stopped = desk.refused(trial=True), desk.applied().problem
    assert refused.message == f"the trial was refused at the update of row 1 of loan: {told}"
    assert "fix.side_effects" in refused.advice
    assert isinstance(stopped, ReadBackDiffers)
    assert stopped.message == told

    desk.fix(NOTES + 'fix.side_effects("loan", "stamp")\n')
    planned = desk.office.plan(str(desk.newest), trial=True)
    desk.office.approve(planned)
    applied = desk.office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem) == (0, None)
    ((observed, salt),) = desk.ask("SELECT observed, salt FROM hffix_change WHERE seq = 1")
    assert orjson.loads(observed) == [salt, {"stamp": {"int": "1"}}]
    (part,) = (desk.office.project.backups / str(applied.run)).iterdir()
    assert part.stat().st_size
    assert desk.taken_back(applied.run).problem is None
    assert desk.ask("SELECT note, stamp FROM loan WHERE no = 1") == [("a-", 2)]
    assert verify(desk.office.setting(), data=True).problems == ()


def test_a_side_effect_never_stands_for_what_the_fix_itself_writes(desk: Desk) -> None:
    for name, told in (("note", "which the fix writes"), ("no", "a key column")):
        desk.fix(NOTES + f'fix.side_effects("loan", "{name}")\n')
        refused = desk.refused()
        assert isinstance(refused, BadDeclaration)
        assert told in refused.message
    desk.fix(NOTES + 'fix.side_effects("nowhere")\n')
    assert desk.refused().message == "0004_notes.py: side_effects names nowhere, and there is no such table"


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL"])
def test_a_delete_that_the_database_would_carry_on_is_refused_by_the_plan(desk: Desk, action: str) -> None:
    desk.run(
        "CREATE TABLE kid (id integer PRIMARY KEY, loan integer,"
        f" FOREIGN KEY (loan) REFERENCES loan (no) ON DELETE {action})",
        "INSERT INTO kid VALUES (7, 1)",
    )
    desk.fix(DELETE)
    refused = desk.refused()
    assert (type(refused), refused.message) == (ReachesFurther, "deleting rows of loan would reach rows of kid")


def test_an_update_that_the_database_would_carry_on_is_refused_by_the_plan(desk: Desk) -> None:
    desk.run(
        "CREATE UNIQUE INDEX named ON loan (note)",
        "CREATE TABLE kid (id integer PRIMARY KEY, note varchar(40),"
        " FOREIGN KEY (note) REFERENCES loan (note) ON UPDATE CASCADE)",
        "INSERT INTO kid VALUES (7, 'b-')",
    )
    refused = desk.refused()
    assert (type(refused), refused.message) == (ReachesFurther, "changing note of loan would reach rows of kid")


def test_a_row_that_others_refer_to_is_refused_by_the_trial(desk: Desk) -> None:
    desk.run(
        "CREATE TABLE kid (id integer PRIMARY KEY, loan integer, FOREIGN KEY (loan) REFERENCES loan (no))",
        "INSERT INTO kid VALUES (7, 1)",
    )
    desk.fix(DELETE)
    refused = desk.refused(trial=True)
    assert refused.message.startswith("the trial was refused at the delete of row 1 of loan: ")


def test_a_swap_of_unique_values_is_refused_by_the_plan_alone_and_in_a_case(desk: Desk) -> None:
    desk.run("CREATE UNIQUE INDEX named ON loan (note)")
    for text in (SWAP, SWAP_CASE):
        desk.fix(text)
        assert isinstance(desk.refused(), UniqueTaken)


def test_a_view_is_refused_and_its_table_is_asked_for(desk: Desk) -> None:
    desk.run("CREATE VIEW seen AS SELECT * FROM loan")
    desk.fix(NOTES.replace('"loan"', '"seen"'))
    refused = desk.refused()
    assert (type(refused), refused.message) == (TableRefused, "seen is a view, not a table")
    assert refused.advice == "Name the table that the view shows: rows are written where they lie."


def test_generated_columns_are_never_written_and_follow_their_row(desk: Desk) -> None:
    joined = "note || note" if speech(desk.database) != "mysql" else "concat(note, note)"
    stored = "VIRTUAL" if speech(desk.database) == "sqlite" else "STORED"
    desk.run(f"ALTER TABLE loan ADD COLUMN twice varchar(90) GENERATED ALWAYS AS ({joined}) {stored}")
    applied = desk.applied()
    assert (applied.problem, desk.ask("SELECT twice FROM loan WHERE no = 1")) == (None, [("a+a+",)])
    desk.fix(HEAD + 'fix.sql("loan", {"twice": "\'x\'"}, at_most=9)\n')
    refused = desk.refused()
    assert (type(refused), refused.message) == (
        KeyWritten,
        "0002_notes.py, line 4: twice of loan is generated by the database",
    )


@on_servers
def test_a_key_that_a_sequence_could_still_hand_out_is_refused_by_the_plan(desk: Desk) -> None:
    numbered = "serial" if speech(desk.database) == "postgresql" else "integer AUTO_INCREMENT"
    desk.run(
        f"CREATE TABLE bill (id {numbered} PRIMARY KEY, note varchar(9))", "INSERT INTO bill (note) VALUES ('x'), ('y')"
    )
    desk.fix(INSERT.replace("KEY", "3"))
    assert isinstance(desk.refused(), KeyHandedOut)
    desk.fix(INSERT.replace("KEY", "-1"))
    assert desk.applied().problem is None
    desk.run("INSERT INTO bill (note) VALUES ('z')")
    assert desk.ask("SELECT id FROM bill ORDER BY id") == [(-1,), (1,), (2,), (3,)]


@on_servers
def test_rows_of_a_partitioned_table_are_corrected_and_what_their_triggers_write_is_counted(desk: Desk) -> None:
    cut = "PARTITION BY RANGE (y)"
    if speech(desk.database) == "postgresql":
        desk.run(
            f"CREATE TABLE pay (no integer, y integer, note varchar(40), PRIMARY KEY (no, y)) {cut}",
            "CREATE TABLE pay_1 PARTITION OF pay FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE pay_2 PARTITION OF pay FOR VALUES FROM (10) TO (20)",
        )
    else:
        parts = "(PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20))"
        desk.run(f"CREATE TABLE pay (no integer, y integer, note varchar(40), PRIMARY KEY (no, y)) {cut} {parts}")
    desk.run("INSERT INTO pay VALUES " + ", ".join(f"({n}, {n}, 'a-')" for n in range(1, 13)))
    desk.fix(HEAD + 'fix.sql("pay", {"note": "replace(t.note, \'-\', \'+\')"}, at_most=99)\n')
    desk.trigger("BEFORE UPDATE", "SET @seen = 1" if speech(desk.database) == "mysql" else "NEW.no = OLD.no", of="pay")
    applied = desk.applied()
    assert (applied.problem, applied.applied) == (None, 12)
    assert desk.taken_back(applied.run).problem is None

    desk.trigger("AFTER UPDATE", AUDITING, name="more", of="pay" if speech(desk.database) == "mysql" else "pay_2")
    stopped = desk.applied().problem
    assert isinstance(stopped, WritesBeside)
    assert "trigger more of pay" in stopped.message or "trigger pay_2.more of pay" in stopped.message


@on_mariadb
def test_a_column_that_the_table_sets_at_every_update_must_be_declared_to_be_planned(desk: Desk) -> None:
    desk.run(
        "ALTER TABLE loan ADD at timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3)",
        "UPDATE loan SET at = '2020-01-01'",
    )
    refused = desk.refused()
    assert (type(refused), refused.message) == (
        EffectUndeclared,
        "0001_notes.py: the database itself sets at whenever a row of loan is updated",
    )
    assert refused.advice == 'Declare it in the fix: fix.side_effects("loan", "at")'

    desk.fix(NOTES + 'fix.side_effects("loan", "at")\n')
    applied = desk.applied()
    ((at, observed),) = desk.ask(
        "SELECT concat(l.at), c.observed FROM loan l, hffix_change c WHERE l.no = 1 AND c.seq = 1"
    )
    assert (applied.problem, orjson.loads(observed)[1]) == (None, {"at": {"timestamp": at}})
    assert desk.taken_back(applied.run).problem is None


@on_postgresql
def test_a_rule_that_writes_more_or_nothing_is_refused(desk: Desk) -> None:
    desk.run("CREATE RULE more AS ON UPDATE TO loan DO ALSO INSERT INTO audit VALUES (NEW.note)")
    stopped = desk.applied().problem
    assert isinstance(stopped, WritesBeside)
    assert "4 of audit, along with 4 of loan (a rule of loan)" in stopped.message
    desk.run("DROP RULE more ON loan", "CREATE RULE lost AS ON UPDATE TO loan DO INSTEAD NOTHING")
    lost = desk.applied().problem
    assert isinstance(lost, RowCountDiffers)
    assert lost.message == "update of 4 rows of loan: the database matched 0 (a rule of loan)"


@on_postgresql
def test_a_deferred_trigger_speaks_within_its_chunk(desk: Desk) -> None:
    late = "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON loan DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    called = "RETURNS trigger LANGUAGE plpgsql AS"
    desk.run(
        f"CREATE FUNCTION refusing() {called} $$BEGIN"
        " IF NEW.no = 2 THEN RAISE 'secret %', NEW.note; END IF; RETURN NULL; END$$",
        f"{late} EXECUTE FUNCTION refusing()",
    )
    stopped = desk.applied().problem
    assert isinstance(stopped, WriteRefused)
    assert stopped.message == "PostgreSQL refused a row (RaiseException in refusing())"
    desk.run(
        "DROP TRIGGER late ON loan",
        f"CREATE FUNCTION rewriting() {called} $$BEGIN UPDATE loan SET note = 'x' WHERE no = NEW.no AND note <> 'x';"
        " RETURN NULL; END$$",
        f"{late} EXECUTE FUNCTION rewriting()",
    )
    assert isinstance(desk.applied().problem, ReadBackDiffers)
    assert desk.ask("SELECT note FROM loan WHERE no < 3 ORDER BY no") == [("a-",), ("b-",)]


@on_postgresql
def test_a_trigger_that_writes_other_rows_of_its_table_is_refused(desk: Desk) -> None:
    desk.trigger("AFTER UPDATE", "UPDATE loan SET note = 'hit' WHERE no = 9 AND pg_trigger_depth() < 2")
    stopped = desk.applied().problem
    assert isinstance(stopped, WritesBeside)
    assert "4 of loan, along with 4 of loan" in stopped.message
    assert desk.ask("SELECT note FROM loan WHERE no = 9") == [("z-",)]


def test_an_index_of_which_only_the_database_knows_what_it_forbids_stops_no_plan(desk: Desk) -> None:
    index = {
        "postgresql": "(lower(note))",
        "mysql": "(no, note(3))",
        "sqlite": "(note) WHERE no > 3",
    }[speech(desk.database)]
    desk.run(f"CREATE UNIQUE INDEX partly ON loan {index}")
    assert desk.office.plan("1").manifest.counts.updates == 4
    desk.fix(SWAP_CASE)
    assert desk.office.plan("2").manifest.counts.updates == 2


@on_postgresql
def test_a_swap_goes_where_the_constraint_can_be_deferred(desk: Desk) -> None:
    desk.run("ALTER TABLE loan ADD CONSTRAINT named UNIQUE (note) DEFERRABLE")
    for text in (SWAP, SWAP_CASE):
        desk.fix(text)
        planned = desk.office.plan(str(desk.newest), trial=True)
        desk.office.approve(planned)
        applied = desk.office.apply(planned)
        assert (applied.problem, desk.ask("SELECT note FROM loan WHERE no < 3 ORDER BY no")) == (
            None,
            [("b-",), ("a-",)],
        )
        assert desk.taken_back(applied.run).problem is None


@on_postgresql
def test_a_swap_that_a_chunk_would_cut_stops_the_run_before_it_and_a_case_is_never_cut(desk: Desk) -> None:
    desk.run("ALTER TABLE loan ADD CONSTRAINT named UNIQUE (note) DEFERRABLE")
    desk.fix(SWAP)
    stopped = desk.applied(chunk_rows=1)
    assert (type(stopped.problem), stopped.applied) == (WriteRefused, 0)
    desk.fix(SWAP_CASE)
    assert desk.applied(chunk_rows=1).problem is None


@on_postgresql
def test_a_column_that_only_the_database_numbers_is_refused_by_the_plan(desk: Desk) -> None:
    desk.run("ALTER TABLE loan ADD COLUMN n integer GENERATED ALWAYS AS IDENTITY")
    desk.fix(HEAD + 'fix.sql("loan", {"n": "t.n + 5"}, at_most=9)\n')
    refused = desk.refused()
    assert (type(refused), refused.message) == (
        KeyWritten,
        "0002_notes.py, line 4: n of loan is numbered by the database",
    )
