"""Contracts: an annotation says which stored values reach a function, and nothing else does."""

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID

from hffix.authoring.typed import has_value, value_of
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw, Typed, UnreadableText, exact_decimal, plain_digits

VALUE_TYPES: Final = (str, int, Decimal, float, bytes, bool, date, datetime, time, UUID, type(None))


@dataclass(frozen=True, slots=True)
class Contract:
    """The types that one parameter takes; none where it takes every value."""

    accepted: frozenset[type]
    words: str

    def read(self, raw: Raw) -> object:
        """Give the value as the function takes it, or decline the row."""
        if type(raw) is Typed:
            return self._read_typed(raw)
        if not self.accepted or type(raw) in self.accepted:
            return raw
        if Decimal in self.accepted and type(raw) in {str, int}:
            number = exact_decimal(raw)
            if number is not None and plain_digits(number) == str(raw):
                return number
        raise Unresolved(f"not {self.words}")

    def _read_typed(self, typed: Typed) -> object:
        """Give a value of an engine's own type as Python's, or as its text where Python has no such type."""
        value = value_of(typed)
        if not self.accepted:
            return typed.text if value is None else value
        if value is not None and type(value) in self.accepted:
            return value
        if str in self.accepted and not has_value(typed.kind):
            return typed.text
        raise Unresolved(f"not {self.words}")


def contract_of(annotation: object) -> Contract:
    """Read an annotation: one type of values, or a union of them; raise TypeError for any other."""
    parts = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)
    if annotation in {Any, object}:
        return Contract(frozenset(), "")
    accepted = frozenset(type(None) if part is None else part for part in parts)
    foreign = [part for part in accepted if part not in VALUE_TYPES]
    if foreign:
        raise TypeError(f"{foreign[0]} is not a type of values")
    words = " or ".join(part.__name__ for part in VALUE_TYPES if part in accepted and part is not type(None))
    return Contract(accepted, words or "None")


def contracts_of(function: Callable[..., object], names: tuple[str, ...]) -> tuple[Contract, ...]:
    """Read the contracts of a function's parameters."""
    hints = typing.get_type_hints(function)
    anything = Contract(frozenset(), "")
    return tuple(contract_of(hints[name]) if name in hints else anything for name in names)


def stored(result: object, *, before: Raw) -> Raw:
    """Turn what a function returned into what is stored; a decimal is stored as the cell was."""
    kind = type(result)
    if isinstance(result, str) and kind is str:
        return _stored_text(result)
    if result is None or kind is bytes or kind is bool or kind is int:
        return result  # type: ignore[return-value]
    if isinstance(result, float) and kind is float:
        if result != result or result in {float("inf"), float("-inf")}:
            raise Unresolved("not a finite number")
        return result
    if isinstance(result, Decimal) and kind is Decimal:
        return _stored_decimal(result, before=before)
    if isinstance(result, date | datetime | time) and kind in {date, datetime, time}:
        return result.isoformat(" ") if isinstance(result, datetime) else result.isoformat()
    if isinstance(result, UUID):
        return str(result)
    if isinstance(result, UnreadableText):
        return result
    raise TypeError(kind.__name__)


def _stored_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise TypeError("half a surrogate pair") from None
    return text


def _stored_decimal(number: Decimal, *, before: Raw) -> Raw:
    if not number.is_finite():
        raise Unresolved("not a finite number")
    if type(before) is int and number == int(number):
        return int(number)
    return plain_digits(number) if type(before) is str or before is None else number
