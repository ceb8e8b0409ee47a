from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import amount, explain
from hffix.cleaners.capital_amounts import capitals_to_fen
from hffix.model.unresolved import Unresolved

TOKENS = (
    *"0123456789.,，+-()（）－１．¥￥ \u3000\u200b'E_%元整万亿٣",
    *"零壹贰叁伍玖拾佰仟角分",
    *("1,200", "RMB", "CNY ", "人民币", "万元", "NaN", "\ufffd"),
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=9).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = (
    {},
    {"paren": "negative"},
    {"trailing_minus": True},
    {"unit": "declared"},
    {"round": "half_up"},
)
YUAN = st.decimals(Decimal("-9999999999999999.99"), Decimal("9999999999999999.99"), places=2)


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        amount(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "hints", "clean"),
    [
        ("人民币¥1,200.00元整", {}, "1200.00"),
        ("cny -1200", {}, "-1200.00"),
        ("000001200.00", {}, "1200.00"),
        ("'1200", {}, "1200.00"),
        ("-.00", {}, "0.00"),
        ("貳萬圓整", {}, "20000.00"),
        ("壹拾万柒仟元零伍角叁分", {}, "107000.53"),
        ("壹拾万零柒仟元伍角叁分", {}, "107000.53"),
        ("壹万亿元整", {}, "1000000000000.00"),
        ("壹亿零伍仟元", {}, "100005000.00"),
        ("零元整", {}, "0.00"),
        ("伍分", {}, "0.05"),
        ("(¥5)", {"paren": "negative"}, "-5.00"),
        ("1.2万", {"unit": "declared"}, "12000.00"),
        ("1.2百万元", {"unit": "declared"}, "1200000.00"),
        ("-120", {"unit": "fen"}, "-1.20"),
        ("0.004", {"round": "half_up"}, "0.00"),
        ("-0.004", {"round": "half_up"}, "0.00"),
        ("1.23456789万元", {"unit": "declared", "round": "half_up"}, "12345.68"),
    ],
)
def test_writes_a_sum_in_one_form(value: str, hints: dict[str, Any], clean: str) -> None:
    assert amount(value, **hints) == clean


@pytest.mark.parametrize(
    ("value", "hints", "code"),
    [
        ("\u3000", {}, "BLANK"),
        ("nan", {}, "PLACEHOLDER"),
        ("1_200", {}, "BAD_SHAPE"),
        ("١٢٠٠", {}, "BAD_SHAPE"),
        ("￥", {}, "BAD_SHAPE"),
        ("元", {}, "BAD_SHAPE"),
        ("¥.", {}, "BAD_SHAPE"),
        ("1.200.000", {}, "BAD_SHAPE"),
        ("1.200,00", {}, "AMBIGUOUS"),
        ("0,200", {}, "AMBIGUOUS"),
        ("000120000", {}, "AMBIGUOUS"),
        ("10000000000000000", {}, "OUT_OF_RANGE"),
        ("9" * 64, {}, "OUT_OF_RANGE"),
        ("9" * 9999, {}, "BAD_SHAPE"),
        ("9999999999999999.999", {"round": "half_up"}, "OUT_OF_RANGE"),
        ("(-1)", {"paren": "negative"}, "BAD_SHAPE"),
        ("-1-", {"trailing_minus": True}, "BAD_SHAPE"),
        ("1.2345678万元", {"unit": "declared"}, "LOSSY"),
        ("12元", {"unit": "fen"}, "BAD_SHAPE"),
        ("壹元整", {"unit": "fen"}, "BAD_SHAPE"),
        ("壹仟伍元整", {}, "BAD_SHAPE"),
        ("壹仟零零伍元整", {}, "BAD_SHAPE"),
        ("伍佰壹仟元", {}, "BAD_SHAPE"),
        ("壹元整伍角", {}, "BAD_SHAPE"),
    ],
)
def test_declines_what_would_lose_a_digit_or_means_another_sum(value: str, hints: dict[str, Any], code: str) -> None:
    assert reason(value, **hints) == code


@pytest.mark.parametrize(
    "hints", [{"paren": "positive"}, {"trailing_minus": "yes"}, {"unit": "yuan"}, {"round": "down"}]
)
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=" is "):
        amount("1200.00", **hints)


def test_none_stays_none_and_a_clean_sum_the_very_same() -> None:
    value = "1200.00"

    assert amount(None) is None
    assert amount(value) is value


def test_a_sum_that_was_made_from_fen_is_never_taken_for_fen_again() -> None:
    assert reason(amount("5", unit="fen") or "", unit="fen") == "BAD_SHAPE"


def test_tells_its_steps() -> None:
    assert explain("amount", "（￥1,200.005）", paren="negative", round="half_up") == (
        "characters made half-width and of one form",
        "rounded half up, as declared",
        "read as negative, as declared",
        "written as yuan with two decimals",
    )


@given(ANY_TEXT, st.sampled_from(DECLARED))
@example("-0", {})
def test_every_text_gives_a_sum_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = amount(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert f"{Decimal(once):.2f}" == once
    assert amount(once, **hints) is once
    assert (explain("amount", value, **hints) == ()) == (once == value)


@given(YUAN)
def test_every_sum_is_read_from_its_grouped_form_to_the_last_digit(yuan: Decimal) -> None:
    assert amount(f"¥{yuan:,.2f}") == (f"{yuan:.2f}" if yuan else "0.00")


@given(st.decimals(-(10**9), 10**9, places=7))
def test_rounds_like_decimal_arithmetic(yuan: Decimal) -> None:
    rounded = yuan.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert amount(f"{yuan:.7f}", round="half_up") == (f"{rounded:.2f}" if rounded else "0.00")


@given(st.integers(1, 10**16 - 1), st.integers(0, 99))
def test_every_sum_is_read_from_its_capitals(yuan: int, rest: int) -> None:
    assert capitals_to_fen(in_capitals(yuan, rest)) == yuan * 100 + rest


def in_capitals(yuan: int, rest: int) -> str:
    """Spell a sum digit by digit, each run of zeros as one 零 where a digit follows it in the same number."""
    written, zeros = "", False
    digits = str(yuan)
    for place, digit in zip(reversed(range(len(digits))), digits, strict=True):
        if digit == "0":
            zeros = True
        else:
            written += ("零" if zeros else "") + "零壹贰叁肆伍陆柒捌玖"[int(digit)] + ("", "拾", "佰", "仟")[place % 4]
            zeros = False
        if place in (4, 12) and any(figure != "0" for figure in digits[-place - 4 : len(digits) - place]):
            written += "万"
        if place == 8:
            written += "亿"
    jiao, fen = divmod(rest, 10)
    written += "元"
    if not rest:
        return f"{written}整"
    tenths = f"{'零壹贰叁肆伍陆柒捌玖'[jiao]}角" if jiao else "零"
    return written + tenths + (f"{'零壹贰叁肆伍陆柒捌玖'[fen]}分" if fen else "整")
