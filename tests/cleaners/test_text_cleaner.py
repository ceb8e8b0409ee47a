import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.cleaners import amount, text
from hffix.cleaners.characters import drop_invisible, one_blank, unify, unify_radicals
from hffix.cleaners.columns import column_cleaner
from hffix.cleaners.damage import refuse_controls, refuse_damage, refuse_unknown
from hffix.model.unresolved import Unresolved

TOKENS = (
    *"Aａ１建\u00e5\u00bc\u00c3\u00a9\u00a0\u0308\u212b\u3000\t\u200b\u200c\u200d\u2060\u0627\u0628\u00ad\u202e",
    *"\u2f24\u2ea0\u2e9f\uf9dc\ue863\ue815\x07\x7f\x85\ufffd\ufeff\U0001f468\U000e0041\U00020087",
)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from(TOKENS), max_size=8)


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        text(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("建设路 \u3000 12号", "建设路 12号"),
        ("建设路\x00", "建设路"),
        ("⺟亲", "母亲"),
        ("\u0628\u200d\u0627", "\u0628\u200d\u0627"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u0628\u200d路", "\u0628路"),
        ("A\u030a座", "\u00c5座"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("“建设路”—①㎡", "“建设路”—①㎡"),
        ("\ufa11", "\ufa11"),
    ],
)
def test_changes_only_what_carries_no_meaning(value: str, clean: str) -> None:
    assert text(value) == clean


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("锟斤拷", "DAMAGED"),
        ("建\ud800", "DAMAGED"),
        ("Ã©", "DAMAGED"),
        ("Ã\u200b©", "DAMAGED"),
        ("建\x80", "DAMAGED"),
        ("\x07", "BLANK"),
    ],
)
def test_declines_what_is_broken_or_empty(value: str, code: str) -> None:
    assert reason(value) == code


def test_a_sign_of_earlier_damage_stays_damage_when_latin1_is_turned_back() -> None:
    broken = "张锟斤拷".encode().decode("latin-1")

    assert reason(broken) == "DAMAGED"
    assert reason(broken, mojibake="utf8-as-latin1") == "DAMAGED"


def test_a_french_word_in_quotes_is_no_damage() -> None:
    assert text("«CAFÉ»") == "«CAFÉ»"


def test_a_private_character_that_means_a_bare_radical_stays_unknown() -> None:
    assert reason("\ue815", pua="gb18030") == "UNKNOWN_CHAR"


def test_the_private_characters_agree_with_the_codec_of_the_older_standard() -> None:
    """Python's codec has the edition of 2000: what it could already place must be placed the same."""
    codes = [bytes((0xFE, low)) for low in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    placed = {0xE815 + place: code.decode("gb18030") for place, code in enumerate(codes)}
    expected = {
        chr(private): character for private, character in placed.items() if unicodedata.category(character) == "Lo"
    }

    assert len(expected) == 52
    assert {private: text(private, pua="gb18030") for private in expected} == expected


@pytest.mark.parametrize("hints", [{"pua": "gbk"}, {"mojibake": "latin1"}])
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is None or"):
        text("建设路", **hints)


def test_none_stays_none() -> None:
    assert text(None) is None


@pytest.mark.parametrize("parts", [("建设路", "12号"), ("㎡", "½")])
def test_a_clean_value_is_kept_the_very_same(parts: tuple[str, str]) -> None:
    value = " ".join(parts)

    assert text(value) is value


@given(ANY_TEXT, st.sampled_from([{}, {"pua": "gb18030"}]))
def test_every_text_is_cleaned_to_one_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = text(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert text(once, **hints) is once
    assert text(once) is once


@given(ANY_TEXT)
def test_turning_latin1_back_gives_a_clean_text_or_is_declined(value: str) -> None:
    try:
        once = text(value, mojibake="utf8-as-latin1")
    except Unresolved:
        return

    assert once is not None
    assert text(once) is once


# 锟斤拷 is Han, and a sign of earlier damage wherever it stands.
@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1).filter(
        lambda value: "锟斤拷" not in value
    )
)
def test_han_read_as_latin1_is_found_and_turned_back_exactly(value: str) -> None:
    broken = value.encode().decode("latin-1")

    assert reason(broken) == "DAMAGED"
    assert text(broken, mojibake="utf8-as-latin1") == value


COMMON = st.text(st.sampled_from("Ａｚ０９a1 ！（）·建锟\u3000\t\n\u00a0"), max_size=6)


def step_by_step(value: str) -> str | None:
    """Clean as the documents say it, with no way around any step; None where a step declines."""
    wide = {
        ord(one): ord(one) - 0xFEE0 for one in map(chr, range(0xFF01, 0xFF5F)) if (chr(ord(one) - 0xFEE0)).isalnum()
    }
    try:
        refuse_damage(value)
        shown = one_blank(drop_invisible(value))
        refuse_controls(shown)
        shown = unify(unify_radicals(shown.translate(wide)))
        refuse_unknown(shown)
        refuse_damage(shown)
    except Unresolved:
        return None
    return shown or None


@given(COMMON | ANY_TEXT)
def test_no_way_around_the_steps_gives_another_result(value: str) -> None:
    try:
        cleaned = text(value)
    except Unresolved:
        cleaned = None

    assert cleaned == step_by_step(value)


@given(
    st.lists(COMMON.map(str.strip) | st.text(st.sampled_from("Ａｚ０９a1 -/")).map(str.strip) | ANY_TEXT, max_size=4)
)
def test_a_column_is_cleaned_as_each_of_its_values_is(values: list[str]) -> None:
    column = column_cleaner(text)
    assert column is not None

    assert column(values) in (None, [step_by_step(value) for value in values])


def test_a_column_of_codes_or_of_words_is_cleaned_at_once_and_one_that_needs_a_look_is_not() -> None:
    column = column_cleaner(text)
    assert column is not None

    assert column(["１１０Ｘ", "a-1 b!"]) == ["110X", "a-1 b!"]
    assert column(["建设路１２ 号", "（Ａ）"]) == ["建设路12 号", "（A）"]
    assert [column(["a", odd]) for odd in ("", " b", "b ", "b  c", "b\nc", "\x07", "锟斤拷", "建\u3000")] == [None] * 8


def test_a_cleaner_without_a_form_for_columns_has_none() -> None:
    assert column_cleaner(amount) is None
