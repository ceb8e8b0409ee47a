from dataclasses import replace
from typing import Any

import pytest

from hffix.model.schema import Column, ForeignKey, Table, digest_of, parents_first

TABLE = Table(
    name="loan",
    key=("loan_no",),
    columns=(
        Column(name="loan_no", type="TEXT", nullable=False),
        Column(name="amount", type="NUMERIC", nullable=True, default="0"),
        Column(name="year", type="TEXT", nullable=True, generated=True),
    ),
    unique=(("amount",), ("loan_no", "amount")),
    checks=("amount > 0", "loan_no <> ''"),
    references=(),
    referred=(),
    triggers=(("after_loan", "CREATE TRIGGER x"),),
    options=(),
)


def link(table: str, to: str, *, on_delete: str = "NO ACTION") -> ForeignKey:
    return ForeignKey(
        table=table, columns=("a",), to_table=to, to_columns=("b",), on_update="NO ACTION", on_delete=on_delete
    )


def table(name: str, *parents: str) -> Table:
    return replace(TABLE, name=name, references=tuple(link(name, parent) for parent in parents))


def column(**changes: Any) -> Table:
    first, amount, year = TABLE.columns
    return replace(TABLE, columns=(first, replace(amount, **changes), year))


def test_a_table_names_its_columns_and_those_that_hold_a_value() -> None:
    assert TABLE.names == ("loan_no", "amount", "year")
    assert TABLE.stored == ("loan_no", "amount")
    assert TABLE.column("amount") == TABLE.columns[1]
    assert TABLE.column("AMOUNT") is None


CHANGED = {
    "type": column(type="TEXT"),
    "null": column(nullable=False),
    "default": column(default=None),
    "generated": column(generated=True),
    "collation": column(collation="NOCASE"),
    "name": column(name="sum"),
    "key": replace(TABLE, key=("loan_no", "amount")),
    "unique": replace(TABLE, unique=()),
    "check": replace(TABLE, checks=("amount > 0",)),
    "reference": replace(TABLE, references=(link("loan", "person"),)),
    "action": replace(TABLE, references=(link("loan", "person", on_delete="CASCADE"),)),
    "referred": replace(TABLE, referred=(link("repayment", "loan"),)),
    "trigger": replace(TABLE, triggers=(("after_loan", "CREATE TRIGGER y"),)),
    "option": replace(TABLE, options=("STRICT",)),
}


def test_the_digest_changes_with_everything_that_decides_what_a_change_means() -> None:
    assert len({TABLE.digest, *(changed.digest for changed in CHANGED.values())}) == len(CHANGED) + 1


@pytest.mark.parametrize(
    "same",
    [
        replace(TABLE, columns=TABLE.columns[::-1]),
        replace(TABLE, unique=TABLE.unique[::-1]),
        replace(TABLE, checks=TABLE.checks[::-1]),
    ],
    ids=["columns", "unique", "checks"],
)
def test_the_digest_does_not_change_with_an_order_that_means_nothing(same: Table) -> None:
    assert same.digest == TABLE.digest


def test_the_digests_of_several_tables_make_one_whatever_their_order() -> None:
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    assert digest_of({"a": "1"}) != digest_of({"b": "1"})


@pytest.mark.parametrize(
    ("tables", "ordered"),
    [
        ((), ()),
        ((table("b"), table("a")), ("a", "b")),
        ((table("a", "z"), table("z")), ("z", "a")),
        ((table("a", "b"), table("b", "c"), table("c")), ("c", "b", "a")),
        ((table("a", "a"), table("b")), ("a", "b")),
        ((table("a", "elsewhere"), table("b")), ("a", "b")),
        ((table("b", "c"), table("c", "b"), table("a", "b")), ("b", "a", "c")),
        ((table("a", "d"), table("c", "d"), table("d", "c")), ("d", "a", "c")),
    ],
    ids=["none", "by name", "parent", "chain", "itself", "outside", "circle", "circle with a tail"],
)
def test_parents_come_first_and_a_circle_is_cut_at_one_table_whatever_the_order(
    tables: tuple[Table, ...], ordered: tuple[str, ...]
) -> None:
    assert parents_first(tables) == ordered
    assert parents_first(reversed(tables)) == ordered
