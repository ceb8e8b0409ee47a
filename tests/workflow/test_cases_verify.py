"""Verify finds a case that was parted, and an outcome that no line of its kind can have, even in a forged chain."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from hffix.changelog.rows import LogColumns, LogRow
from hffix.model import canonical
from hffix.model.record import entries_root, entry_leaf
from hffix.workflow.verify import verify
from hffix.workflow.verify_cases import CasesMet
from hffix.workflow.verify_findings import Findings
from tests.workflow.conftest import CHANGE, Body, Sql, codes, found, rechain, run_all
from tests.workflow.merging import merge, open_merging
from tests.workflow.office import Office

RUN = 2


@pytest.fixture(scope="session")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with one run of three cases, lines 1-6, 7-12 and 13-18, each in a chunk of its own."""
    office = open_merging(tmp_path_factory.mktemp("merged"))
    change_set = merge(office)
    office.approve(change_set)
    assert office.apply(change_set, chunk_rows=6).problem is None
    return office


@pytest.fixture
def desk(merged: Office, tmp_path: Path) -> Office:
    return merged.copy_to(tmp_path / "desk")


def test_a_run_of_cases_is_whole(desk: Office) -> None:
    verified = verify(desk.setting(), data=True)
    assert verified.problems == ()
    assert verified.live is not None
    # Questions have no row to be compared with.
    assert (verified.rows, verified.live.holding, verified.live.changed) == (18, 9, 0)


EDITS: dict[str, tuple[Sql, set[str]]] = {
    "a held question flipped": (f"{CHANGE} outcome = 'conflict' WHERE seq = 2", {"outcome", "case-divided"}),
    "an applied question": (f"{CHANGE} outcome = 'applied' WHERE seq = 2", {"outcome"}),
    "a held row": (f"{CHANGE} outcome = 'held' WHERE seq = 4", {"outcome"}),
    "another case": (f"{CHANGE} case_id = '\"2\"' WHERE seq = 6", {"log-row-edited"}),
    "no case": (f"{CHANGE} case_id = NULL WHERE seq = 6", {"log-row-edited"}),
    "another question": (f"""{CHANGE} row_key = '{{"member":{{"int":"9"}}}}' WHERE seq = 2""", {"log-row-edited"}),
    "another answer": (f'{CHANGE} before = \'{{"rows":"{"0" * 64}"}}\' WHERE seq = 2', {"log-row-edited"}),
    "a question taken away": ("DELETE FROM hffix_change WHERE seq = 2", {"log-row-missing"}),
}


@pytest.mark.parametrize(("script", "problems"), EDITS.values(), ids=EDITS)
def test_an_edit_of_the_log_is_found(desk: Office, script: Sql, problems: set[str]) -> None:
    run_all(desk, script)
    assert codes(desk) == problems


def forge(office: Office, outcomes: Mapping[int, str], edit: Callable[[Body], Body] = dict) -> None:
    """Change outcomes by line, and build every entry, record and head anew, as whoever owns them all would."""
    with office.unguarded() as outsider:
        for line, outcome in outcomes.items():
            outsider.execute("UPDATE hffix_change SET outcome = ? WHERE seq = ?", (outcome, line))
        rechain(outsider, lambda body: _counted(outsider, edit(body)))


def _counted(outsider: sqlite3.Connection, body: Body) -> Body:
    """Let a chunk record say what the rows under it say."""
    if body["kind"] == "close":
        rows = _rows(outsider, 1, 99)
    elif body["kind"] == "chunk":
        rows = _rows(outsider, int(str(body["first"])), int(str(body["last"])))
        body = body | {
            "entries": entries_root([entry_leaf(s, leaf=a, outcome=o, observed_leaf=None) for s, a, o in rows])
        }
    else:
        return body
    outcomes = [outcome for _, _, outcome in rows]
    names = {"applied": "applied", "held": "held", "conflicts": "conflict"}
    return body | {name: outcomes.count(outcome) for name, outcome in names.items()}


def _rows(outsider: sqlite3.Connection, first: int, last: int) -> list[tuple[int, str, str]]:
    return outsider.execute(
        "SELECT seq, leaf, outcome FROM hffix_change WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last)
    ).fetchall()


def by_the_rows(office: Office) -> set[tuple[str, str]]:
    """Give what verify finds by the log itself; receipts and journal tell of any forgery besides."""
    return {one for one in found(office) if one[0] in {"case-divided", "outcome", "entries-root", "chain", "record"}}


def test_a_forgery_that_changes_nothing_is_told_by_no_row(desk: Office) -> None:
    forge(desk, {})
    assert by_the_rows(desk) == set()


FORGED: dict[str, tuple[dict[int, str], set[tuple[str, str]]]] = {
    "a question flipped to a conflict": ({2: "conflict"}, {("case-divided", "run 2, case 1")}),
    "a written row flipped to a conflict": ({10: "conflict"}, {("case-divided", "run 2, case 2")}),
    "a last row flipped to a conflict": ({18: "conflict"}, {("case-divided", "run 2, case 3")}),
    "a question that was applied": ({2: "applied"}, {("outcome", "run 2, line 2")}),
    "a row that was held": ({5: "held"}, {("outcome", "run 2, line 5")}),
    "a case in conflict without a finding": (
        dict.fromkeys(range(1, 7), "conflict"),
        {("case-divided", "run 2, case 1")},
    ),
}


@pytest.mark.parametrize(("outcomes", "problems"), FORGED.values(), ids=FORGED)
def test_a_case_with_two_fates_is_found_where_all_sums_were_forged_too(
    desk: Office, outcomes: dict[int, str], problems: set[tuple[str, str]]
) -> None:
    forge(desk, outcomes)
    assert by_the_rows(desk) == problems


def test_a_case_that_an_edge_of_a_chunk_parts_is_found(desk: Office) -> None:
    chunk_ends = {(1, 6): (1, 5), (7, 12): (6, 12)}

    def edit(body: Body) -> Body:
        ends = chunk_ends.get((int(str(body.get("first", 0))), int(str(body.get("last", 0)))))
        return body | {"first": ends[0], "last": ends[1]} if ends else body

    forge(desk, {}, edit)
    assert by_the_rows(desk) == {("case-divided", "run 2, case 1")}


def followed(rows: Iterable[tuple[str | None, int, str]]) -> set[tuple[str, str]]:
    """Follow rows, given by case, chunk and outcome."""
    findings = Findings()
    cases = CasesMet(RUN, findings)
    for seq, (case, chunk, outcome) in enumerate(rows, start=1):
        quoted = None if case is None else canonical.encode(case).decode()
        row = LogRow(seq, "", "t", "update", "{}", "{}", "{}", None, quoted, "", outcome, None, "x")
        cases.follow(LogColumns.of([row]), chunk=chunk)
    cases.end()
    return {(problem.code, problem.where) for problem in findings.problems}


@pytest.mark.parametrize(
    ("rows", "divided"),
    [
        ([(None, 1, "applied"), (None, 1, "conflict"), (None, 2, "applied")], set()),
        ([(None, 1, "applied"), ("1", 1, "held"), ("1", 1, "applied"), ("2", 2, "conflict")], set()),
        ([("9", 1, "applied"), ("10", 1, "applied"), ("10", 1, "applied"), ("200", 1, "applied")], set()),
        ([("10", 1, "applied"), ("9", 1, "applied")], {"10"}),
        ([("1", 1, "applied"), (None, 1, "applied")], {"1"}),
        ([("1", 1, "applied"), ("1", 2, "applied"), ("1", 2, "applied"), ("2", 2, "applied")], {"1"}),
        ([("1", 1, "applied"), ("1", 1, "conflict"), ("2", 1, "applied"), ("2", 1, "conflict")], {"1", "2"}),
        ([("1", 1, "held"), ("1", 1, "conflict")], {"1"}),
        ([("1", 1, "conflict"), ("1", 1, "conflict")], set()),
    ],
)
def test_each_case_is_told_once(rows: list[tuple[str | None, int, str]], divided: set[str]) -> None:
    assert followed(rows) == {("case-divided", f"run 2, case {case}") for case in divided}
