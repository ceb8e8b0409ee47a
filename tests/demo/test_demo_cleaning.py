from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from hffix import cleaners
from hffix.model.unresolved import Unresolved

if TYPE_CHECKING:
    from tests.demo.conftest import Worlds

CLEANERS: Mapping[str, Callable[..., str | None]] = {
    "birth_date": cleaners.date,
    "opened_on": cleaners.date,
    "booked_on": cleaners.date,
    "applied_on": cleaners.date,
    "address": cleaners.text,
    "name": cleaners.name,
    "unit_name": cleaners.unit_name,
    "phone": cleaners.phone,
    "deposit_base": cleaners.amount,
    "id_no": cleaners.id_no,
    "uscc": cleaners.uscc,
}
# What brings these back is another column or another table, not a cleaner.
DERIVED = ("derive", "scale")
# These stand in the cell in good form; only another cell, or the year's policy, contradicts them.
CONTRADICTED = ("D24", "D28", "D29", "D36", "D38")
SHARED = "R020"


def hints(line: dict[str, str]) -> dict[str, Any]:
    declared = dict(hint.split("=") for hint in line["hint"].split(";") if hint)
    return {name: int(value) if value.isdigit() else value for name, value in declared.items()}


def outcome(line: dict[str, str], **declared: Any) -> str | None:
    try:
        return CLEANERS[line["column"]](line["dirty"], **declared)
    except Unresolved:
        return None


@pytest.mark.parametrize("column", CLEANERS)
def test_a_cell_marked_auto_comes_back_exactly_and_one_that_is_not_only_as_declared(
    worlds: "Worlds", column: str
) -> None:
    lines = [
        line
        for line in worlds.get("demo").truth()
        if line["column"] == column
        and line["kind"] not in CONTRADICTED
        and line["rule"] != SHARED
        and not line["hint"].startswith(DERIVED)
    ]
    declared = [line for line in lines if line["end"] in ("auto", "none") or line["hint"]]
    refused = [line for line in lines if line["hint"] or line["end"] in ("refuse", "distribute")]
    assert len(declared) > 25
    assert [line for line in declared if outcome(line, **hints(line)) != line["clean"]] == []
    assert [line for line in refused if outcome(line) is not None] == []


@pytest.mark.parametrize(
    ("table", "column", "clean"),
    [
        ("person", "birth_date", cleaners.date),
        ("person", "address", cleaners.text),
        ("personal_account", "opened_on", cleaners.date),
        ("unit", "address", cleaners.text),
        ("loan", "due_on", cleaners.date),
        ("loan", "house_address", cleaners.text),
        ("person", "name", cleaners.name),
        ("person", "phone", cleaners.phone),
        ("unit", "unit_name", cleaners.unit_name),
        ("unit", "agent_phone", cleaners.phone),
        ("personal_account", "deposit_base", cleaners.amount),
        ("person WHERE id_type <> '03'", "id_no", cleaners.id_no),
        ("person WHERE id_type = '03'", "id_no", partial(cleaners.id_no, type="passport")),
        ("unit", "uscc", cleaners.uscc),
        ("personal_account", "card_no", cleaners.bank_card),
        ("unit", "bank_account_no", partial(cleaners.bank_card, kind="account")),
    ],
)
def test_cleaners_find_nothing_to_do_in_the_clean_world(
    worlds: "Worlds", table: str, column: str, clean: Callable[[str], str | None]
) -> None:
    values = [value for (value,) in worlds.get(dirt=False).select(f"SELECT {column} FROM {table}")]
    assert [value for value in values if clean(value) != value] == []
