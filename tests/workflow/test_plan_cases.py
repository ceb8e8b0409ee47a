"""Cases are planned one by one: what they ask, decide and decline, and what no case may do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hffix.errors import HffixError
from hffix.errors.fixes import (
    BadDeclaration,
    CaseTooLarge,
    FunctionFailed,
    KeepsBroken,
    KeyHandedOut,
    KeyWritten,
    NullRefused,
    OutsideScope,
    ReachesFurther,
    TooManyChanges,
    TwoScopes,
    UniqueTaken,
    UnknownColumn,
    WrongResult,
)
from hffix.errors.targets import QueryFailed
from hffix.model.canonical import digest, encode
from hffix.model.change import salt_of
from hffix.model.scope import Kept
from tests.workflow.planning import Desk, desk_at, lines_of, plain, told

TABLES = """
CREATE TABLE member (no INTEGER PRIMARY KEY, id TEXT, name TEXT, phone TEXT UNIQUE);
CREATE TABLE account (no TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES member (no), balance TEXT, note TEXT);
CREATE TABLE visit (no INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER REFERENCES member (no) ON DELETE CASCADE);
CREATE INDEX by_id ON member (id);
INSERT INTO member VALUES
    (1, 'A', '张三', '1'), (2, 'A', '张三', '2'), (3, 'B', '李四', NULL), (4, 'B', '王五', NULL), (5, 'C', '赵六', '5'),
    (6, 'A', '张三', NULL);
INSERT INTO account VALUES
    ('a1', 1, '10.10', 'x'), ('a2', 2, '0.20', 'y'), ('a3', 3, '5', NULL), ('a5', 5, '7.00', NULL),
    ('a6', 6, '1', NULL);
INSERT INTO visit (person) VALUES (5);
"""
TWINS = '"SELECT id, count(*) AS n FROM member GROUP BY id HAVING count(*) > 1 ORDER BY id"'
READS = 'reads={"member": ("id", "name"), "account": ("person", "balance")}'
MERGE = f"""
@fix.cases({TWINS}, {READS}, writes={{"account": ("person", "balance")}}, deletes=("member",), at_most=10)
def merge(case: Case, id: str) -> None:
    keep, *others = case.rows("member", id=id)
    if any(other["name"] != keep["name"] for other in others):
        raise Unresolved("same ID, different names")
    [own] = case.rows("account", person=keep["no"])
    total = Decimal(own["balance"])
    for other in others:
        for account in case.rows("account", person=other["no"]):
            total += Decimal(account["balance"])
            case.update(account, person=keep["no"], balance="0.00")
        case.delete(other)
    case.update(own, balance=total)
fix.keeps("account.balance")
"""
ALL = "SELECT no FROM member ORDER BY no"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path, tables=TABLES)


def each(body: str, *, query: str = ALL, reads: str = '"member": ("id", "phone")', rights: str, most: int = 100) -> str:
    """Write cases over every person, with a body that sees `case` and `row`."""
    lines = "\n    ".join(body.split("\n"))
    return f"""
@fix.cases("{query}", reads={{{reads}}}, {rights}, at_most={most})
def each(case: Case, no: int) -> None:
    [row] = case.rows("member", no=no)
    {lines}
"""


PHONES = 'writes={"member": ("phone",)}'


def test_a_case_asks_first_and_then_writes_in_the_order_of_foreign_keys(desk: Desk) -> None:
    lines = desk.lines(MERGE)

    assert told(lines) == [
        ("member", "ask", {"id": "A"}),
        ("account", "ask", {"person": "1"}),
        ("account", "ask", {"person": "2"}),
        ("account", "ask", {"person": "6"}),
        ("account", "update", {"no": "a1"}),
        ("account", "update", {"no": "a2"}),
        ("account", "update", {"no": "a6"}),
        ("member", "delete", {"no": "2"}),
        ("member", "delete", {"no": "6"}),
    ]
    assert {line.case for line in lines} == {"1"}
    assert next(line.after for line in lines if line.kind == "update") == {"balance": "11.30"}


def test_a_case_that_declines_leaves_every_row_that_it_read_and_no_other_case(desk: Desk) -> None:
    change_set = desk.plan(MERGE)

    assert [(line.table, plain(line.key), line.reason) for line in change_set.unresolved()] == [
        ("member", {"no": "3"}, "same ID, different names"),
        ("member", {"no": "4"}, "same ID, different names"),
    ]
    assert change_set.manifest.counts.reasons == {"same ID, different names": 2}


def test_counts_are_over_the_rows_that_cases_read(desk: Desk) -> None:
    counts = desk.plan(MERGE).manifest.counts

    assert (counts.scanned, counts.updates, counts.deletes, counts.unchanged, counts.unresolved) == (8, 3, 2, 1, 2)
    assert (counts.changed, counts.asks) == (5, 4)


def test_the_manifest_states_the_rights_of_cases_table_by_table(desk: Desk) -> None:
    scopes = desk.plan(MERGE).manifest.scope

    assert [(scope.kind, scope.table, scope.reads, scope.writes) for scope in scopes] == [
        ("cases", "member", ("id", "name"), ()),
        ("cases", "account", ("person", "balance"), ("person", "balance")),
        ("cases-delete", "member", ("no", "id", "name", "phone"), ()),
    ]
    assert {scope.function for scope in scopes} == {"merge"}
    assert {scope.where for scope in scopes} == {eval(TWINS)}


def test_a_question_is_bound_by_the_digest_of_its_answer(desk: Desk) -> None:
    ask = desk.lines(MERGE)[0]

    rows = [[{"no": {"int": str(no)}}, {"id": "A", "name": "张三"}] for no in (1, 2, 6)]
    assert ask.before == {"rows": digest(encode(rows))}
    assert (ask.after, ask.origin) == (None, None)


def test_an_update_is_guarded_by_what_cases_read_and_a_delete_by_its_whole_row(desk: Desk) -> None:
    lines = desk.lines(MERGE)

    assert lines[4].before == {"person": {"int": "1"}, "balance": "10.10"}
    assert lines[7].before == {"no": {"int": "2"}, "id": "A", "name": "张三", "phone": "2"}


def test_the_case_is_under_the_salt(desk: Desk) -> None:
    first = next(line for line in desk.lines(MERGE) if line.kind == "update")

    seedless = salt_of(first.table, kind="update", key=first.key, case=None, seed=b"0" * 32)
    assert (first.salt == seedless, len(first.salt)) == (False, 32)


def test_a_kept_total_is_proved_and_stated(desk: Desk) -> None:
    assert desk.plan(MERGE).manifest.keeps == (Kept(columns=("account.balance",), before="11.30", after="11.30"),)


def test_a_total_that_one_case_loses_and_another_gains_refuses(desk: Desk) -> None:
    text = """
@fix.cases("SELECT no FROM account WHERE no IN ('a1', 'a2')", reads={"account": ("balance",)},
           writes={"account": ("balance",)}, at_most=9)
def shift(case: Case, no: str) -> None:
    [row] = case.rows("account", no=no)
    case.update(row, balance="10.20" if no == "a1" else "0.10")
fix.keeps("account.balance")
"""
    refused = desk.refused(text)

    assert isinstance(refused, KeepsBroken)
    assert refused.message.startswith("0009_x.py, line 6: shift, case 1: ")


def test_the_same_question_twice_is_one_line(desk: Desk) -> None:
    lines = desk.lines(each('case.rows("member", no=no)\ncase.update(row, phone=f"0{no}")', rights=PHONES))

    assert [line.kind for line in lines[:4]] == ["ask", "update", "ask", "update"]


def test_a_case_that_changes_nothing_has_no_line(desk: Desk) -> None:
    change_set = desk.plan(each('case.update(row, phone=row["phone"])', rights=PHONES))

    assert change_set.manifest.leaves == 0
    assert change_set.manifest.counts.unchanged == 6


def test_none_asks_for_null(desk: Desk) -> None:
    text = each(
        'case.update(row, phone=str(len(case.rows("member", phone=None))))', query="SELECT 3 AS no", rights=PHONES
    )

    assert [line.after for line in desk.lines(text) if line.kind == "update"] == [{"phone": "3"}]


def test_cases_are_numbered_through_several_declarations_in_the_order_of_their_queries(desk: Desk) -> None:
    one = each('case.update(row, phone=f"x{case.number}")', query="SELECT 5 AS no", rights=PHONES)
    two = each('case.update(row, phone=f"y{case.number}")', query="SELECT 3 AS no", rights=PHONES)

    changed = [(line.case, line.after) for line in desk.lines(one + two) if line.kind == "update"]

    assert changed == [("1", {"phone": "x1"}), ("2", {"phone": "y2"})]


def test_lines_without_a_case_come_first(desk: Desk) -> None:
    text = each('case.update(row, phone="0")', query="SELECT 1 AS no", rights=PHONES)
    text += '\nfix.sql("account", {"note": "\'n\'"}, where="note IS NULL", at_most=9)\n'

    assert [line.case for line in desk.lines(text)] == [None, None, None, "1", "1"]


def test_an_insert_states_every_column_and_comes_before_the_updates(desk: Desk) -> None:
    body = (
        'case.update(row, phone="0")\ncase.insert("account", no=f"n{case.number}", person=no, balance=None, note="new")'
    )
    lines = desk.lines(each(body, query="SELECT 1 AS no", rights=PHONES + ', inserts=("account",)'))

    assert told(lines[1:]) == [("account", "insert", {"no": "n1"}), ("member", "update", {"no": "1"})]
    assert lines[1].after == {"no": "n1", "person": {"int": "1"}, "balance": None, "note": "new"}
    assert lines[1].before is None


def test_an_insert_settles_its_values_as_the_columns_hold_them(desk: Desk) -> None:
    body = 'case.insert("account", no=7, person="1", balance=Decimal("1.50"), note=None)'
    [line] = [x for x in desk.lines(each(body, query="SELECT 1 AS no", rights='inserts=("account",)')) if x.after]

    assert line.after == {"no": "7", "person": {"int": "1"}, "balance": "1.50", "note": None}


def test_a_text_that_is_not_utf_8_reaches_a_case_as_it_is(desk: Desk) -> None:
    desk.office.run_script("UPDATE member SET name = CAST(x'b0a1' AS TEXT) WHERE no = 1")
    text = each(
        'case.update(row, phone=type(row["name"]).__name__)',
        query="SELECT 1 AS no",
        reads='"member": ("name", "phone")',
        rights=PHONES,
    )

    assert [line.after for line in desk.lines(text) if line.after] == [{"phone": "UnreadableText"}]


def test_an_argument_that_does_not_fit_its_annotation_leaves_the_case_to_people(desk: Desk) -> None:
    text = each("pass", query="SELECT 'x' AS no", rights=PHONES)

    assert [(line.table, line.key, line.reason) for line in desk.plan(text).unresolved()] == [
        ("member", {"no": "x"}, "not int")
    ]


def test_a_child_that_the_case_moves_away_is_not_reached(desk: Desk) -> None:
    body = 'for visit in case.rows("visit", person=no):\n    case.update(visit, person=3)\ncase.delete(row)'
    text = each(
        body,
        query="SELECT 5 AS no",
        reads='"member": ("id",), "visit": ("person",)',
        rights='writes={"visit": ("person",)}, deletes=("member",)',
    )

    assert [line.kind for line in desk.lines(text) if line.kind != "ask"] == ["update", "delete"]


def test_a_swap_of_two_cells_of_one_row_is_no_trouble(desk: Desk) -> None:
    text = each(
        'case.update(row, id=row["phone"], name=row["id"])',
        query="SELECT 1 AS no",
        reads='"member": ("id", "phone")',
        rights='writes={"member": ("id", "name")}',
    )

    assert [line.after for line in desk.lines(text) if line.after] == [{"id": "1", "name": "A"}]


WRONG: dict[str, tuple[str, type[HffixError], str]] = {
    "a row updated twice with two values": (
        each('case.update(row, phone="7")\ncase.update(row, phone="8")', rights=PHONES),
        TwoScopes,
        "0009_x.py, line 10: each, case 1: member.phone of one row is decided twice, with two values",
    ),
    "a row updated and deleted": (
        each("case.update(row, phone='7')\ncase.delete(row)", rights=PHONES + ', deletes=("member",)'),
        TwoScopes,
        "0009_x.py, line 10: each, case 1: a row of member is updated and deleted in one case",
    ),
    "two cases over one row": (
        each('case.update(row, phone="7")', query="SELECT 1 AS no UNION ALL SELECT 1", rights=PHONES),
        TwoScopes,
        "0009_x.py, line 6: each, case 2: another case or scope decides one of its rows in member",
    ),
    "a case and a scope over one row": (
        each('case.update(row, phone="7")', query="SELECT 1 AS no", rights=PHONES)
        + '\nfix.sql("member", {"name": "\'n\'"}, where="no = 1", at_most=9)',
        TwoScopes,
        "0009_x.py, line 6: each, case 1: another case or scope decides one of its rows in member",
    ),
    "a column outside writes": (
        each('case.update(row, name="7")', rights=PHONES),
        OutsideScope,
        "0009_x.py, line 9: each, case 1: member.name is not in the writes of these cases",
    ),
    "a table outside reads": (
        each('case.rows("account", person=no)', rights=PHONES),
        OutsideScope,
        "0009_x.py, line 9: each, case 1: account is not in the reads of these cases",
    ),
    "a column outside reads": (
        each('case.rows("member", name="x")', rights=PHONES),
        OutsideScope,
        "0009_x.py, line 9: each, case 1: member.name is not in the reads of these cases",
    ),
    "a whole table": (
        each('case.rows("member")', rights=PHONES),
        BadDeclaration,
        "0009_x.py, line 9: each, case 1: case.rows('member') asks for no column: it would read the whole table",
    ),
    "a delete without the right": (
        each("case.delete(row)", rights=PHONES),
        OutsideScope,
        "0009_x.py, line 9: each, case 1: member is not in the deletes of these cases",
    ),
    "an insert without the right": (
        each('case.insert("member", no=9)', rights=PHONES),
        OutsideScope,
        "0009_x.py, line 9: each, case 1: member is not in the inserts of these cases",
    ),
    "an insert that leaves a column out": (
        each('case.insert("account", no="n", person=1)', rights='inserts=("account",)'),
        WrongResult,
        (
            "0009_x.py, line 9: each, case 1: an insert into account does not state balance, note;"
            " it states every column that the database does not make"
        ),
    ),
    "an insert over a row that is there": (
        each('case.insert("account", no="a1", person=1, balance="1", note="")', rights='inserts=("account",)'),
        UniqueTaken,
        "0009_x.py, line 6: each, case 1: a row inserted into account has the key of a row that is there",
    ),
    "a key that a sequence hands out": (
        each('case.insert("visit", no=2, person=1)', rights='inserts=("visit",)'),
        KeyHandedOut,
        "0009_x.py, line 6: each, case 1: a row inserted into visit has a key that its sequence may still hand out",
    ),
    "a unique value of another row": (
        each('case.update(row, phone="2")', query="SELECT 1 AS no", rights=PHONES),
        UniqueTaken,
        "0009_x.py, line 6: each, case 1: a value of member.phone is another row's",
    ),
    "a cascade": (
        each("case.delete(row)", query="SELECT 5 AS no", rights='deletes=("member",)'),
        ReachesFurther,
        "0009_x.py, line 6: each, case 1: the delete of a row of member would reach a row of visit",
    ),
    "a NULL": (
        each("case.update(row, phone=None)", query="SELECT 1 AS no", rights=PHONES),
        NullRefused,
        "0009_x.py, line 9: each, case 1: member.phone would become NULL; the cases do not say to_null=True",
    ),
    "an answer": (
        each("return 1", rights=PHONES),
        WrongResult,
        "0009_x.py, line 6: each, case 1 returned something: a case decides by update, insert and delete",
    ),
    "an exception": (
        each("1 / 0", rights=PHONES),
        FunctionFailed,
        "0009_x.py, line 9: each, case 1 raised ZeroDivisionError",
    ),
    "too many rows": (
        each('case.update(row, phone=f"0{no}")', rights=PHONES, most=2),
        TooManyChanges,
        "0009_x.py, line 6: each, case 3: more than at_most=2 rows would change",
    ),
    "a value of no column": (
        each("case.update(row, phone=[])", rights=PHONES),
        WrongResult,
        "0009_x.py, line 9: each, case 1: list for member.phone is nothing that a column holds",
    ),
    "a parameter that the query lacks": (
        each("pass", query="SELECT 1 AS other", rights=PHONES),
        UnknownColumn,
        "0009_x.py, line 6: parameter no of each is no column of its query",
    ),
    "a query that the database does not take": (
        each("pass", query="SELECT nix FROM member", rights=PHONES),
        QueryFailed,
        "0009_x.py, line 6: SQLite refused a query: no such column: nix",
    ),
    "a column that the table lacks": (
        each("pass", reads='"member": ("shoe",)', rights=PHONES),
        UnknownColumn,
        "0009_x.py, line 6: column shoe of each is no column of member",
    ),
    "a key column": (
        each("pass", rights='writes={"member": ("no",)}'),
        KeyWritten,
        "0009_x.py, line 6: no is a key column of member",
    ),
    "a table written and not read": (
        each("pass", rights='writes={"account": ("note",)}'),
        BadDeclaration,
        "0009_x.py, line 6: account is written and not in reads",
    ),
    "no right at all": (
        each("pass", rights="to_null=True"),
        BadDeclaration,
        "0009_x.py, line 6: the cases write, insert and delete nothing",
    ),
}


@pytest.mark.parametrize(("text", "error", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_no_case_may_do_refuses_the_plan(desk: Desk, text: str, error: type[HffixError], message: str) -> None:
    refused = desk.refused(text)

    assert (type(refused), refused.message) == (error, message)


def test_a_case_larger_than_a_transaction_is_refused_with_its_size(tmp_path: Path) -> None:
    desk = desk_at(
        tmp_path,
        tables="CREATE TABLE t (no INTEGER PRIMARY KEY, g TEXT, x TEXT); WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) INSERT INTO t SELECT i, 'g', '' FROM n",
    )
    text = """
@fix.cases("SELECT 'g' AS g", reads={"t": ("g", "x")}, writes={"t": ("x",)}, at_most=20_000)
def big(case: Case, g: str) -> None:
    for row in case.rows("t", g=g):
        case.update(row, x="1")
"""
    refused = desk.refused(text)

    assert isinstance(refused, CaseTooLarge)
    assert "it has 10,002 lines of " in refused.message


def test_an_error_of_a_case_never_holds_a_value(desk: Desk) -> None:
    for text, _, _ in WRONG.values():
        assert "张三" not in desk.refused(text).message


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_row_of_another_case_is_not_this_ones(desk: Desk, verb: str) -> None:
    call: Callable[[str], str] = {"update": 'case.update({}, phone="x")', "delete": "case.delete({})"}[verb].format
    text = "SEEN = []\n" + each(f"SEEN.append(row)\n{call('SEEN[0]')}", rights=PHONES + ', deletes=("member",)')

    refused = desk.refused(text)

    assert isinstance(refused, OutsideScope)
    assert refused.message.endswith("case 2: a row of member was not read by this case")


def test_a_plan_of_cases_is_repeatable_line_by_line(desk: Desk) -> None:
    first, second = (lines_of(desk.plan(MERGE)) for _ in range(2))

    assert [line[1:] for line in first] == [line[1:] for line in second]
