"""The merge of duplicate persons: over four tables, with every balance kept, and only where they agreed."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from hffix.model.change import Line
from hffix.workflow.plan import Planned
from tests.fixes.conftest import Example, fresh_example, key_of, lines_of

MERGE = {"booked_on": "2026-11-24", "first_ledger_id": "900000001"}
TOTALS = ("balance", "balance_prev_year", "balance_this_year")


def consents(example: Example) -> dict[str, str]:
    with (example.folder / "corrections" / "0011_consents.csv").open(encoding="utf-8", newline="") as file:
        return {line["person_no"]: line["into"] for line in csv.DictReader(file)}


def merged_people(planned: Planned) -> set[str]:
    return {key_of(line) for line in lines_of(planned) if (line.table, line.kind) == ("person", "delete")}


def test_only_people_who_agreed_are_merged(example: Example) -> None:
    planned = example.plan("0011", params=MERGE)
    agreed = consents(example)

    assert merged_people(planned)
    assert merged_people(planned) <= agreed.keys()
    touched = {key_of(line) for line in lines_of(planned) if line.table == "person" and line.kind != "ask"}
    assert touched == merged_people(planned)


def test_a_merge_moves_every_fen_and_every_loan_and_loses_neither(example: Example) -> None:
    planned = example.plan("0011", params=MERGE)
    agreed = consents(example)
    cases: dict[str | None, list[Line]] = {}
    for line in lines_of(planned):
        cases.setdefault(line.case, []).append(line)

    for lines in cases.values():
        [gone] = [key_of(line) for line in lines if line.kind == "delete"]
        accounts = [line for line in lines if (line.table, line.kind) == ("personal_account", "update")]
        assert {cells["person_no"] for line in accounts if "person_no" in (cells := line.after or {})} == {agreed[gone]}
        for column in TOTALS:
            before, after = (sum(cents(images, column, line) for line in accounts) for images in ("before", "after"))
            assert before == after
        booked = [line.after for line in lines if line.kind == "insert" and line.after]
        assert sum(Decimal(str(row["amount"])) for row in booked) == 0
        assert {row["biz_type"] for row in booked} == {"06"}
        assert all(line.after == {"person_no": agreed[gone]} for line in lines if line.table == "loan" and line.after)


def cents(images: str, column: str, line: Line) -> Decimal:
    before = line.before or {}
    held = {**before, **(line.after or {})} if images == "after" else before
    return Decimal(str(held[column]))


def test_merging_keeps_every_other_row_as_it_is(own_example: Example) -> None:
    """Applied, the totals of the whole fund stand, and nobody outside the merged pairs was touched."""
    agreed = consents(own_example)
    everybody = set(agreed) | set(agreed.values())
    before = own_example.ask("SELECT * FROM personal_account ORDER BY account_no")
    planned = own_example.plan("0011", trial=True, params=MERGE)
    own_example.apply(planned)
    after = own_example.ask("SELECT * FROM personal_account ORDER BY account_no")

    changed = {row[1] for row, new in zip(before, after, strict=True) if row != new}
    assert changed
    assert changed <= everybody
    sums = "SELECT sum(CAST(replace(balance, '.', '') AS INTEGER)) FROM personal_account"
    assert own_example.ask(sums) == [(sum(int(str(row[6]).replace(".", "")) for row in before),)]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Plan over the whole demo: a tiny world holds one pair of twins."""
    return fresh_example(tmp_path_factory.mktemp("merges"), "demo")


@pytest.fixture
def own_example(tmp_path: Path) -> Example:
    """Give a test a world of its own to write in."""
    return fresh_example(tmp_path, "demo")
