import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.cleaners import explain, uscc
from hffix.cleaners.credit_codes import organisation_code_agrees
from hffix.model.unresolved import Unresolved

VALID = "91330100MA2ABCD13J"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TOKENS = (*"0123456789JIOZSVx- –'`\u3000\t\u200b９Ａ٣*/、ſ", "91", "330100", "MA2ABCD13J", VALID, "91330100MAZA01512D")
TYPED = st.lists(st.sampled_from(TOKENS), max_size=6).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        uscc(value, **hints)
    return caught.value.reason.partition(":")[0]


def outcome(value: str) -> str | None:
    """The code, or that of the reason why there is none."""
    try:
        return uscc(value)
    except Unresolved as unresolved:
        return unresolved.reason.partition(":")[0]


@pytest.mark.parametrize(
    "code",
    [
        *("91330100GD5QA4XF5L", "12330000D1YM2QHJ6H", "51110000RWTAANBK64", "92440300FJRE2T2Y1J"),
        *("111000008FNM21PN6D", "936501009LJMTE9N9Q", "81310000CWMB0YEB6K", "N23301065K3F16Q9X7"),
    ],
)
def test_keeps_every_code_with_its_check_character_and_the_organisation_code_in_it_agrees(code: str) -> None:
    assert uscc(code) is code
    assert organisation_code_agrees(code[8:17])
    assert organisation_code_agrees(f"{code[8:16]}-{code[16]}")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("913301004P7CCXUF32", "CHECKSUM"),
        ("1233000025ECH8W40J", "CHECKSUM"),
        ("51110000TDUH8NDB8M", "CHECKSUM"),
        ("N2330106YKLMP1EW97", "CHECKSUM"),
        ("91330100MAIABCD13J", "UNKNOWN_CHAR"),
        ("91330100MAVABCD13J", "UNKNOWN_CHAR"),
        ("000000000000000000", "BAD_REGION"),
        ("91A30100MA2ABCD13J", "BAD_REGION"),
        ("330100123456789", "BAD_SHAPE"),
        ("91330100MA2ABCD1٣J", "BAD_SHAPE"),
        ("91330100MA2ABCDſ3J", "BAD_SHAPE"),
        ("913301**********3J", "MASKED"),
        ("1.233E+17", "LOSSY"),
        ("123300004700123000", "LOSSY"),
        (f"{VALID},{VALID}", "MULTIPLE"),
        ("暂无", "PLACEHOLDER"),
    ],
)
def test_declines_what_is_wrong_and_never_mends_it(value: str, code: str) -> None:
    assert reason(value) == code


def test_letters_become_capitals_and_full_width_becomes_half_width() -> None:
    assert uscc("９１３３０１００ma２ABCD13j") == VALID


@pytest.mark.parametrize("value", ["91330100MA2A0I512D", "91330100MAZAOISIZD"])
def test_letters_are_read_as_digits_only_by_declaration(value: str) -> None:
    assert uscc(value, ocr=True) == "91330100MA2A01512D"
    assert reason(value) == "UNKNOWN_CHAR"


def test_a_reading_that_only_the_outer_check_confirms_is_declined() -> None:
    codes = [f"91330100MA200000{last}{check}" for last in "123456789" for check in LETTERS]
    inner_wrong = [code for code in codes if outcome(code) == code and not organisation_code_agrees(code[8:17])]

    assert inner_wrong
    for code in inner_wrong:
        assert uscc(code, ocr=True) == code
        assert reason(code.replace("MA2", "MAZ"), ocr=True) == "CHECKSUM"


@pytest.mark.parametrize(
    "code", ["4P7CCXUF-2", "25ECH8W4-9", "TDUH8NDB-5", "KJAY4NUG-X", "GD5QA4XF", "GD5QA4XF--5", "GD5QA4XF-٥", ""]
)
def test_an_organisation_code_without_its_check_does_not_agree(code: str) -> None:
    assert not organisation_code_agrees(code)


@pytest.mark.parametrize("wrong", ["1", None, 2])
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is True or False"):
        uscc(VALID, ocr=wrong)


def test_none_stays_none() -> None:
    assert uscc(None) is None


def test_tells_its_steps() -> None:
    assert explain("uscc", " 91 330100 maza01512d", ocr=True) == (
        "outer blanks, invisible characters and text mark removed",
        "letters made capitals",
        "blanks and hyphens inside removed",
        "letters read as digits, as declared",
    )


@given(st.text(st.sampled_from(LETTERS), min_size=8, max_size=8), st.sampled_from("ABCXY"))
def test_of_all_check_characters_one_is_taken(body: str, last: str) -> None:
    answers = [outcome(f"91330100{body}{last}{check}") for check in LETTERS]

    assert answers.count("CHECKSUM") == len(LETTERS) - 1


@given(ANY_TEXT, st.booleans())
def test_every_text_gives_a_code_that_stays_or_is_declined(value: str, ocr: bool) -> None:
    try:
        once = uscc(value, ocr=ocr)
    except Unresolved:
        return

    assert once is not None
    assert re.fullmatch(f"[{LETTERS}]{{18}}", once)
    assert uscc(once, ocr=ocr) is once
    assert uscc(once) is once
