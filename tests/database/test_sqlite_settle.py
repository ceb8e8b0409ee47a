from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hffix.database.sqlite_values import Settling, affinity
from hffix.database.unsettled import Unsettled
from hffix.model.value import Raw
from tests.database.conftest import GBK, UNREADABLE, File

LONG = "12345678901234567890"


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        ("INT", "INTEGER"), ("BIGINT UNSIGNED", "INTEGER"), ("FLOATING POINT", "INTEGER"), ("CHARINT", "INTEGER"),
        ("VARCHAR(40)", "TEXT"), ("nclob", "TEXT"), ("TEXT", "TEXT"), ("", "BLOB"), ("blob", "BLOB"), ("FLOAT", "REAL"),
        ("DOUBLE PRECISION", "REAL"), ("real", "REAL"), ("DECIMAL(16,2)", "NUMERIC"), ("DATE", "NUMERIC"),
        ("BOOLEAN", "NUMERIC"), ("STRING", "NUMERIC"), ("ANY", "NUMERIC"),
    ],
)  # fmt: skip
def test_an_affinity_follows_from_the_declared_type(declared: str, named: str) -> None:
    assert affinity(declared) == named


@pytest.mark.parametrize(
    ("declared", "given", "held"),
    [
        ("TEXT", "0012", "0012"), ("TEXT", 12, "12"), ("TEXT", 1.5, "1.5"), ("TEXT", GBK, GBK),
        ("TEXT", UNREADABLE, UNREADABLE), ("TEXT", "a\x00b", "a\x00b"), ("TEXT", Decimal("1.20"), "1.20"),
        ("TEXT", True, "1"), ("TEXT", None, None), ("VARCHAR(2)", "longer than two", "longer than two"),
        ("NUMERIC", "12", 12), ("NUMERIC", "1200.50", 1200.5), ("NUMERIC", "12.0", 12),
        ("NUMERIC", "1,200.00", "1,200.00"),
        ("NUMERIC", "", ""), ("NUMERIC", 1.0, 1), ("NUMERIC", 1.5, 1.5), ("NUMERIC", Decimal("1200.00"), 1200),
        ("NUMERIC", Decimal("0.1"), 0.1), ("NUMERIC", GBK, GBK), ("NUMERIC", UNREADABLE, UNREADABLE),
        ("NUMERIC", "2024-03-05", "2024-03-05"), ("NUMERIC", "9223372036854775807", 2**63 - 1),
        ("NUMERIC", "-0.5", -0.5),
        ("INTEGER", False, 0), ("INTEGER", "7", 7), ("INTEGER", 7.0, 7), ("INTEGER", 2**63 - 1, 2**63 - 1),
        ("INTEGER", -(2**63), -(2**63)), ("INTEGER", 0.5, 0.5), ("INTEGER", "abc", "abc"),
        ("REAL", 1, 1.0), ("REAL", "1.25", 1.25), ("REAL", 2**53, float(2**53)), ("REAL", "x", "x"),
        ("", "12", "12"), ("", 12, 12), ("", -0.0, -0.0), ("", "0012", "0012"), ("BLOB", 1.0, 1.0),
        ("my-type", "12", 12), ("DATE", "20240305", 20240305),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_is_given_as_the_column_will_hold_it(file: File, declared: str, given: Raw, held: Raw) -> None:
    file.run(
        f'CREATE TABLE t (id INTEGER PRIMARY KEY, v "{declared}")'
        if declared
        else "CREATE TABLE t (id INTEGER PRIMARY KEY, v)"
    )

    with file.session() as session:
        table = session.table("t")
        settled = session.settle(table, "v", value=given)
        session.begin()
        session.insert(table, columns=("id", "v"), rows=[(1, given)])
        found = session.rows(table, keys=[(1,)])[(1,)][1]

    assert (type(settled), repr(settled)) == (type(held), repr(held))
    assert (type(found), repr(found)) == (type(held), repr(held))


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("NUMERIC", "0012"), ("NUMERIC", LONG), ("NUMERIC", "-" + LONG), ("NUMERIC", "1e3"), ("NUMERIC", " 12"),
        ("NUMERIC", "12\n"), ("NUMERIC", "+5"), ("NUMERIC", "-0"), ("NUMERIC", "-0.0"), ("NUMERIC", -0.0),
        ("NUMERIC", ".5"), ("NUMERIC", "5."), ("NUMERIC", "0.1000000000000000055"), ("NUMERIC", Decimal("-0")),
        ("NUMERIC", Decimal("1234567890123456.78901")), ("NUMERIC", "1e999"),
        ("INTEGER", "007"), ("INTEGER", -0.0), ("INTEGER", 2**63), ("INTEGER", -(2**63) - 1), ("TEXT", 2**64),
        ("REAL", "0012"), ("REAL", 2**53 + 1), ("REAL", -0.0), ("REAL", LONG), ("DATE", "0305"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_that_would_lose_a_digit_or_a_sign_goes_to_people(declared: str, given: Raw) -> None:
    with pytest.raises(Unsettled):
        Settling().settle(given, declared=declared, strict=False)


@pytest.mark.parametrize(
    ("declared", "given", "held"),
    [
        ("INTEGER", 5, 5), ("INT", "5", 5), ("REAL", 5, 5.0), ("TEXT", 5, "5"), ("TEXT", "x", "x"), ("BLOB", GBK, GBK),
        ("ANY", "5", "5"), ("ANY", 5, 5), ("ANY", GBK, GBK), ("INTEGER", None, None),
    ],
    ids=repr,
)  # fmt: skip
def test_a_strict_table_takes_what_fits_its_type(declared: str, given: Raw, held: Raw) -> None:
    settled = Settling().settle(given, declared=declared, strict=True)

    assert (type(settled), settled) == (type(held), held)


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("INTEGER", "x"), ("INTEGER", ""), ("INTEGER", 1.5), ("REAL", "x"), ("TEXT", GBK), ("BLOB", "x"), ("BLOB", 5),
        ("INTEGER", "05"), ("REAL", GBK),
    ],
    ids=repr,
)  # fmt: skip
def test_a_strict_table_leaves_to_people_what_it_would_refuse(declared: str, given: Raw) -> None:
    with pytest.raises(Unsettled):
        Settling().settle(given, declared=declared, strict=True)


SETTLING = Settling()
values = (
    some.none()
    | some.text(some.characters(exclude_categories=["Cs"]), max_size=6)
    | some.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,3})?", fullmatch=True)
    | some.integers(-(2**64), 2**64)
    | some.floats(allow_nan=False)
    | some.binary(max_size=4)
    | some.decimals(allow_nan=False, allow_infinity=False, places=2)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(values, some.sampled_from(["INTEGER", "TEXT", "", "REAL", "NUMERIC"]))
def test_what_a_column_holds_it_holds_again_unchanged(value: Raw, declared: str) -> None:
    try:
        held = SETTLING.settle(value, declared=declared, strict=False)
    except Unsettled:
        return
    again = SETTLING.settle(held, declared=declared, strict=False)

    assert (type(again), repr(again)) == (type(held), repr(held))
