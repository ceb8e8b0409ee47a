from hashlib import sha256

import pytest

from hffix.model.change import Cells
from hffix.model.question import answered, columns_asked, rows_digest
from hffix.model.schema import Column, Table
from hffix.model.scope import Scope, ScopeKind

LOAN = Table(
    name="loan",
    key=("no",),
    columns=tuple(Column(name=name, type="TEXT", nullable=True) for name in ("no", "person", "due", "amount")),
    unique=(),
    checks=(),
    references=(),
    referred=(),
    triggers=(),
    options=(),
)
ONE: tuple[Cells, Cells] = ({"no": {"int": "1"}}, {"person": "a", "due": None})
TWO: tuple[Cells, Cells] = ({"no": {"int": "2"}}, {"due": "x", "person": "b"})
TEN: tuple[Cells, Cells] = ({"no": {"int": "10"}}, {"due": "y", "person": "b"})


def scope(kind: ScopeKind, *reads: str, table: str = "loan") -> Scope:
    return Scope(
        table=table,
        kind=kind,
        reads=reads,
        writes=(),
        where=None,
        unguarded=(),
        to_null=False,
        at_most=1,
        function=None,
    )


def test_the_digest_of_an_answer_is_that_of_its_canonical_list_by_key() -> None:
    written = b'[[{"no":{"int":"1"}},{"due":null,"person":"a"}],[{"no":{"int":"2"}},{"due":"x","person":"b"}]]'
    assert rows_digest([ONE, TWO]) == sha256(written).hexdigest()


def test_no_row_is_an_answer_too() -> None:
    assert rows_digest([]) == sha256(b"[]").hexdigest()


def test_rows_are_sorted_by_the_bytes_of_their_keys_and_not_by_their_numbers() -> None:
    assert rows_digest([TWO, TEN]) == rows_digest([TEN, TWO])
    written = b'[[{"no":{"int":"10"}},{"due":"y","person":"b"}],[{"no":{"int":"2"}},{"due":"x","person":"b"}]]'
    assert rows_digest([TWO, TEN]) == sha256(written).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        [ONE],
        [ONE, TWO, TEN],
        [ONE, (TWO[0], TWO[1] | {"due": None})],
        [ONE, ({"no": "2"}, TWO[1])],
        [ONE, (TWO[0], {"due": "x"})],
    ],
    ids=["a row gone", "a row more", "a cell", "a key of another type", "a column less"],
)
def test_another_answer_has_another_digest(other: list[tuple[Cells, Cells]]) -> None:
    assert rows_digest(other) != rows_digest([ONE, TWO])


def test_the_columns_read_are_those_of_every_cases_scope_of_the_table_in_its_order() -> None:
    scopes = (
        scope("cases", "due", "no"),
        scope("cases", "person", "due"),
        scope("cases", "amount", table="account"),
        scope("rows", "amount"),
        scope("cases-delete", "amount"),
    )
    assert columns_asked(scopes, LOAN) == ("no", "person", "due")
    assert columns_asked(scopes[2:], LOAN) == ()


def test_of_whole_rows_only_the_key_and_the_columns_read_count() -> None:
    rows: list[Cells] = [{"no": "2", "person": "b", "due": "x", "amount": "9"}]
    assert answered(LOAN, ("due",), rows) == rows_digest([({"no": "2"}, {"due": "x"})])
    assert answered(LOAN, ("due",), [rows[0] | {"amount": "10"}]) == answered(LOAN, ("due",), rows)
