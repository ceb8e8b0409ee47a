import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.model.shape import LONGEST, shape_of, shapes_of, visible, visible_key, visible_value
from hffix.model.value import Canonical


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (None, "NULL"),
        ("", "''"),
        ("NULL", "AAAA"),
        ("2011/3/5", "9999/9/9"),
        ("1998/7/1", "9999/9/9"),
        ("Zhang min-3", "Aaaaa␣aaa-9"),
        ("张敏", "汉汉"),
        ("ＡＢｃ１２", "ＡＡａ９９"),
        ("٣é", "٩a"),
        ("①Ⅳǅ", "①汉汉"),
        ("a\u3000\u200b\u00a0\x00", "a⟨U+3000⟩⟨U+200B⟩⟨U+00A0⟩⟨U+0000⟩"),
        ("\ue000\u0301", "⟨U+E000⟩⟨U+0301⟩"),
        ("a" * 24, "a" * 24),
        ("a" * 25, "a" * 24 + "…"),
        ({"int": "-12"}, "int -99"),
        ({"float": "0.5"}, "float 9.9"),
        ({"dec": "NaN"}, "dec AaA"),
        ({"bytes": "AAEC"}, "bytes"),
        ({"text": "sKE="}, "text"),
    ],
)
def test_a_value_has_the_shape_of_its_classes(value: Canonical, shape: str) -> None:
    assert shape_of(value) == shape


@given(some.text())
def test_a_shape_shows_no_digit_and_no_letter_but_the_classes_own(text: str) -> None:
    shape = shape_of(text)

    assert len(shape.split("…")[0].replace("⟨U+", "⟨")) <= LONGEST * 10
    assert shape_of(text) == shape
    assert not any(digit in shape.split("⟨")[0] for digit in "012345678")


@given(
    some.lists(some.sampled_from(["2011/3/5", "ＡＢｃ１２", " ", "", "a" * 25, "张", "①", "a\n", "…"]) | some.text())
    | some.lists(some.none() | some.text() | some.just({"int": "-12"}) | some.just({"bytes": "AA=="}), max_size=6)
)  # fmt: skip
def test_many_values_have_the_shapes_of_each(values: list[Canonical]) -> None:
    assert shapes_of(values) == [shape_of(value) for value in values]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张 敏", "张 敏"),
        ("a\x1b[2Jb", "a⟨U+001B⟩[2Jb"),
        ("a\u202eb\u2028", "a⟨U+202E⟩b⟨U+2028⟩"),
        ("\u3000", "⟨U+3000⟩"),
        ("x" * 61, "x" * 60 + "…"),
    ],
)
def test_no_character_hides_in_a_shown_text(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "NULL"), ("", "''"), ("a\tb", "a⟨U+0009⟩b"), ({"int": "5"}, "5"), ({"float": "-0.0"}, "-0.0"),
        ({"bytes": "A" * 30}, "bytes:" + "A" * 24 + "…"), ({"text": "sKE="}, "text:sKE="),
    ],
)  # fmt: skip
def test_a_value_is_shown_for_the_eye(value: Canonical, shown: str) -> None:
    assert visible_value(value) == shown


def test_a_key_is_shown_as_people_write_it() -> None:
    assert visible_key({"id": {"int": "7"}}) == "7"
    assert visible_key({"no": {"int": "7"}, "part": "a"}) == "no=7,part=a"
