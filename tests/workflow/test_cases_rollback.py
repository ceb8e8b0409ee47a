"""A case is taken back whole or not at all, and the cases from the last to the first."""

from pathlib import Path

import pytest

from hffix.changelog.rows import log_row
from hffix.database import open_for_reading
from hffix.errors.applying import NothingToRollBack
from hffix.errors.approvals import NotApproved
from hffix.errors.fixes import KeepsBroken
from hffix.model.change import Line
from hffix.store.changesets import ChangeSet
from hffix.workflow.inverting import CASE_CHANGED, CASE_ERASED, CHANGED_SINCE, ERASED
from hffix.workflow.past import read_chain
from hffix.workflow.rollback import RolledBack, rollback
from hffix.workflow.taking_back import first_stranger
from hffix.workflow.trace import trace
from hffix.workflow.verify import verify
from tests.workflow.conftest import codes
from tests.workflow.merging import craft, line, merge, open_merging
from tests.workflow.office import Office
from tests.workflow.pictures import Picture, lines_of, picture


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_merging(tmp_path)


@pytest.fixture
def before(office: Office) -> Picture:
    return picture(office.database)


def forth(office: Office, change_set: ChangeSet) -> int:
    """Apply a change set whose approval is for its inverse too; give its run."""
    office.approve(change_set, purpose="apply+rollback")
    applied = office.apply(change_set, chunk_rows=7)
    assert (applied.state, applied.problem) == ("done", None)
    return applied.run


def merged(office: Office) -> int:
    return forth(office, merge(office))


def back(office: Office, run: int, *, table: str | None = None, row: str | None = None) -> RolledBack:
    return rollback(office.setting(), run, table=table, row=row)


def told(change_set: ChangeSet) -> list[tuple[str | None, str, str, str]]:
    """Give case, kind, table and key of every line."""
    return [(one.case, one.kind, one.table, _short(one)) for one in lines_of(change_set)]


def _short(one: Line) -> str:
    (value,) = one.key.values()
    return value if isinstance(value, str) else "".join((value or {}).values())


def test_cases_are_taken_back_from_the_last_to_the_first_and_parents_come_first(office: Office) -> None:
    planned = back(office, merged(office))

    assert (planned.rows, planned.conflicts) == (9, 0)
    assert told(planned.change_set) == [
        ("1", "insert", "member", "6"), ("1", "update", "account", "a5"), ("1", "update", "account", "a6"),
        ("2", "insert", "member", "4"), ("2", "update", "account", "a3"), ("2", "update", "account", "a4"),
        ("3", "insert", "member", "2"), ("3", "update", "account", "a1"), ("3", "update", "account", "a2"),
    ]  # fmt: skip
    assert planned.change_set.manifest.counts.asks == 0


@pytest.mark.parametrize("rows", [1, 4, 99])
def test_rolled_back_everything_is_as_it_was(office: Office, before: Picture, rows: int) -> None:
    planned = back(office, merged(office))
    applied = office.apply(planned.change_set, chunk_rows=rows)

    assert (applied.state, applied.problem, applied.held) == ("done", None, 0)
    assert picture(office.database) == before
    assert verify(office.setting(), data=True).problems == ()


def test_a_rollback_can_be_taken_back_too(office: Office) -> None:
    run = merged(office)
    after = picture(office.database)
    first = office.apply(back(office, run).change_set)
    again = back(office, first.run).change_set
    office.approve(again)

    assert office.apply(again).problem is None
    assert picture(office.database) == after


CHANGES = {
    "a cell": "UPDATE account SET balance = 1 WHERE no = 'a4'",
    "a row gone": "DELETE FROM account WHERE no = 'a3'",
    "a key taken": "INSERT INTO member VALUES (4, 'other', 'x')",
}


@pytest.mark.parametrize("script", CHANGES.values(), ids=CHANGES)
def test_a_case_of_which_a_row_changed_is_left_whole(office: Office, before: Picture, script: str) -> None:
    run = merged(office)
    office.run_script(script)
    planned = back(office, run)

    assert {case for case, *_ in told(planned.change_set)} == {"1", "2"}
    assert (planned.rows, planned.conflicts) == (6, 3)
    assert sorted(line.reason for line in planned.change_set.unresolved()) == [CASE_CHANGED] * 2 + [CHANGED_SINCE]
    assert office.apply(planned.change_set).problem is None
    found, was = picture(office.database), before
    assert [row for row in found["account"] if row["no"][1] not in {b"a3", b"a4"}] == [
        row for row in was["account"] if row["no"][1] not in {b"a3", b"a4"}
    ]
    assert verify(office.setting()).problems == ()


def test_a_row_that_changed_in_a_column_that_the_case_did_not_write_is_no_hindrance(office: Office) -> None:
    run = merged(office)
    office.run_script("UPDATE account SET note = 'later'")

    assert back(office, run).conflicts == 0


@pytest.mark.parametrize(
    ("table", "row", "case"),
    [
        ("account", "a3", {"member 4", "account a3", "account a4"}),
        ("member", "2", {"member 2", "account a1", "account a2"}),
    ],
)
def test_one_row_takes_its_whole_case_with_it(office: Office, table: str, row: str, case: set[str]) -> None:
    planned = back(office, merged(office), table=table, row=row)

    assert {f"{name} {key}" for _, _, name, key in told(planned.change_set)} == case
    assert office.apply(planned.change_set).problem is None
    assert verify(office.setting()).problems == ()


def test_one_table_takes_every_case_that_wrote_it(office: Office) -> None:
    run = merged(office)
    assert [back(office, run, table=table).rows for table in ("member", "account")] == [9, 9]


def test_a_row_that_no_case_wrote_is_not_taken_back(office: Office) -> None:
    with pytest.raises(NothingToRollBack):
        back(office, merged(office), table="member", row="1")


def test_a_case_that_was_left_as_a_conflict_is_not_taken_back(office: Office, before: Picture) -> None:
    change_set = merge(office, on_conflict="skip")
    office.run_script("UPDATE member SET name = 'x' WHERE no = 3")
    planned = back(office, forth(office, change_set))

    assert planned.rows == 6
    assert office.apply(planned.change_set).problem is None
    assert picture(office.database)["account"] == before["account"]


def test_a_case_with_an_erased_row_is_left_whole(office: Office) -> None:
    run = merged(office)
    office.tamper(
        "UPDATE hffix_change SET salt = NULL, row_key = NULL, before = NULL, after = NULL, origin = NULL"
        " WHERE run_id = ? AND seq = 4", run,
    )  # fmt: skip
    planned = back(office, run)

    assert {case for case, *_ in told(planned.change_set)} == {"1", "2"}
    assert [line.reason for line in planned.change_set.unresolved()] == [CASE_ERASED, CASE_ERASED, ERASED]


# Cases that rest on each other, and on lines without a case.

NEW_PARENT = line("member", "insert", {"no": {"int": "9"}}, None, {"no": {"int": "9"}, "id": "n", "name": "n"})
NEW_CHILD = line(
    "account", "insert", {"no": "a9"}, None,
    {"no": "a9", "member": {"int": "9"}, "balance": {"int": "0"}, "note": None},
)  # fmt: skip


@pytest.mark.parametrize(
    ("parent", "child", "taken_back"),
    [
        ("1", "2", [("1", "account"), ("2", "member")]),
        (None, "1", [("1", "account"), ("2", "member")]),
        ("1", "1", [("1", "account"), ("1", "member")]),
        (None, None, [(None, "account"), (None, "member")]),
    ],
)
def test_what_was_written_upon_other_lines_is_taken_back_before_them(
    office: Office, before: Picture, parent: str | None, child: str | None, taken_back: list[tuple[str | None, str]]
) -> None:
    run = forth(office, craft(office, [NEW_PARENT._replace(case=parent), NEW_CHILD._replace(case=child)]))
    planned = back(office, run)

    assert [(case, table) for case, _, table, _ in told(planned.change_set)] == taken_back
    assert office.apply(planned.change_set, chunk_rows=1).problem is None
    assert picture(office.database) == before
    assert verify(office.setting(), data=True).problems == ()


def test_where_a_total_is_kept_over_lines_without_a_case_these_stay_without(office: Office) -> None:
    ten, thirty = {"balance": {"float": "10.5"}}, {"balance": {"float": "30.5"}}
    alone = [
        line("account", "update", {"no": "a1"}, {**ten}, {**thirty}),
        line("account", "update", {"no": "a3"}, {**thirty}, {**ten}),
    ]
    note = line("account", "update", {"no": "a5"}, {"note": "n"}, {"note": "x"}, "1")
    run = forth(office, craft(office, [*alone, note], keeps=[("account.balance",)]))
    planned = back(office, run)

    assert [case for case, *_ in told(planned.change_set)] == [None, None, "1"]
    assert office.apply(planned.change_set).problem is None


def test_an_inverse_that_would_break_a_total_is_refused(office: Office) -> None:
    ten, thirty = {"balance": {"float": "10.5"}}, {"balance": {"float": "30.5"}}
    alone = [
        line("account", "update", {"no": "a1"}, {**ten}, {**thirty}),
        line("account", "update", {"no": "a3"}, {**thirty}, {**ten}),
    ]
    run = forth(office, craft(office, alone, keeps=[("account.balance",)]))
    office.run_script("UPDATE account SET balance = 0 WHERE no = 'a1'")
    with pytest.raises(KeepsBroken):
        back(office, run)


# The right to take back without a word of its own.


def test_half_a_case_is_not_the_inverse_that_was_approved(office: Office) -> None:
    run = merged(office)
    whole = back(office, run).change_set
    lines = lines_of(whole)
    for some in (lines[:2], [*lines[:2], lines[3]], [lines[0], *lines[3:]]):
        with pytest.raises(NotApproved):
            office.apply(_reverting(office, whole, some))


def test_a_case_in_two_cases_is_not_the_inverse_that_was_approved(office: Office) -> None:
    run = merged(office)
    whole = back(office, run).change_set
    first, *rest = lines_of(whole)[:3]
    with pytest.raises(NotApproved):
        office.apply(_reverting(office, whole, [first, *(one._replace(case="2") for one in rest)]))


def test_lines_of_a_case_without_their_case_are_not_the_inverse_that_was_approved(office: Office) -> None:
    run = merged(office)
    whole = back(office, run).change_set
    for some in (lines_of(whole)[:3], lines_of(whole)[1:2]):
        with pytest.raises(NotApproved):
            office.apply(_reverting(office, whole, [one._replace(case=None) for one in some]))


def test_some_whole_cases_are_part_of_the_inverse_that_was_approved(office: Office) -> None:
    run = merged(office)
    whole = back(office, run).change_set
    lines = lines_of(whole)

    applied = office.apply(_reverting(office, whole, [*lines[:3], *lines[6:]]))
    assert (applied.problem, applied.applied) == (None, 6)
    assert codes(office) == set()


def test_another_value_than_the_logged_one_is_not_the_inverse(office: Office) -> None:
    run = merged(office)
    whole = back(office, run).change_set
    lines = lines_of(whole)
    lines[1] = lines[1]._replace(after={"balance": {"int": "1"}})
    with pytest.raises(NotApproved):
        office.apply(_reverting(office, whole, lines))


def _reverting(office: Office, whole: ChangeSet, lines: list[Line]) -> ChangeSet:
    return craft(office, lines, reverts=whole.manifest.reverts)


def test_erased_rows_of_a_case_are_taken_by_their_number(office: Office) -> None:
    """An inverse and what it took back are erased together; only the rest of the case can be compared."""
    run = merged(office)
    inverse = lines_of(back(office, run).change_set)[:3]
    office.tamper(
        "UPDATE hffix_change SET salt = NULL, row_key = NULL, before = NULL, after = NULL, origin = NULL"
        " WHERE run_id = ? AND table_name = 'account' AND row_key LIKE '%a5%'", run,
    )  # fmt: skip
    rows = [log_row(one, seq=n, leaf="", outcome="applied") for n, one in enumerate(inverse, start=1)]
    gone = [row._replace(salt=None, row_key=None, before=None, after=None) for row in rows]
    with open_for_reading(office.setting().url, folder=office.folder) as snapshot:
        reverted = read_chain(snapshot).runs[run]
        assert first_stranger(snapshot, reverted, [rows[0], gone[1], rows[2]]) is None
        assert first_stranger(snapshot, reverted, gone) is None
        assert first_stranger(snapshot, reverted, [rows[0], gone[1]]) == rows[0]
        changed = rows[2]._replace(after='{"balance":{"int":"1"},"member":{"int":"6"}}')
        assert first_stranger(snapshot, reverted, [rows[0], gone[1], changed]) == rows[0]


def test_a_trace_tells_the_way_there_and_back(office: Office) -> None:
    run = merged(office)
    office.apply(back(office, run).change_set)
    traced = trace(office.setting(), "account", "a4")

    assert [(change.case, change.kind) for change in traced.changes] == [("2", "update"), ("2", "update")]
    assert traced.live == "as written"
