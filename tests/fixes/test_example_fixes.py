from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hffix.errors.fixes import TooManyChanges
from tests.fixes.conftest import Cell, changed_cells, fresh_example, key_of, lines_of

if TYPE_CHECKING:
    from hffix.workflow.plan import Planned
    from tests.fixes.conftest import Example

# What each script claims to mend, as lines of the truth: kinds per column, and what had to be declared.
CLAIMS: Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]] = {
    "0001": {
        ("person", "birth_date"): ("D01", "D03", "D04", "D06"),
        ("personal_account", "opened_on"): ("D01", "D05", "D09"),
        ("contribution_ledger", "booked_on"): ("D02",),
        ("withdrawal", "applied_on"): ("D10",),
    },
    "0002": {("person", "address"): ("D11", "D14"), ("unit", "unit_name"): ("D12", "D14", "D18")},
    "0003": {("person", "id_no"): ("D22", "D23")},
    "0005": {("unit", "unit_ratio"): ("D36",)},
    "0006": {("unit", "active_count"): ("D32",)},
    "0007": {("person", "phone"): ("D11", "D13", "D26")},
    "0008": {("person", "birth_date"): ("D07",)},
    "0009": {("unit", "unit_balance"): ("D32",)},
    "0012": {("person", "id_no"): ("D11", "D12", "D21"), ("unit", "uscc"): ("D11", "D25")},
    "0013": {("person", "id_no"): ("D20",)},
    "0014": {("personal_account", "deposit_base"): ("D27",)},
    "0015": {("person", "name"): ("D12", "D13", "D17")},
    "0016": {("person", "sex"): ("D24",)},
    "0010": {("loan", "status"): ("D34",), ("loan", "settled_on"): ("D34",)},
}
DECLARED = (
    *(
        "",
        "time=drop",
        "derive=id_no",
        "derive=members",
        "derive=repayments",
        "scale=100",
        "upgrade15=1",
        "excel=1900",
        "order=dmy",
    ),
)
# Found only by people, so no program mends them: landlines, shared numbers, ratios that no policy allows, credit
# codes with a wrong character, loans that are settled and still owe.
FOR_PEOPLE = ("R019", "R020", "R030", "R033", "R072")
REPAYMENT = "INSERT INTO loan_repayment VALUES (?, ?, 1, '02', '100.00', '1.00', '0.00', '2024-01-21', '102')"


def claimed(example: "Example", fix: str) -> dict[Cell, str]:
    return names_of_twins(example, fix) | {
        (line["table"], line["key"], line["column"]): line["clean"]
        for line in example.truth()
        if line["kind"] in CLAIMS[fix].get((line["table"], line["column"]), ())
        and line["hint"] in DECLARED
        and line["rule"] not in FOR_PEOPLE
    }


def names_of_twins(example: "Example", fix: str) -> dict[Cell, str]:
    """Give the names of people who stand there twice: whoever they are, no blank belongs between their characters."""
    return {
        (line["table"], line["key"], line["column"]): "".join(line["dirty"].split())
        for line in example.truth()
        if fix == "0015" and (line["kind"], line["column"]) == ("D28", "name")
    }


def denied(example: "Example") -> set[tuple[str, str, str]]:
    return {("delete", "loan_repayment", line["key"]) for line in example.truth() if line["end"] == "delete"}


def deleted(planned: "Planned") -> set[tuple[str, str, str]]:
    return {(line.kind, line.table, key_of(line)) for line in lines_of(planned)}


@pytest.mark.parametrize("fix", CLAIMS)
def test_a_script_mends_every_cell_it_claims_and_touches_no_other(example: "Example", fix: str) -> None:
    wanted = claimed(example, fix)
    assert wanted
    assert changed_cells(example.plan(fix)) == wanted


def test_in_the_columns_that_scripts_compute_no_cell_is_left_that_a_program_can_mend(example: "Example") -> None:
    computed = {column for fix, columns in CLAIMS.items() if fix != "0003" for column in columns}
    mendable = {
        (line["table"], line["key"], line["column"])
        for line in example.truth()
        if line["end"] == "auto" and (line["table"], line["column"]) in computed
    }
    assert mendable - {cell for fix in CLAIMS for cell in claimed(example, fix)} == set()


def test_the_repayments_that_the_bank_denies_are_deleted_and_nothing_else(example: "Example") -> None:
    planned = example.plan("0004")
    assert deleted(planned) == denied(example)
    assert planned.change_set.manifest.fix.risk == "high"


def test_the_scripts_do_the_same_to_five_hundred_thousand_rows(tmp_path: Path) -> None:
    demo = fresh_example(tmp_path, "demo")
    assert {fix: changed_cells(demo.plan(fix)) for fix in CLAIMS} == {fix: claimed(demo, fix) for fix in CLAIMS}
    assert deleted(demo.plan("0004")) == denied(demo)
    assert len(denied(demo)) == 40


def test_dates_of_banks_that_declared_nothing_are_left_to_people(example: "Example") -> None:
    undeclared = {line["key"] for line in example.truth() if line["kind"] == "D09" and line["hint"] not in DECLARED}
    left = {
        str(line.key["account_no"]): line.reason.partition(":")[0]
        for line in example.plan("0001").change_set.unresolved()
        if line.table == "personal_account"
    }
    assert undeclared
    assert {key: left.get(key) for key in undeclared} == dict.fromkeys(undeclared, "AMBIGUOUS")


@pytest.mark.parametrize("fix", [*CLAIMS, "0004"])
def test_a_script_passes_its_trial(example: "Example", fix: str) -> None:
    manifest = example.plan(fix, trial=True).change_set.manifest
    assert manifest.trial is not None
    assert manifest.trial.rows == manifest.counts.changed
    assert manifest.trial.ensures == (True,) * len(manifest.ensures)


ORPHANS = {
    "a number after the letter's last": "L9000009",
    "a number that begins like one of the letter's": "L90000010",
    "a number of the common run": "L0999999",
}


@pytest.mark.parametrize("loan", ORPHANS.values(), ids=ORPHANS)
def test_a_repayment_whose_loan_the_letter_does_not_name_is_never_deleted(own_example: "Example", loan: str) -> None:
    before = own_example.plan("0004").change_set.manifest.leaves
    own_example.execute(REPAYMENT, 900_001, loan)
    assert own_example.plan("0004").change_set.manifest.leaves == before == 1


def test_a_repayment_of_a_loan_that_exists_is_never_deleted(own_example: "Example") -> None:
    own_example.execute("UPDATE loan SET loan_no = 'L9000001' WHERE loan_no = 'L0000001'")
    assert own_example.plan("0004").change_set.manifest.leaves == 0


def test_more_repayments_than_the_letter_confirms_refuse_the_plan(own_example: "Example") -> None:
    for number in range(40):
        own_example.execute(REPAYMENT, 900_001 + number, "L9000002")
    with pytest.raises(TooManyChanges):
        own_example.plan("0004")


def test_a_number_that_changed_since_it_was_sent_out_is_left_to_people(own_example: "Example") -> None:
    first = min(key for _, key, _ in claimed(own_example, "0003"))
    own_example.execute("UPDATE person SET id_no = '110101199003070000' WHERE person_no = ?", first)
    planned = own_example.plan("0003")
    assert {key for _, key, _ in changed_cells(planned)} == {
        key for _, key, _ in claimed(own_example, "0003") if key != first
    }
    assert [line.key["person_no"] for line in planned.change_set.unresolved()] == [first]
