import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.reports.tables import table
from hffix.reports.widths import aligned, cells, cut, fold, labelled, pad

WRITTEN = some.text(alphabet="ab ,汉字。，→９", max_size=80)


@given(WRITTEN, some.integers(2, 30))
def test_folded_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    lines = fold(text, width=width)

    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("一二三四", 5, ["一二", "三四"]),
        ("一二。三", 5, ["一", "二。", "三"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_between_words_and_between_chinese_characters(text: str, width: int, lines: list[str]) -> None:
    assert fold(text, width=width) == lines


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("一二三", 5, "一二…"), ("一二三", 4, "一…")],
)
def test_a_cut_text_says_so_and_never_halves_a_wide_character(text: str, width: int, shown: str) -> None:
    assert cut(text, width=width) == shown


def test_a_wide_character_takes_two_places() -> None:
    assert (pad("一", width=4), pad("一", width=4, right=True), cells("一a")) == ("一  ", "  一", 3)


def test_labels_and_texts_stand_in_two_columns() -> None:
    assert labelled([("目标库", "main"), ("", "one two three")], width=19, others=["a longer"]) == [
        "  目标库     main",
        "             one",
        "             two",
        "             three",
    ]


def test_the_widest_column_is_cut_and_a_number_never() -> None:
    rows = [("1,234,567", "短", "a long text that does not fit"), ("1", "不短", "b")]

    assert aligned(rows, width=30, numbers=frozenset({0})) == [
        "  1,234,567   短     a long t…",
        "          1   不短   b",
    ]


def test_a_table_has_headings_and_dashes_for_nothing_and_shows_no_control_character() -> None:
    rows: list[tuple[str | int | None, ...]] = [(12, "张敏", "done"), (31_000, "wang\x1b[2J", None)]

    assert table(("run", "by", "state"), rows=rows) == (
        "     run   by                state\n      12   张敏              done\n  31,000   wang⟨U+001B⟩[2J   –"
    )


def test_a_table_without_rows_is_its_headings() -> None:
    assert table(("run", "by"), rows=[]) == "  run   by"


@given(some.lists(some.tuples(WRITTEN, some.integers(0, 10**6), WRITTEN), max_size=5), some.integers(30, 60))
def test_a_table_fits_the_terminal(rows: list[tuple[str, int, str]], width: int) -> None:
    assert all(cells(line) <= width for line in table(("a", "b", "c"), rows=rows, width=width).split("\n"))
