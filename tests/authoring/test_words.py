import pytest

from hffix.authoring.words import named_in, words_of

COLUMNS = ("Status", "loan_no", "开户 日期", "amount", "x")


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("t.status <> '04'", ("Status",)),
        ("STATUS IS NULL AND Loan_No > 1", ("Status", "loan_no")),
        ("'status' = 'it''s amount'", ()),
        ("1 -- status\n AND amount > 0", ("amount",)),
        ("/* status\n loan_no */ amount", ("amount",)),
        ('"开户 日期" = 1 AND [amount] = `x`', ("开户 日期", "amount", "x")),
        ("statuses = my_amount", ()),
        ("x'00ff' = amount", ("amount", "x")),
        ("amount*x", ("amount", "x")),
        ("amount::text", ("amount",)),
        ("", ()),
    ],
)
def test_columns_are_found_as_words_outside_of_strings_and_comments(sql: str, named: tuple[str, ...]) -> None:
    assert named_in([sql], COLUMNS) == named


def test_a_name_is_found_in_any_of_the_texts_in_the_order_of_the_names() -> None:
    assert named_in(["amount", "status"], COLUMNS) == ("Status", "amount")


def test_a_doubled_quote_within_a_name_is_one() -> None:
    assert words_of('"a""B"') == {'a"b'}
