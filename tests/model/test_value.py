from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import NotCanonical
from hffix.model import canonical
from hffix.model.value import (
    OWN_TAGS,
    Raw,
    Typed,
    UnreadableText,
    decode_value,
    decode_values,
    encode_value,
    encode_values,
    exact_decimal,
    plain_digits,
)

raws = (
    some.none()
    | some.text(some.characters(exclude_categories=["Cs"]))
    | some.integers()
    | some.floats()
    | some.binary()
    | some.booleans()
    | some.decimals().filter(lambda number: not number.is_snan())
    | some.binary().map(UnreadableText)
    | some.builds(Typed, some.text(min_size=1).filter(lambda tag: tag not in OWN_TAGS), some.text())
)


@given(raws)
def test_every_value_comes_back_and_its_encoding_is_canonical_json(raw: Raw) -> None:
    encoded = encode_value(raw)
    decoded = decode_value(canonical.decode(canonical.encode(encoded)))

    assert type(decoded) is type(raw)
    assert encode_value(decoded) == encoded
    if not isinstance(raw, Decimal):  # 1E+2 comes back as 100: the same digits, and no exponent
        assert repr(decoded) == repr(raw)


SAME_LOOK: tuple[tuple[Raw, ...], ...] = (
    (1, 1.0, "1", b"1", True, Decimal(1), Decimal("1.0")),
    ("°¡", b"\xb0\xa1", UnreadableText(b"\xb0\xa1")),
    (0, 0.0, -0.0, False, "", None, Decimal("-0")),
    (float("nan"), float("inf"), float("-inf"), "nan", "inf", Decimal("NaN"), Decimal("Infinity")),
    ("é", "e\u0301"),
    ("2024-03-05", Typed("date", "2024-03-05"), Typed("timestamp", "2024-03-05"), Typed("date", "")),
)


@pytest.mark.parametrize("values", SAME_LOOK)
def test_values_that_look_the_same_have_encodings_of_their_own(values: tuple[Raw, ...]) -> None:
    assert len({canonical.encode(encode_value(value)) for value in values}) == len(values)


@given(some.lists(raws))
def test_many_values_are_encoded_and_read_as_each_of_them_is(column: list[Raw]) -> None:
    encoded = encode_values(column)

    assert list(encoded) == list(map(encode_value, column))
    assert list(map(repr, decode_values(encoded))) == [repr(decode_value(value)) for value in encoded]


@pytest.mark.parametrize(
    "value",
    [
        1, 1.0, True, [], {}, {"int": "1", "dec": "1"}, {"int": 1}, {"date": 1}, {"": "x"}, {"date": "x", "time": "y"},
        {"int": "01"}, {"int": "-0"}, {"int": "+1"}, {"int": "1 "}, {"int": "1_0"}, {"int": "１"}, {"int": ""},
        {"int": "9" * 5000},
        {"float": "1"}, {"float": "1.50"}, {"float": "1_0.0"}, {"float": "Infinity"}, {"float": "NaN"}, {"float": "x"},
        {"float": "0.1000000000000000055"}, {"float": "1e5"},
        {"dec": "1E+2"}, {"dec": "+1"}, {"dec": "01"}, {"dec": ".5"}, {"dec": "5."}, {"dec": "sNaN"}, {"dec": "nan"},
        {"dec": "Inf"}, {"dec": " 1"}, {"dec": "1_0"}, {"dec": "x"},
        {"bytes": "sKE"}, {"bytes": "sKF="}, {"bytes": "sK E="}, {"bytes": "sKE=\n"}, {"bytes": "_-8="},
        {"bytes": "汉"}, {"text": "sKE"}, {"bool": "True"},
        {"bool": "1"}, {"bool": ""},
    ],
    ids=repr,
)  # fmt: skip
def test_an_encoding_that_is_not_the_one_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        decode_value(value)


def test_a_value_of_any_other_type_has_no_encoding() -> None:
    with pytest.raises(NotCanonical, match="no canonical value for complex"):
        encode_value(1j)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (12, "12"), ("12", "12"), ("-0.50", "-0.50"), (Decimal("1E+2"), "1E+2"), ("0", "0"),
        ("9" * 40, "9" * 40), ("012", None), ("1,200.00", None), ("1e3", None), (" 1", None), ("1\n", None),
        ("１", None), ("", None), (".5", None), (1.5, None), (True, None), (None, None),
        (b"1", None), (Decimal("NaN"), None),
    ],
)  # fmt: skip
def test_a_number_is_read_exactly_or_not_at_all(raw: Raw, number: str | None) -> None:
    assert repr(exact_decimal(raw)) == repr(None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("number", "digits"),
    [("1E+3", "1000"), ("1.20", "1.20"), ("-1E-7", "-0.0000001"), ("NaN", "NaN"), ("-Infinity", "-Infinity")],
)
def test_a_decimal_is_written_with_all_its_digits(number: str, digits: str) -> None:
    assert plain_digits(Decimal(number)) == digits
