import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import explain, phone
from hffix.model.unresolved import Unresolved

TOKENS = (
    *"0123456789+-()（）－–/ \u3000\t\u200b'*?１９٣",
    *("139", "1234", "5678", "0571", "010", "87654321", "86", "0086", "转", "ext", "无", "\ufffd"),
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=8).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = ({}, {"area": "0571"}, {"area": "010"}, {"kind": "mobile"}, {"kind": "landline"})
ONE_FORM = re.compile("1[3-9][0-9]{9}|0(?:1|2[0-9]|[3-9][0-9]{2})0?-[2-9][0-9]{6,7}(?:-[0-9]{1,6})?")


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        phone(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("１３９１２３４５６７８", "13912345678"),
        ("139-123-45678", "13912345678"),
        ("+86 10 8765 4321", "010-87654321"),
        ("+86(0571)87654321", "0571-87654321"),
        ("86-0571-87654321", "0571-87654321"),
        ("057187654321", "0571-87654321"),
        ("0571 - 8765-4321", "0571-87654321"),
        ("0755-2765432转12", "0755-2765432-12"),
        ("(0571)87654321-801", "0571-87654321-801"),
    ],
)
def test_writes_a_number_in_one_form(value: str, clean: str) -> None:
    assert phone(value) == clean


@pytest.mark.parametrize(
    ("value", "hints", "code"),
    [
        ("\u200b", {}, "BLANK"),
        ("139****5678", {}, "MASKED"),
        ("13912345678\n0571-87654321", {}, "MULTIPLE"),
        ("13912345678-13812345678", {}, "MULTIPLE"),
        ("139\ufffd12345678", {}, "DAMAGED"),
        ("13912345678转8", {}, "BAD_SHAPE"),
        ("057-187654321", {}, "BAD_SHAPE"),
        ("86-571-87654321", {}, "BAD_SHAPE"),
        ("10-87654321", {}, "AMBIGUOUS"),
        ("95588", {}, "BAD_SHAPE"),
        ("1064912345678", {}, "BAD_SHAPE"),
        ("1" * 65, {}, "BAD_SHAPE"),
        ("8765432", {"area": "010"}, "BAD_SHAPE"),
        ("87654321", {"kind": "mobile"}, "BAD_SHAPE"),
        ("87654321", {"kind": "landline"}, "NOT_DECLARED"),
    ],
)
def test_declines_what_is_cut_or_of_two_readings(value: str, hints: dict[str, Any], code: str) -> None:
    assert reason(value, **hints) == code


def test_a_declared_area_leaves_a_number_with_its_own() -> None:
    assert phone("010-87654321", area="0571") == "010-87654321"
    assert phone("13912345678", area="0571") == "13912345678"


@pytest.mark.parametrize(
    "hints", [{"area": "571"}, {"area": "0571-"}, {"kind": "fax"}, {"area": "010", "kind": "mobile"}]
)
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"area|kind"):
        phone("13912345678", **hints)


def test_none_stays_none_and_a_clean_number_the_very_same() -> None:
    for value in ("0571-87654321", "13912345678"):
        assert phone(value) is value
    assert phone(None) is None


def test_tells_its_steps() -> None:
    assert explain("phone", "＋86-571-87654321") == (
        "characters made half-width and of one form",
        "country code removed",
        "written as area code and number",
    )


@given(ANY_TEXT, st.sampled_from(DECLARED))
@example("0755-2765432 ext 1", {})
def test_every_text_gives_a_number_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = phone(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert ONE_FORM.fullmatch(once)
    assert phone(once, **hints) is once
    assert phone(once) is once
    assert (explain("phone", value, **hints) == ()) == (once == value)


@given(st.from_regex("1[3-9][0-9]{9}", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_every_mobile_is_read_from_the_forms_of_contact_lists(number: str) -> None:
    grouped = f"{number[:3]} {number[3:7]} {number[7:]}"
    assert {phone(f"+86 {grouped}"), phone(f"0086{number}"), phone(grouped.replace(" ", "-"))} == {number}
