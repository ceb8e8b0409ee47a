from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.authoring.contracts import contract_of, contracts_of, stored
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw, Typed, UnreadableText

UNREADABLE = UnreadableText(b"\xb0\xa1")
EVERYTHING: tuple[Raw, ...] = ("12", "x", 12, 1.5, b"x", None, UNREADABLE, True, Decimal("1.50"))

# What each annotation takes of everything; all else never reaches the function.
TAKEN: list[tuple[object, tuple[object, ...]]] = [
    (str, ("12", "x")),
    (int, (12,)),
    (float, (1.5,)),
    (bytes, (b"x",)),
    (bool, (True,)),
    (None, (None,)),
    (str | None, ("12", "x", None)),
    (Optional[int], (12, None)),  # noqa: UP045 - as older scripts write it
    (int | str, ("12", "x", 12)),
    (Decimal, (Decimal(12), Decimal(12), Decimal("1.50"))),
    (Decimal | str, ("12", "x", Decimal(12), Decimal("1.50"))),
    (date, ()),
    (object, EVERYTHING),
    (Any, EVERYTHING),
]


@pytest.mark.parametrize(("annotation", "taken"), TAKEN, ids=lambda value: str(value)[:30])
def test_an_annotation_lets_exactly_its_values_through(annotation: object, taken: tuple[object, ...]) -> None:
    contract = contract_of(annotation)
    reached: list[object] = []
    for raw in EVERYTHING:
        try:
            reached.append(contract.read(raw))
        except Unresolved:
            continue

    assert list(map(repr, reached)) == list(map(repr, taken))


DAY, NOON = Typed("date", "2024-03-05"), Typed("timestamptz", "2024-03-05 12:00:00.5+00")
LOCAL, CLOCK = Typed("timestamp", "2024-03-05 12:00:00"), Typed("time", "12:00:00")
NUMBER, MOOD = Typed("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), Typed("public.mood", "ok")
TYPED = (DAY, NOON, LOCAL, CLOCK, NUMBER, MOOD)


@pytest.mark.parametrize(
    ("annotation", "taken"),
    [
        (date, [date(2024, 3, 5)]),
        (datetime, [datetime(2024, 3, 5, 12, 0, 0, 500000, UTC), datetime(2024, 3, 5, 12, 0)]),  # noqa: DTZ001
        (time, [time(12, 0)]),
        (UUID | None, [UUID(NUMBER.text)]),
        (str, ["ok"]),
        (int, []),
    ],
    ids=str,
)
def test_an_annotation_takes_the_engines_own_types_that_python_knows(annotation: object, taken: list[object]) -> None:
    contract = contract_of(annotation)
    reached: list[object] = []
    for raw in TYPED:
        try:
            reached.append(contract.read(raw))
        except Unresolved:
            continue

    assert list(map(repr, reached)) == list(map(repr, taken))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "infinity"), ("date", "0044-03-15 BC"), ("date", "10000-01-01"), ("date", "2024-02-30"),
        ("date", "0000-00-00"), ("timestamp", "-infinity"), ("timestamp", "0000-00-00 00:00:00"),
        ("datetime", "2024-00-00 00:00:00"), ("timestamptz", "10000-01-01 00:00:00+00"), ("time", "24:00:00"),
        ("time", "-838:59:59"), ("uuid", "x"),
    ],
)  # fmt: skip
def test_what_python_cannot_hold_never_reaches_an_annotation_and_is_text_without_one(kind: str, text: str) -> None:
    with pytest.raises(Unresolved):
        contract_of(date | datetime | time | UUID | str).read(Typed(kind, text))

    assert contract_of(object).read(Typed(kind, text)) == text


@given(some.datetimes(timezones=some.just(UTC)), some.datetimes(), some.dates(), some.times(), some.uuids())
def test_a_value_that_a_function_returns_unchanged_is_stored_by_the_text_that_it_came_from(
    zoned: datetime, local: datetime, day: date, clock: time, number: UUID
) -> None:
    for value in (zoned, local, day, clock, number):
        kind = {datetime: "timestamptz", date: "date", time: "time", UUID: "uuid"}[type(value)]
        raw = Typed(kind, str(value))
        assert stored(contract_of(object).read(raw), before=raw) == raw.text


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (str, "not str"), (str | None, "not str"), (int | Decimal, "not int or Decimal"), (None, "not None"),
        (datetime | UUID, "not datetime or UUID"),
    ],
)  # fmt: skip
def test_the_reason_names_the_types_and_not_the_value(annotation: object, reason: str) -> None:
    with pytest.raises(Unresolved) as declined:
        contract_of(annotation).read(UNREADABLE)

    assert declined.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1200.00", "1200.00"), ("-0.50", "-0.50"), ("0", "0"), (7, "7"), (-7, "-7"),
        ("9" * 50 + ".5", "9" * 50 + ".5"), (Decimal("1E+2"), "1E+2"),
    ],
)  # fmt: skip
def test_a_decimal_takes_text_and_whole_numbers_that_it_gives_back_exactly(raw: Raw, number: str) -> None:
    assert repr(contract_of(Decimal).read(raw)) == repr(Decimal(number))


@pytest.mark.parametrize(
    "raw", ["1,200.00", "01", "1.", ".5", "+1", "1e3", " 1", "１", "", "NaN", 1.5, True, None, b"1"]
)
def test_a_decimal_takes_nothing_else(raw: Raw) -> None:
    with pytest.raises(Unresolved, match="not Decimal"):
        contract_of(Decimal).read(raw)


@pytest.mark.parametrize(
    "annotation", [list, list[str], Literal["a"], "str", 5, dict[str, str], complex, str | list[str]]
)
def test_what_is_no_type_of_values_is_refused(annotation: object) -> None:
    with pytest.raises(TypeError, match="is not a type of values"):
        contract_of(annotation)


def test_contracts_are_read_by_name_also_from_annotations_that_are_text() -> None:
    def decide(a: "str | None", b, c: "Decimal"):  # type: ignore[no-untyped-def]
        return a, b, c

    contracts = contracts_of(decide, ("c", "b"))

    assert [contract.words for contract in contracts] == ["Decimal", ""]
    assert contracts[1].read(UNREADABLE) is UNREADABLE


@pytest.mark.parametrize(
    ("result", "before", "kept"),
    [
        ("x", None, "x"), (None, "x", None), (5, "x", 5), (True, 1, True), (b"x", None, b"x"), (1.5, 1, 1.5),
        (UNREADABLE, UNREADABLE, UNREADABLE),
        (Decimal("1200.50"), "1,200.50", "1200.50"), (Decimal("1E+3"), "x", "1000"), (Decimal("1.20"), None, "1.20"),
        (Decimal(12), 5, 12), (Decimal("12.00"), 5, 12), (Decimal("12.5"), 5, Decimal("12.5")),
        (Decimal("12.5"), 1.5, Decimal("12.5")),
        (date(2024, 3, 5), "x", "2024-03-05"),
        (datetime.fromisoformat("2024-03-05T10:30"), "x", "2024-03-05 10:30:00"),
        (datetime(2024, 3, 5, tzinfo=UTC), "x", "2024-03-05 00:00:00+00:00"), (time(9, 5), "x", "09:05:00"),
        (UUID(int=1), "x", "00000000-0000-0000-0000-000000000001"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_result_is_stored_by_its_type_and_a_decimal_as_the_cell_was(result: object, before: Raw, kept: Raw) -> None:
    found = stored(result, before=before)

    assert (type(found), repr(found)) == (type(kept), repr(kept))


@pytest.mark.parametrize("result", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")], ids=repr)
def test_a_result_that_is_no_finite_number_goes_to_people(result: object) -> None:
    with pytest.raises(Unresolved, match="not a finite number"):
        stored(result, before=1)


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ([], "list"), ({}, "dict"), ((), "tuple"), (1j, "complex"), (Name("x"), "Name"), (str, "type"),
        ("\ud800", "half a surrogate pair"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_result_that_no_column_holds_is_refused_by_its_type(result: object, told: str) -> None:
    with pytest.raises(TypeError, match=f"^{told}$"):
        stored(result, before=None)


@given(some.decimals(allow_nan=False, allow_infinity=False, places=3), some.sampled_from([str, int]))
def test_a_decimal_that_comes_back_unchanged_is_stored_as_it_was(number: Decimal, kind: Callable[[Any], Raw]) -> None:
    raw = kind(number)
    read = contract_of(Decimal).read(raw)

    assert stored(read, before=raw) == raw
