import json
from collections import UserDict
from dataclasses import dataclass
from datetime import date

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import NotCanonical
from hffix.model.canonical import DEEPEST, LARGEST, Json, decode, digest, encode

text = some.text(some.characters(exclude_categories=["Cs"]))
scalars = some.none() | some.booleans() | some.integers(-LARGEST, LARGEST) | text
values = some.recursive(scalars, lambda inner: some.lists(inner) | some.dictionaries(text, inner), max_leaves=20)
# RFC 8785 sorts keys by UTF-16 units: below the surrogates that is the order of code points.
narrow = some.text(some.characters(max_codepoint=0xD7FF))


def nested(depth: int) -> Json:
    value: Json = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"k": value}
    return value


@given(values)
def test_what_is_written_is_read_back_and_is_what_the_standard_library_writes(value: Json) -> None:
    data = encode(value)

    assert decode(data) == value
    assert data.decode() == json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@given(some.recursive(scalars, lambda inner: some.lists(inner) | some.dictionaries(narrow, inner), max_leaves=20))
def test_it_is_what_rfc_8785_writes_where_both_are_defined(value: Json) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(some.binary(max_size=40))
def test_bytes_are_refused_or_are_exactly_what_would_be_written(data: bytes) -> None:
    try:
        value = decode(data)
    except NotCanonical:
        return
    assert encode(value) == data


def test_keys_are_sorted_by_code_point_and_not_by_utf_16_unit() -> None:
    assert encode({"\U00010000": 1, "\uffff": 2, "a": 3, "": 4}) == '{"":4,"a":3,"\uffff":2,"\U00010000":1}'.encode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('"\\/\b\t\n\f\r', rb'"\"\\/\b\t\n\f\r"'),
        ("\x00\x0b\x1f\x7f", b'"\\u0000\\u000b\\u001f\x7f"'),
        ("\u2028é张😀", '"\u2028é张😀"'.encode()),
        ([], b"[]"),
        ({}, b"{}"),
        ((1, (2,)), b"[1,[2]]"),
        (LARGEST, b"9007199254740991"),
        (-LARGEST, b"-9007199254740991"),
    ],
)
def test_each_value_has_one_form(value: object, written: bytes) -> None:
    assert encode(value) == written


@dataclass
class Row:
    number: int


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        1.0, float("nan"), 2**53, -(2**53), b"x", {1: "x"}, {None: 1}, date(2024, 3, 5), Row(1), Name(), {"a"},
        UserDict(), "\ud800", {"\udfff": 1}, [[1.5]], nested(DEEPEST + 1),
    ],
    ids=repr,
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"", b" 1", b"1 ", b"1\n", b"[1, 2]", b'{"a": 1}', b"1.0", b"1e3", b"-0", b"01", b"+1", b"9007199254740992",
        b"-9007199254740992", b"100000000000000000000000", b"NaN", b"Infinity", b'{"a":1,"a":2}', b'{"a":1,"a":1}',
        b'{"b":1,"a":2}', rb'"\u0041"', rb'"\/"', rb'"\u001F"', rb'"\u0009"', rb'"\ud800"', rb'"\ud83d\ude00"',
        b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b"[1]]", b"[1][2]", b"{}x", b"[1,]", b"'a'", b'"\n"',
        b"nul", b"1 // one", b"[" * 33 + b"]" * 33, b"[" * 5000 + b"]" * 5000,
    ],
    ids=lambda data: repr(data[:30]),
)  # fmt: skip
def test_bytes_in_any_other_form_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(data)


def test_32_levels_are_read_and_written() -> None:
    value = nested(DEEPEST)

    assert decode(encode(value)) == value


def test_a_digest_is_the_sha_256_of_the_bytes_in_lower_case() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
