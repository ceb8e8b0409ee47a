"""Cases are applied whole or not at all: their questions are asked again, and no edge of a chunk parts their lines."""

import hashlib
import json
from pathlib import Path

import pytest

from hffix.database import open_for_reading
from hffix.errors.applying import CaseUnbalanced, Conflict, NotPlannedHere, ReadBackDiffers
from hffix.model.change import Line
from hffix.model.record import Chunk, Close
from hffix.store.changesets import ChangeSet
from hffix.workflow.apply import Applied
from hffix.workflow.verify import verify
from tests.workflow.merging import LINES, PAIRS, READS, ask, case_lines, craft, line, merge, open_merging
from tests.workflow.office import Office
from tests.workflow.pictures import picture

ALL = PAIRS * LINES


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_merging(tmp_path)


def apply(office: Office, change_set: ChangeSet, *, chunk_rows: int | None = None) -> Applied:
    office.approve(change_set)
    return office.apply(change_set, chunk_rows=chunk_rows)


def chunks(office: Office) -> list[tuple[int, int, int, int, int]]:
    """Give first, last, applied, held and conflicts of every chunk."""
    return [
        (record.first, record.last, record.applied, record.held, record.conflicts)
        for record in office.records()
        if isinstance(record, Chunk)
    ]


def members(office: Office) -> list[object]:
    return [number for (number,) in office.ask("SELECT no FROM member ORDER BY no")]


def lines_of(office: Office, *cases: int) -> list[Line]:
    with open_for_reading(office.setting().url, folder=office.folder) as snapshot:
        return [one for case in cases for one in case_lines(snapshot, case)]


def test_cases_are_written_and_their_questions_are_held(office: Office) -> None:
    applied = apply(office, merge(office))

    assert (applied.state, applied.problem) == ("done", None)
    assert (applied.applied, applied.held, applied.conflicts, applied.decided) == (9, 9, 0, ALL)
    assert members(office) == [1, 3, 5]
    assert office.ask("SELECT no, member, balance FROM account ORDER BY no") == [
        ("a1", 1, 31), ("a2", 1, 0), ("a3", 3, 71), ("a4", 3, 0), ("a5", 5, 111), ("a6", 5, 0),
    ]  # fmt: skip
    closed = office.records()[-1]
    assert isinstance(closed, Close)
    assert (closed.applied, closed.held, closed.conflicts) == (9, 9, 0)
    assert verify(office.setting(), data=True).problems == ()


def test_a_question_is_logged_by_its_equalities_and_has_no_backup(office: Office) -> None:
    apply(office, merge(office))

    logged = office.ask("SELECT seq, kind, row_key, case_id, outcome, observed FROM hffix_change WHERE seq < 7")
    assert [(kind, outcome) for _, kind, _, _, outcome, _ in logged] == [
        ("ask", "held"), ("ask", "held"), ("ask", "held"), ("update", "applied"), ("update", "applied"),
        ("delete", "applied"),
    ]  # fmt: skip
    assert logged[1] == (2, "ask", '{"member":{"int":"1"}}', '"1"', "held", None)
    (chunk,) = (record for record in office.records() if isinstance(record, Chunk))
    assert chunk.backup.rows == 9


@pytest.mark.parametrize(("rows", "first"), [(1, 6), (5, 6), (6, 6), (11, 6), (12, 12), (17, 12), (99, 18)])
def test_no_edge_of_a_chunk_parts_a_case(office: Office, rows: int, first: int) -> None:
    assert apply(office, merge(office), chunk_rows=rows).state == "done"
    ends = [last for _, last, *_ in chunks(office)]
    assert ends == [*range(first, ALL, first), ALL]


def test_lines_without_a_case_come_first_and_share_a_chunk_with_cases(office: Office) -> None:
    office.run_script("INSERT INTO account VALUES ('a7', 1, 0, 'n'), ('a8', 1, 0, 'n')")
    free = [line("account", "update", {"no": f"a{n}"}, {"note": "n"}, {"note": "x"}) for n in (7, 8)]
    applied = apply(office, merge(office, before=free), chunk_rows=9)

    assert applied.state == "done"
    assert chunks(office) == [(1, 8, 5, 3, 0), (9, 14, 3, 3, 0), (15, 20, 3, 3, 0)]
    assert verify(office.setting(), data=True).problems == ()


# Conflicts.

BOOKED = "INSERT INTO account VALUES ('new', 4, 7, NULL)"
CHANGES = {
    "a row appears": (BOOKED, "the rows of account by member are not those that answered its question"),
    "a row goes": (
        "PRAGMA foreign_keys = OFF; DELETE FROM account WHERE no = 'a4'",
        "the rows of account by member are not those that answered its question",
    ),
    "a column that was read changes": (
        "UPDATE member SET name = '李四' WHERE no = 3",
        "the rows of member by id are not those that answered its question",
    ),
    "a row of its own changes": (
        "UPDATE account SET balance = 41 WHERE no = 'a4'",
        "the rows of account by member are not those that answered its question",
    ),
}


@pytest.mark.parametrize(("script", "told"), CHANGES.values(), ids=CHANGES)
def test_an_answer_that_changed_stops_the_run_naming_case_table_and_columns(
    office: Office, script: str, told: str
) -> None:
    change_set = merge(office)
    office.run_script(script)
    before = picture(office.database)
    applied = apply(office, change_set, chunk_rows=99)

    assert isinstance(applied.problem, Conflict)
    assert applied.problem.status == 3
    assert f"the chunk of lines 1–18 was not written: case 2: {told}" in applied.problem.message
    assert (applied.state, applied.decided) == ("stopped", 0)
    assert picture(office.database) == before
    assert office.ask("SELECT count(*) FROM hffix_change") == [(0,)]


def test_a_column_that_no_case_reads_may_change(office: Office) -> None:
    change_set = merge(office)
    office.run_script("UPDATE account SET note = 'other' WHERE no = 'a1'")

    assert apply(office, change_set).state == "done"
    assert office.ask("SELECT note FROM account WHERE no = 'a1'") == [("other",)]


def test_the_chunks_before_the_case_that_stops_stay_and_it_can_be_tried_again(office: Office) -> None:
    change_set = merge(office)
    office.run_script(BOOKED)
    stopped = apply(office, change_set, chunk_rows=6)
    assert (stopped.decided, stopped.applied, stopped.held) == (6, 3, 3)

    office.run_script("DELETE FROM account WHERE no = 'new'")
    done = office.apply(change_set)
    assert (done.state, done.applied, done.held, done.conflicts) == ("done", 9, 9, 0)
    assert verify(office.setting(), data=True).problems == ()


def test_where_conflicts_are_skipped_the_whole_case_stays_as_found(office: Office) -> None:
    """A booking for the member who is to be merged came between plan and apply."""
    change_set = merge(office, on_conflict="skip")
    office.run_script(BOOKED)
    applied = apply(office, change_set, chunk_rows=99)

    assert (applied.state, applied.problem) == ("done", None)
    assert (applied.applied, applied.held, applied.conflicts) == (6, 6, 6)
    assert members(office) == [1, 3, 4, 5]
    assert office.ask("SELECT no, member, balance FROM account WHERE no IN ('a3', 'a4', 'new')") == [
        ("a3", 3, 30.5), ("a4", 4, 40.5), ("new", 4, 7),
    ]  # fmt: skip
    logged = office.ask("SELECT kind, outcome, observed IS NULL FROM hffix_change WHERE case_id = '\"2\"' ORDER BY seq")
    assert logged == [
        ("ask", "conflict", 1), ("ask", "conflict", 1), ("ask", "conflict", 0), ("update", "conflict", 1),
        ("update", "conflict", 1), ("delete", "conflict", 1),
    ]  # fmt: skip
    assert verify(office.setting(), data=True).problems == ()


def test_what_a_conflict_found_is_the_digest_of_the_answer_now(office: Office) -> None:
    change_set = merge(office, on_conflict="skip")
    office.run_script(BOOKED)
    apply(office, change_set)

    ((observed, before),) = office.ask("SELECT observed, before FROM hffix_change WHERE seq = 9")
    salt, told = json.loads(str(observed))
    answer = (
        '[[{"no":"a4"},{"balance":{"float":"40.5"},"member":{"int":"4"},"no":"a4"}],'
        '[{"no":"new"},{"balance":{"int":"7"},"member":{"int":"4"},"no":"new"}]]'
    )
    assert told == {"rows": hashlib.sha256(answer.encode()).hexdigest()}
    assert office.ask("SELECT salt FROM hffix_change WHERE seq = 9") == [(salt,)]
    assert str(before) != f'{{"rows":"{told["rows"]}"}}'


def test_a_row_that_changed_takes_its_case_with_it_and_keeps_what_was_found(office: Office) -> None:
    change_set = merge(office, on_conflict="skip")
    office.run_script("UPDATE account SET balance = 1000 WHERE no = 'a1'")
    applied = apply(office, change_set)

    assert (applied.applied, applied.held, applied.conflicts) == (6, 6, 6)
    observed = office.ask("SELECT kind, observed FROM hffix_change WHERE case_id = '\"1\"' AND observed IS NOT NULL")
    assert [kind for kind, _ in observed] == ["ask", "update"]
    assert '{"balance":{"int":"1000"}}' in str(observed[1][1])


def test_all_cases_may_conflict(office: Office) -> None:
    change_set = merge(office, on_conflict="skip")
    office.run_script("UPDATE member SET name = 'other'")
    applied = apply(office, change_set)

    assert (applied.state, applied.applied, applied.held, applied.conflicts) == ("done", 0, 0, ALL)
    assert verify(office.setting(), data=True).problems == ()


def test_a_question_about_null_is_asked_as_such(office: Office) -> None:
    office.run_script("INSERT INTO member VALUES (90, NULL, 'x')")
    with open_for_reading(office.setting().url, folder=office.folder) as snapshot:
        lines = [
            ask(snapshot, "member", "1", id=None),
            line("account", "update", {"no": "a1"}, {"note": "n"}, {"note": "x"}, "1"),
        ]
    change_set = craft(office, lines)
    office.run_script("INSERT INTO member VALUES (91, NULL, 'y')")

    assert isinstance(apply(office, change_set).problem, Conflict)


# What no plan makes.


def test_a_case_that_would_change_what_is_kept_fails_its_chunk(office: Office) -> None:
    lines = lines_of(office, 1, 2, 3)
    # The sums of the whole change set are even; those of the cases are not.
    lines[3] = lines[3]._replace(after={"balance": {"int": "32"}})
    lines[9] = lines[9]._replace(after={"balance": {"int": "70"}})
    before = picture(office.database)
    applied = apply(office, craft(office, lines, keeps=[("account.balance",)]), chunk_rows=99)

    assert isinstance(applied.problem, CaseUnbalanced)
    assert applied.problem.message == "case 1: the total of account.balance would change"
    assert picture(office.database) == before


def test_cases_that_are_not_in_their_order_are_refused_before_the_chunk_that_shows_it(office: Office) -> None:
    applied = apply(office, craft(office, [*lines_of(office, 2), *lines_of(office, 1)]), chunk_rows=6)

    assert isinstance(applied.problem, NotPlannedHere)
    assert (applied.state, applied.decided) == ("stopped", 6)
    assert members(office) == [1, 2, 3, 5, 6]


def test_a_case_whose_lines_stand_apart_is_refused_even_by_another_session(office: Office) -> None:
    whole, other = lines_of(office, 1), lines_of(office, 2)
    change_set = craft(office, [*whole[:3], *other, *whole[3:]])

    assert isinstance(apply(office, change_set, chunk_rows=3).problem, NotPlannedHere)
    assert isinstance(office.apply(change_set).problem, NotPlannedHere)
    assert members(office) == [1, 2, 3, 5, 6]


def test_a_line_without_a_case_behind_a_case_is_refused(office: Office) -> None:
    lines = [*lines_of(office, 1), line("account", "update", {"no": "a3"}, {"note": "n"}, {"note": "x"})]

    assert isinstance(apply(office, craft(office, lines)).problem, NotPlannedHere)
    assert office.ask("SELECT count(*) FROM hffix_change") == [(0,)]


def test_a_question_without_a_case_is_refused(office: Office) -> None:
    lines = [one._replace(case=None) for one in lines_of(office, 1)]

    assert isinstance(apply(office, craft(office, lines)).problem, NotPlannedHere)


def test_a_question_of_what_no_scope_reads_is_refused(office: Office) -> None:
    lines = [line("member", "ask", {"nothing": "1"}, {"rows": "0" * 64}, None, "1"), *lines_of(office, 1)[3:]]

    assert isinstance(apply(office, craft(office, lines)).problem, NotPlannedHere)


# What the database's own actions reach.

CASCADING = """
CREATE TABLE book (
    no INTEGER PRIMARY KEY NOT NULL, of INTEGER REFERENCES member (no) ON DELETE CASCADE, seen INTEGER
);
INSERT INTO book VALUES (1, 2, 0), (2, 2, 0);
"""
WITH_BOOKS = {**READS, "book": ("no", "of")}
GONE = line(
    "book", "delete", {"no": {"int": "2"}}, {"no": {"int": "2"}, "of": {"int": "2"}, "seen": {"int": "0"}}, None
)
MOVED = line("book", "update", {"no": {"int": "1"}}, {"of": {"int": "2"}}, {"of": {"int": "1"}})
SEEN = line("book", "update", {"no": {"int": "1"}}, {"seen": {"int": "0"}}, {"seen": {"int": "1"}})


def with_books(office: Office, *books: Line, case: str = "1") -> ChangeSet:
    """Merge the first two members, whose books are in the same case."""
    questions, (*accounts, member) = lines_of(office, 1)[:3], lines_of(office, 1)[3:]
    updates = [book._replace(case=case) for book in books if book.kind == "update"]
    deletes = [book._replace(case=case) for book in books if book.kind == "delete"]
    return craft(office, [*questions, *accounts, *updates, *deletes, member], reads=WITH_BOOKS)


@pytest.fixture
def library(tmp_path: Path) -> Office:
    return open_merging(tmp_path, more=CASCADING)


def test_children_that_their_case_moves_or_deletes_hinder_no_delete(library: Office) -> None:
    assert apply(library, with_books(library, MOVED, GONE)).problem is None
    assert library.ask("SELECT no, of FROM book") == [(1, 1)]
    assert verify(library.setting(), data=True).problems == ()


@pytest.mark.parametrize("books", [(), (MOVED,), (GONE,), (SEEN, GONE)], ids=["none", "one left", "other left", "seen"])
def test_a_child_that_its_case_leaves_to_the_database_is_a_conflict(library: Office, books: tuple[Line, ...]) -> None:
    applied = apply(library, with_books(library, *books))

    assert isinstance(applied.problem, Conflict)
    assert applied.problem.message == "case 1: the delete of a row of member would reach a row of book that came since"
    assert library.ask("SELECT count(*) FROM book") == [(2,)]


def test_a_child_that_only_a_later_case_would_move_is_a_conflict_too(library: Office) -> None:
    whole = lines_of(library, 1)
    later = [MOVED._replace(case="2"), GONE._replace(case="2")]
    applied = apply(library, craft(library, [*whole, *later], reads=WITH_BOOKS))

    assert isinstance(applied.problem, Conflict)


def test_a_change_that_does_not_take_the_child_away_is_found_when_it_is_read_back(library: Office) -> None:
    """The engine, and not the plan, says whether a key still refers."""
    library.run_script("ALTER TABLE book ADD COLUMN second INTEGER REFERENCES member (no) ON DELETE CASCADE")
    other = line("book", "update", {"no": {"int": "1"}}, {"second": None}, {"second": {"int": "1"}})
    gone = GONE._replace(before={**(GONE.before or {}), "second": None})
    applied = apply(library, with_books(library, other, gone))

    assert isinstance(applied.problem, ReadBackDiffers)
    assert library.ask("SELECT count(*) FROM book") == [(2,)]
