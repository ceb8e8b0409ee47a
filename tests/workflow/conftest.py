import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hffix.model import canonical
from hffix.model.record import NO_HEAD, Open, head_after
from hffix.workflow.verify import verify
from tests.workflow.exported import OF_THE_FIRST, second_verdict
from tests.workflow.office import Office, open_office

Sql = str | tuple[str, ...]
Body = dict[str, canonical.Json]

CHANGE = "UPDATE hffix_change SET"
RECORD = "UPDATE hffix_record SET"
OF_LINE_5 = "WHERE run_id = 2 AND seq = 5"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office of its own, in which nothing was corrected yet."""
    return open_office(tmp_path / "office")


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with two closed runs. Never to be changed, only copied.

    Run 2 stands in records 2 to 6, with chunks of the lines 1-4, 5-8 and 9-11; run 7 in records 7 to 9, lines 1-4.
    """
    office = open_office(tmp_path_factory.mktemp("settled") / "office")
    office.correct("1", chunk_rows=4)
    office.correct("2")
    return office


@pytest.fixture
def desk(settled: Office, tmp_path: Path) -> Office:
    """A copy of the settled office that a test may tamper with."""
    return settled.copy_to(tmp_path / "desk")


def opened(office: Office) -> Open:
    """Give the first run's open record."""
    return next(record for record in office.records() if isinstance(record, Open))


def found(office: Office, **asked: object) -> set[tuple[str, str]]:
    """Give code and place of every problem that verify finds."""
    verified = verify(office.setting(), **asked)  # type: ignore[arg-type]
    assert verified.ok == (not verified.problems)
    if "run" not in asked:
        expect = asked.get("expect")
        second = second_verdict(office, expect=None if expect is None else str(expect))
        assert second == {problem.code for problem in verified.problems} - OF_THE_FIRST
    return {(problem.code, problem.where) for problem in verified.problems}


def codes(office: Office, **asked: object) -> set[str]:
    return {code for code, _ in found(office, **asked)}


def short(where: str) -> str:
    """Name a receipt by the record that it covers last: its file's name also holds a person and a time."""
    return f"receipt {int(where.split()[1].split('.')[0])}" if where.startswith("receipt ") else where


def run_all(office: Office, script: Sql) -> None:
    """Change what the triggers guard; every statement must meet a row."""
    for query in (script,) if isinstance(script, str) else script:
        assert office.tamper(query)


def take_receipts(office: Office, beginning: str) -> None:
    for path in (office.folder / "approvals" / "receipts").glob(f"*/{beginning}*"):
        path.unlink()


def journal(office: Office) -> Path:
    return next((office.folder / "backups" / "heads").glob("*.jsonl"))


def rechain(outsider: sqlite3.Connection, edit: Callable[[Body], Body]) -> None:
    """Build the whole chain again with hffix's own code, each body as it was edited."""
    head = NO_HEAD
    for number, body in outsider.execute("SELECT number, body FROM hffix_record ORDER BY number").fetchall():
        forged = canonical.encode(edit(json.loads(body)))
        head = head_after(head, forged)
        outsider.execute("UPDATE hffix_record SET body = ?, head = ? WHERE number = ?", (forged.decode(), head, number))
    outsider.execute("UPDATE hffix_lineage SET head = ?", (head,))
