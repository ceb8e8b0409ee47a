"""Canonical values: one encoding for each stored value, so that equal encodings mean identical values.

NULL is null, readable text a JSON string; all else is an object of one tag and one text, such as {"int":"12"}. The
tags of OWN_TAGS are hffix's; every other tag is an engine's type, and its text is the engine's own.
"""

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any, Final

import msgspec

from hffix.errors.changesets import NotCanonical

Canonical = None | str | dict[str, str]
OWN_TAGS: Final = frozenset({"text", "bytes", "int", "dec", "float", "bool"})


@dataclass(frozen=True, slots=True)
class UnreadableText:
    """A text whose stored bytes are not valid in its column's character set; not the same as a blob of them."""

    stored: bytes


class Typed(msgspec.Struct, frozen=True, gc=False):
    """A value of a type that is neither text nor number: the engine's name of the type, and the engine's own text."""

    kind: str
    text: str


Raw = None | str | int | float | bytes | bool | Decimal | UnreadableText | Typed

_AS_THEY_ARE: Final = frozenset({str, NoneType})
_TYPED: Final = frozenset({Typed, NoneType})
_TOLD_APART: Final = frozenset({str, int, bytes, NoneType, UnreadableText, Typed})
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def encode_value(raw: Raw) -> Canonical:
    """Give the canonical form of a value as the database's driver holds it."""
    if raw is None or type(raw) is str:
        return raw
    encoder = _ENCODERS.get(type(raw))
    if encoder is None:
        raise NotCanonical(f"no canonical value for {type(raw).__name__}")
    return encoder(raw)


def decode_value(value: object) -> Raw:
    """Give back the value that `encode_value` was given; refuse an encoding it would not have written."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise NotCanonical("a value is neither null, text nor one tag")
    ((tag, text),) = value.items()
    if tag == "int" and isinstance(text, str) and text.isascii():
        return _read_integer(text)
    if not isinstance(text, str) or not isinstance(tag, str) or not tag:
        raise NotCanonical("a value is not one tag and one text")
    if tag not in OWN_TAGS:
        return Typed(tag, text)
    try:
        raw = _DECODERS[tag](text)
    except (ValueError, LookupError, ArithmeticError) as fault:
        raise NotCanonical(f"a value tagged {tag} is malformed") from fault
    if encode_value(raw) != value:
        raise NotCanonical(f"a value tagged {tag} is not in canonical form")
    return raw


def encode_values(raws: Sequence[Raw]) -> Sequence[Canonical]:
    """Give many values, as of one column, in canonical form; most columns hold nothing but text, or whole numbers."""
    kinds = set(map(type, raws))
    if kinds <= _AS_THEY_ARE:
        return raws  # type: ignore[return-value]
    if kinds == {int}:
        return [{"int": str(raw)} for raw in raws]
    if kinds == {Decimal}:
        texts = list(map(str, raws))
        # Python writes most decimals plainly by itself; an E, or one of NaN and Infinity, it does not.
        joined = "".join(texts)
        if "E" not in joined and "N" not in joined:
            return [{"dec": text} for text in texts]
    if kinds <= _TYPED:
        return [{raw.kind: raw.text} if raw is not None else None for raw in raws]  # type: ignore[union-attr]
    return list(map(encode_value, raws))


def told_apart(raws: Iterable[Raw]) -> bool:
    """Say whether all values are of kinds of which two are the same where Python calls them equal.

    A whole number equals a float, a decimal and a truth, and 1.1 equals 1.10; texts, bytes and whole numbers do not.
    """
    return _TOLD_APART.issuperset(map(type, raws))


def identical(left: Sequence[Raw], right: Sequence[Raw]) -> bool:
    """Say whether two columns hold the same values in the same order, each of them bit for bit."""
    if told_apart(left) and told_apart(right):
        return list(left) == list(right)
    return list(encode_values(left)) == list(encode_values(right))


def decode_values(values: Sequence[Canonical]) -> list[Raw]:
    """Give back many values, as of one column."""
    if {type(value) for value in values} == {dict}:
        texts = [value.get("int") if len(value) == 1 else None for value in values]  # type: ignore[union-attr,arg-type]
        if None not in texts:
            return _read_integers(texts)  # type: ignore[arg-type]
    return [value if type(value) is str or value is None else decode_value(value) for value in values]


def exact_decimal(raw: Raw) -> Decimal | None:
    """Read a number exactly from a whole number, a decimal or plain digits in a text; None where it is none."""
    if isinstance(raw, Decimal) and raw.is_finite():
        return raw
    if type(raw) is int or (type(raw) is str and _DECIMAL.fullmatch(raw)):
        return Decimal(raw)
    return None


def plain_digits(number: Decimal) -> str:
    """Write a decimal with all its digits and no exponent."""
    if number.is_nan():
        return "NaN"
    if number.is_infinite():
        return "-Infinity" if number < 0 else "Infinity"
    return format(number, "f")


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _read_integer(text: str) -> int:
    # Python reads more than one writing of a number; only the one that it writes itself is canonical.
    try:
        number = int(text)
    except (TypeError, ValueError) as fault:
        raise NotCanonical("a value tagged int is malformed") from fault
    if str(number) != text:
        raise NotCanonical("a value tagged int is not in canonical form")
    return number


def _read_integers(texts: list[str]) -> list[Raw]:
    try:
        numbers = list(map(int, texts))
        if list(map(str, numbers)) == texts:
            return numbers  # type: ignore[return-value]
    except (TypeError, ValueError):
        pass
    return list(map(_read_integer, texts))


def _read_text(text: str) -> UnreadableText:
    # Whether bytes can be read depends on their column's character set: bytes of another one may be valid UTF-8.
    return UnreadableText(_from_base64(text))


def _read_bool(text: str) -> bool:
    return {"true": True, "false": False}[text]


_ENCODERS: Final[dict[type, Callable[[Any], dict[str, str]]]] = {
    int: lambda raw: {"int": str(raw)},
    float: lambda raw: {"float": repr(raw)},
    bytes: lambda raw: {"bytes": base64.b64encode(raw).decode()},
    bool: lambda raw: {"bool": "true" if raw else "false"},
    Decimal: lambda raw: {"dec": plain_digits(raw)},
    UnreadableText: lambda raw: {"text": base64.b64encode(raw.stored).decode()},
    Typed: lambda raw: {raw.kind: raw.text},
}
_DECODERS: Final[dict[str, Callable[[str], Raw]]] = {
    "int": _read_integer,
    "float": float,
    "bytes": _from_base64,
    "bool": _read_bool,
    "dec": Decimal,
    "text": _read_text,
}
