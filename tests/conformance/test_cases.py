"""Cases on every engine: planned, asked again under lock, written and taken back together, in tables of any name."""

from pathlib import Path

import pytest

from hffix.errors.applying import Conflict
from hffix.errors.targets import QueryFailed
from hffix.workflow.plan import plan
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.engine import Answer, Database
from tests.conformance.offices import open_office
from tests.workflow.office import Office

FIX = '''\
"""Merge people who stand there twice."""
from decimal import Decimal
from hffix import Case, Fix, Unresolved
fix = Fix(author="li.wei", risk="low", params={"spared": str})

@fix.cases(
    "SELECT paper, count(*) AS n FROM 个人 WHERE paper <> :spared GROUP BY paper HAVING count(*) > 1 ORDER BY paper",
    reads={"个人": ("姓名", "paper"), "账户": ("owner", "余额")},
    writes={"账户": ("owner", "余额")}, inserts=("账户",), deletes=("个人",), at_most=100,
)
def merge(case: Case, paper: str) -> None:
    """Gather what several people hold under one paper, in an account of its own."""
    kept, *others = case.rows("个人", paper=paper)
    if any(other["姓名"] != kept["姓名"] for other in others):
        raise Unresolved("the names differ")
    total = Decimal("0.00")
    for person in (kept, *others):
        for account in case.rows("账户", owner=person["no"]):
            total += Decimal(str(account["余额"]))
            case.update(account, owner=kept["no"], **{"余额": Decimal("0.00")})
    case.insert("账户", **{"账号": f"n{case.number}", "owner": kept["no"], "余额": total})
    for other in others:
        case.delete(other)

fix.keeps("账户.余额")
'''
SPARED = {"spared": "none"}


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    words = database.words
    people = [
        (1, "张三", "A"),
        (2, "张三", "A"),
        (3, "李四", "B"),
        (4, "王五", "B"),
        (5, "赵六", "C"),
        (6, "赵六", "C"),
    ]
    accounts = [("a1", 1, "10.10"), ("a2", 2, "0.20"), ("a3", 3, "5.00"), ("a5", 5, "7.00"), ("a6", 6, "1.00")]
    database.run(
        f"CREATE TABLE 个人 (no {words.integer} PRIMARY KEY, 姓名 {words.text}, paper {words.key_text})",
        f"CREATE TABLE 账户 (账号 {words.key_text} PRIMARY KEY NOT NULL, owner {words.integer}, 余额 {words.decimal})",
        f"INSERT INTO 个人 VALUES {', '.join(map(str, people))}",
        f"INSERT INTO 账户 VALUES {', '.join(map(str, accounts))}",
    )
    return open_office(database, tmp_path / "office", fixes={"0001_merge": FIX})


def picture(database: Database) -> tuple[Answer, Answer]:
    return database.ask("SELECT * FROM 个人 ORDER BY no"), database.ask("SELECT * FROM 账户 ORDER BY 账号")


def test_a_case_is_planned_tried_written_proved_and_taken_back_whole(office: Office, database: Database) -> None:
    before = picture(database)
    planned = plan(office.setting(), fix="1", params=SPARED, trial=True).change_set
    assert picture(database) == before
    assert (planned.manifest.counts.asks, planned.manifest.counts.changed) == (6, 8)
    assert [line.reason for line in planned.unresolved()] == ["the names differ"] * 2
    office.approve(planned)
    applied = office.apply(planned)
    assert (applied.problem, applied.applied, applied.held) == (None, 8, 6)

    people, accounts = picture(database)
    assert [person[0] for person in people] == [1, 3, 4, 5]
    assert [(str(no), int(owner), f"{held:.2f}") for no, owner, held in accounts if str(no).startswith("n")] == [
        ("n1", 1, "10.30"),
        ("n3", 5, "8.00"),
    ]
    assert verify(office.setting(), data=True).problems == ()

    back = rollback(office.setting(), applied.run).change_set
    office.approve(back)
    assert office.apply(back).problem is None
    assert picture(database) == before
    assert verify(office.setting(), data=True).problems == ()


def test_a_row_that_appears_after_the_plan_stops_its_case(office: Office, database: Database) -> None:
    planned = plan(office.setting(), fix="1", params=SPARED).change_set
    office.approve(planned)
    database.run("INSERT INTO 账户 VALUES ('late', 6, 3)")
    before = picture(database)

    stopped = office.apply(planned)

    assert (type(stopped.problem), stopped.applied) == (Conflict, 0)
    assert picture(database) == before


def test_a_query_that_the_database_does_not_take_is_told_with_its_line(office: Office) -> None:
    office.write_fix("0002_wrong", FIX.replace("count(*) AS n", "nix(paper) AS n"))

    with pytest.raises(QueryFailed, match=r"^0002_wrong\.py, line 6: "):
        plan(office.setting(), fix="2", params=SPARED)
