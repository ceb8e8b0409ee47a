"""Values for the generic path: what is carried of every database, here in the words of PostgreSQL and of MariaDB."""

from decimal import Decimal

from hypothesis import strategies as some

from hffix.model.value import Raw, Typed
from tests.conformance.engine import Generated, Held, Settled, Unsettled

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
digits = some.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", fullmatch=True)
moments = some.datetimes().map(lambda moment: moment.isoformat(" "))


def held(kind: str, *values: tuple[str, Raw]) -> tuple[Held, ...]:
    return tuple(Held(type=kind, sql=sql, raw=raw) for sql, raw in values)


def typed(kind: str, tag: str, *texts: str) -> tuple[Held, ...]:
    return tuple(Held(type=kind, sql=f"'{text}'", raw=Typed(tag, text)) for text in texts)


# What both servers hold alike, and write alike.
SHARED_HELD = (
    *held("varchar(20)", ("'张'", "张"), ("''", ""), ("'a  '", "a  "), ("'%s :x {\"a\"}'", '%s :x {"a"}')),
    *held("varchar(5)", ("'𠮷𠮷𠮷𠮷𠮷'", "𠮷𠮷𠮷𠮷𠮷")),
    *held("smallint", ("-32768", -32768)), *held("integer", ("2147483647", 2**31 - 1)),
    *held("bigint", ("-9223372036854775808", -(2**63)), ("0", 0)),
    *held("numeric(18,2)", ("1234567890123456.7", Decimal("1234567890123456.70")), ("-0.5", Decimal("-0.50"))),
    *held("double precision", ("0.1", 0.1), ("1e15", 1e15), ("-2.5e-300", -2.5e-300)),
    *typed("date", "date", "2024-03-05", "0001-01-01", "9999-12-31"),
)  # fmt: skip
HELD = (
    *SHARED_HELD,
    *held("text", ("E'\\u0001\\t\\n\\\\'", "\x01\t\n\\"), ("E'e\\u0301'", "e\u0301"), ("'NULL'", "NULL")),
    *held("char(5)", ("'ab'", "ab   "), ("''", "     ")),
    *held("numeric", ("1.10", Decimal("1.10")), ("'NaN'", Decimal("NaN"))),
    *held("numeric", ("1e-20", Decimal("0.00000000000000000001")), ("1e20", Decimal(10**20))),
    *held("double precision", ("0.1::float8 + 0.2::float8", 0.1 + 0.2), ("'NaN'", float("nan"))),
    *held("boolean", ("true", True), ("false", False)),
    *held("bytea", ("'\\x00ff'", b"\x00\xff"), ("''", b"")),
    *typed("timestamp", "timestamp", "2024-03-05 10:30:00.12", "2024-03-05 00:00:00", "2024-03-05 23:59:59.999999"),
    *typed("time", "time", "23:59:59", "00:00:00.000001"),
)  # fmt: skip
SETTLED = tuple(
    Settled(type=kind, given=given, held=raw)
    for kind, given, raw in (
        ("text", "0012", "0012"),
        ("text", 12, "12"),
        ("varchar(2)", "𠮷𠮷", "𠮷𠮷"),
        ("char(2)", "张三", "张三"),
        ("numeric(12,2)", Decimal("1.1"), Decimal("1.10")),
        ("numeric(12,2)", "1200.500", Decimal("1200.50")),
        ("numeric", "1200.500", Decimal("1200.500")),
        ("integer", "12", 12),
        ("integer", Decimal("12.00"), 12),
        ("double precision", "0.1", 0.1),
        ("boolean", True, True),
        ("date", "2024-03-05", Typed("date", "2024-03-05")),
        ("timestamp", "2024-03-05T10:30", Typed("timestamp", "2024-03-05 10:30:00")),
        ("timestamp(3)", "2024-03-05 10:30:00.1200", Typed("timestamp", "2024-03-05 10:30:00.12")),
        ("time", "10:30", Typed("time", "10:30:00")),
        ("bytea", b"\x00", b"\x00"),
        ("date", None, None),
    )
)
LOST: dict[str, tuple[Raw, ...]] = {
    "text": ("a\x00b", b"a", True),
    "varchar(2)": ("abc", "a  "),
    "char(2)": ("a", "a ", "abc"),
    "numeric(12,2)": ("1.005", "0012", "1,200", "-0", "1e3", Decimal("0.001"), True, "12345678901"),
    "numeric": ("NaN", float("nan"), Decimal("-0.0"), " 1"),
    "smallint": (32768, -32769),
    "integer": ("1.5", True, "abc", b"1", 0.5, 2**31),
    "double precision": (2**53 + 1, "0.1000000000000000055", -0.0, float("inf")),
    "boolean": (1, "yes", "1"),
    "bytea": ("a",),
    "date": ("2024-02-30", "03/04/2024", "2024-3-5", "2024-03-05 10:00", 20240305, "today"),
    "timestamp": ("2024-03-05 10:30+08", "now", "2024-03-05 24:00"),
    "timestamp(0)": ("2024-03-05 10:30:00.5",),
    "time": ("10:30:00.1234567", "10:30+08", "24:00"),
}
UNSETTLED = tuple(Unsettled(type=kind, given=given) for kind, values in LOST.items() for given in values)
GENERATED = tuple(
    Generated(type=kind, values=values)
    for kind, values in (
        ("text", texts),
        ("varchar(3)", texts),
        ("char(3)", texts),
        ("numeric(12,2)", digits),
        ("numeric", digits | some.decimals(allow_nan=False, allow_infinity=False)),
        ("bigint", some.integers(-(2**64), 2**64) | digits),
        ("double precision", some.floats() | digits),
        ("bytea", some.binary(max_size=6)),
        ("boolean", some.booleans()),
        ("date", some.dates().map(str) | texts),
        ("timestamp", moments),
        ("time", some.times().map(str)),
    )
)

HELD_MYSQL = (
    *SHARED_HELD,
    *held("longtext", ("'\\t\\n\\\\'", "\t\n\\"), ("'NULL'", "NULL"), ("'it''s'", "it's")),
    *held("char(5)", ("'ab'", "ab"), ("''", "")),
    *held("boolean", ("true", 1), ("false", 0)),
    *held("bigint unsigned", ("18446744073709551615", 2**64 - 1)), *held("tinyint", ("-128", -128)),
    *held("longblob", ("x'00ff'", b"\x00\xff"), ("''", b"")), *held("binary(3)", ("'a'", b"a\x00\x00")),
    *typed("datetime", "timestamp", "2024-03-05 10:30:00", "1000-01-01 00:00:00"),
    *typed("datetime(6)", "timestamp", "2024-03-05 10:30:00.12", "2024-03-05 23:59:59.999999"),
)  # fmt: skip
SETTLED_MYSQL = tuple(
    Settled(type=kind, given=given, held=raw)
    for kind, given, raw in (
        ("longtext", "0012", "0012"),
        ("varchar(2)", "𠮷𠮷", "𠮷𠮷"),
        ("char(2)", "张三", "张三"),
        ("decimal(12,2)", "1200.500", Decimal("1200.50")),
        ("integer", Decimal("12.00"), 12),
        ("bigint unsigned", 2**64 - 1, 2**64 - 1),
        ("double", "0.1", 0.1),
        ("date", "2024-03-05", Typed("date", "2024-03-05")),
        ("datetime", "2024-03-05T10:30", Typed("timestamp", "2024-03-05 10:30:00")),
        ("datetime(3)", "2024-03-05 10:30:00.1200", Typed("timestamp", "2024-03-05 10:30:00.12")),
        ("longblob", b"\x00", b"\x00"),
        ("binary(2)", b"ab", b"ab"),
    )
)
LOST_MYSQL: dict[str, tuple[Raw, ...]] = {
    "longtext": ("a\x00b", b"a", True),
    "varchar(2)": ("abc",),
    "char(2)": ("a", "a ", "abc"),
    "decimal(12,2)": ("1.005", "0012", "-0", Decimal("0.001"), "12345678901"),
    "tinyint": (128,),
    "tinyint unsigned": (-1, 256),
    "mediumint": (2**23,),
    "date": ("0000-00-00", "2024-02-30"),
    "datetime": ("2024-03-05 10:30:00.5",),
    "longblob": ("a",),
    "binary(2)": (b"a",),
}
UNSETTLED_MYSQL = tuple(Unsettled(type=kind, given=given) for kind, values in LOST_MYSQL.items() for given in values)
GENERATED_MYSQL = tuple(
    Generated(type=kind, values=values)
    for kind, values in (
        ("longtext", texts),
        ("varchar(3)", texts),
        ("char(3)", texts),
        ("decimal(12,2)", digits),
        ("bigint", some.integers(-(2**64), 2**64) | digits),
        ("double", some.floats() | digits),
        ("longblob", some.binary(max_size=6)),
        ("date", some.dates().map(str) | texts),
        ("datetime(6)", moments),
    )
)
