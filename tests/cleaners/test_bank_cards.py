import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.cleaners import bank_card, explain
from hffix.model.unresolved import Unresolved

VALID = "6217001234000567899"
TOKENS = (
    *"0123456789- –—'`\u3000\t\u200b９٣*/、E+.",
    "6222",
    "0212",
    "000",
    VALID,
    "6259650123456789",
    "33001616781050012345",
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=7).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = ({}, {"kind": "card"}, {"kind": "account"})


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        bank_card(value, **hints)
    return caught.value.reason.partition(":")[0]


def digits(value: str) -> str:
    return "".join(str(int(character)) for character in value if re.match("[0-9０-９]", character))


def outcome(value: str) -> str | None:
    """The number, or the code of the reason why there is none."""
    try:
        return bank_card(value)
    except Unresolved as unresolved:
        return unresolved.reason.partition(":")[0]


@pytest.mark.parametrize(
    "number",
    [
        *("6222028666617603139", "6217007215901092818", "6212265901396245957", "6259657117777419"),
        *("6228482154728038525", "6216618084148525383", "4367428853933630", "6200603875004743957"),
    ],
)
def test_of_all_last_digits_one_is_kept_and_nine_are_declined(number: str) -> None:
    answers = {outcome(number[:-1] + check) for check in "0123456789"}

    assert answers == {number, "CHECKSUM"}
    assert bank_card(number) is number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("6222028666617603132", "CHECKSUM"),
        ("062220286666176031", "BAD_SHAPE"),
        ("62220286666176031391", "BAD_SHAPE"),
        ("6222028666617603139.0", "BAD_SHAPE"),
        ("卡号6222028666617603139", "BAD_SHAPE"),
        ("6.2220286666176E+18", "LOSSY"),
        ("62220286666176000", "LOSSY"),
        ("6222XXXXXXXX1234", "MASKED"),
        ("6222 0286 6661 7603 139、6217 0012 3400 0567 899", "MULTIPLE"),
        ("6222028666617603139 6217001234000567899", "MULTIPLE"),
        ("#N/A", "PLACEHOLDER"),
    ],
)
def test_declines_what_is_wrong_and_never_mends_it(value: str, code: str) -> None:
    assert reason(value) == code


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("3300 1616 7810 5001 2345", "33001616781050012345"),
        ("6222028666617603132", "6222028666617603132"),
        ("33001616781050000", "33001616781050000"),
    ],
)
def test_a_declared_account_needs_no_check(value: str, clean: str) -> None:
    assert bank_card(value, kind="account") == clean


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("33001616781050000000", "LOSSY"),
        ("9999999999", "PLACEHOLDER"),
        ("1234567", "BAD_SHAPE"),
        ("A3001616781050012345", "BAD_SHAPE"),
        ("3300161678；3300161679", "MULTIPLE"),
    ],
)
def test_a_declared_account_is_declined_where_digits_are_lost_or_there_is_no_number(value: str, code: str) -> None:
    assert reason(value, kind="account") == code


@pytest.mark.parametrize("kind", ["unit", "", 1])
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(kind: Any) -> None:
    with pytest.raises(ValueError, match="kind is None or one of"):
        bank_card(VALID, kind=kind)


def test_none_stays_none_and_a_clean_value_the_very_same() -> None:
    assert bank_card(None) is None
    assert bank_card(VALID) is VALID


def test_tells_its_steps() -> None:
    assert explain("bank_card", "６２５９　６５０１　２３４５　６７８８") == (
        "outer blanks, invisible characters and text mark removed",
        "characters made half-width and of one form",
        "blanks and hyphens inside removed",
        "CHECKSUM: check digit does not agree",
    )


@given(ANY_TEXT, st.sampled_from(DECLARED))
def test_every_text_gives_its_own_digits_that_stay_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = bank_card(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert re.fullmatch("[0-9]+", once)
    assert digits(value) == once
    assert bank_card(once, **hints) is once
