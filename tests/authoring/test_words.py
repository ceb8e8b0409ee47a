import pytest

from hffix.authoring.words import named_in, params_in, with_marks, words_of

COLUMNS = ("Status", "loan_no", "开户 日期", "amount", "x", "金额（元）", "2024年余额", "a`b")


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
        ("t.金额（元）>5", ("金额（元）",)),
        ("t.2024年余额>5", ("2024年余额",)),
        ("t.`a``b` > 5", ("a`b",)),
        ("t.amount#>>'{a}' = t.status#x", ("Status", "amount", "x")),
        ("'a' = ANY(ARRAY[t.status, x])", ("Status", "x")),
        ("'a]' = ANY(ARRAY['[', t.status]) OR ']' = x", ("Status", "x")),
        ("[it's] = 1 AND amount = [its]", ("amount",)),
    ],
)
def test_columns_are_found_as_words_outside_of_strings_and_comments(sql: str, named: tuple[str, ...]) -> None:
    assert named_in([sql], COLUMNS) == named


@pytest.mark.parametrize("sql", ["to_jsonb(t) ->> 'status' = '1'", "T IS NOT NULL", 'length("t"::text) > 9', "f(t.*)"])
def test_a_text_that_takes_the_row_as_a_whole_may_mean_every_column(sql: str) -> None:
    assert named_in(["1 = 1", sql], COLUMNS) == COLUMNS


@pytest.mark.parametrize("sql", ["t.status = 't'", "t . x = '(t)' -- t", '"t".x = 1'])
def test_a_column_of_the_row_is_not_the_whole_row(sql: str) -> None:
    assert len(named_in([sql], COLUMNS)) == 1


def test_a_name_is_found_in_any_of_the_texts_in_the_order_of_the_names() -> None:
    assert named_in(["amount", "status"], COLUMNS) == ("Status", "amount")


def test_a_doubled_quote_within_a_name_is_one() -> None:
    assert words_of('"a""B"') == {'a"b'}


def test_a_param_stands_in_an_array_and_in_no_name() -> None:
    sql = "x = ANY(ARRAY[:a, :b]) AND ':c' = \":d\" AND :e::text = 'z'"

    assert params_in(sql) == ("e", "a", "b")
    assert with_marks(sql, str.upper, brackets=False) == "x = ANY(ARRAY[A, B]) AND ':c' = \":d\" AND E::text = 'z'"
    assert with_marks(sql, str.upper, brackets=True) == "x = ANY(ARRAY[:a, :b]) AND ':c' = \":d\" AND E::text = 'z'"
