"""PostgreSQL's values for the suite: nasty ones of every type that is carried."""

from decimal import Decimal

from hypothesis import strategies as some

from hffix.model.value import Raw, Typed
from tests.conformance.engine import Generated, Held, Settled, Unsettled

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
digits = some.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", fullmatch=True)
moments = some.datetimes().map(lambda moment: moment.isoformat(" "))


def held(kind: str, *values: tuple[str, Raw]) -> tuple[Held, ...]:
    return tuple(Held(type=kind, sql=sql, raw=raw) for sql, raw in values)


def typed(kind: str, *texts: str, tag: str | None = None) -> tuple[Held, ...]:
    """Values of an engine's own type that stand there as the text that they are written with."""
    name = tag or kind.partition("(")[0]
    return tuple(Held(type=kind, sql="'" + text.replace("'", "''") + "'", raw=Typed(name, text)) for text in texts)


HELD = (
    *held("text", ("'张'", "张"), ("''", ""), ("'a  '", "a  "), ("E'\\u0001\\t\\n\\\\'", "\x01\t\n\\"),
          ("'{\"a\",NULL}'", '{"a",NULL}'), ("'NULL'", "NULL"), ("U&'\\E000\\+020BB7'", "\ue000\U00020bb7"),
          ("E'e\\u0301'", "e\u0301"), ("'１２３'", "１２３")),
    *held("varchar(5)", ("'ab   '", "ab   "), ("'𠮷𠮷𠮷𠮷𠮷'", "𠮷𠮷𠮷𠮷𠮷")),
    *held("char(5)", ("'ab'", "ab   "), ("''", "     ")),
    *held("smallint", ("-32768", -32768)), *held("integer", ("2147483647", 2**31 - 1)),
    *held("bigint", ("-9223372036854775808", -(2**63)), ("0", 0)),
    *held("numeric", ("1.10", Decimal("1.10")), ("'NaN'", Decimal("NaN")), ("'Infinity'", Decimal("Infinity")),
          ("1e20", Decimal(10**20)), ("0.000", Decimal("0.000")),
          ("1e-20", Decimal("0.00000000000000000001"))),
    *held("numeric(18,2)", ("1234567890123456.7", Decimal("1234567890123456.70")), ("'NaN'", Decimal("NaN"))),
    *held("numeric(2,5)", ("0.00012", Decimal("0.00012"))), *held("numeric(3,-2)", ("-12300", Decimal(-12300))),
    *held("numeric(1000,999)", (f"9.{'1' * 999}", Decimal(f"9.{'1' * 999}"))),
    *held("double precision", ("0.1::float8 + 0.2::float8", 0.1 + 0.2), ("'-0'", -0.0), ("'NaN'", float("nan")),
          ("'-Infinity'", float("-inf")), ("1e15", 1e15), ("5e-324", 5e-324)),
    *held("real", ("0.1", 0.1), ("16777216", 16777216.0), ("'3.4028235e38'", 3.4028235e38), ("'-0'", -0.0),
          ("'1e-45'", 1e-45)),
    *held("boolean", ("true", True), ("false", False)),
    *held("bytea", ("'\\x00ff'", b"\x00\xff"), ("''", b"")),
    *typed("date", "2024-03-05", "infinity", "-infinity", "0044-03-15 BC", "10000-01-01"),
    *typed("timestamp", "2024-03-05 10:30:00.123456", "infinity", "4713-01-01 00:00:00 BC"),
    *typed("timestamp", "294276-12-31 23:59:59"),
    *typed("timestamptz", "1986-05-04 02:30:00+00", "infinity", "20000-01-01 00:00:00+00"),
    *typed("time", "24:00:00", "00:00:00.000001"), *typed("timetz", "10:30:00+08", "24:00:00-15:59"),
    *typed("interval", "1 year 2 mons -3 days +04:05:06.7", "00:00:00"),
    *typed("uuid", UUID),
    *typed("json", '{"b":1.0, "a":1, "a":2 }', " 1e2 "), *typed("jsonb", '{"a": 1.00, "b": [1, "张"]}'),
    *typed("money", "$1,234.50", "-$0.01"),
    *typed("inet", "10.0.0.1", "10.0.0.0/8", "::1"), *typed("cidr", "10.0.0.0/8"),
    *typed("macaddr", "08:00:2b:01:02:03"), *typed("macaddr8", "08:00:2b:01:02:03:04:05"),
    *typed("bit(3)", "101"), *typed("varbit", "", "10101"),
    *typed("point", "(1e+300,-0)"), *typed("line", "{1,2,3}"), *typed("lseg", "[(0,0),(1,0.1)]"),
    *typed("box", "(1,1),(0,0)"), *typed("path", "((0,0),(1,1))", "[(0,0)]"), *typed("polygon", "((0,0),(1,1))"),
    *typed("circle", "<(0,0),0.30000000000000004>"),
    *typed("tsvector", "'a':1 'b''c':2A"), *typed("tsquery", "'a' & !'b'"),
    *typed("int4range", "[1,5)", "empty", "(,)"), *typed("numrange", "[1.0,2.50]"),
    *typed("tstzrange", '["2024-01-01 00:00:00+00",infinity)'), *typed("daterange", "[2024-01-01,)"),
    *typed("int4multirange", "{[1,3),[5,7)}"),
    *typed("integer[]", "{1,NULL,-3}", "{}", "[0:1]={1,2}", tag="int4[]"),
    *typed("text[]", '{"a b",NULL,"NULL","\\"",张,""}', tag="text[]"),
    *typed("date[]", "{infinity}", tag="date[]"), *typed("mood[]", '{ok,"so so"}', tag="public.mood[]"),
    *typed("mood", "so so", "很好", tag="public.mood"),
    *held("share", ("1.5", Decimal("1.50"))),
)  # fmt: skip
SETTLED = tuple(
    Settled(type=kind, given=given, held=raw)
    for kind, given, raw in (
        ("text", "0012", "0012"),
        ("text", 12, "12"),
        ("char(4)", "张", "张   "),
        ("varchar(2)", "𠮷𠮷", "𠮷𠮷"),
        ("numeric(12,2)", Decimal("1.1"), Decimal("1.10")),
        ("numeric(12,2)", "1200.500", Decimal("1200.50")),
        ("numeric", "1200.500", Decimal("1200.500")),
        ("numeric(2,5)", "0.00099", Decimal("0.00099")),
        ("numeric(2,5)", 0, Decimal("0.00000")),
        ("numeric(3,-2)", 99900, Decimal(99900)),
        ("integer", "12", 12),
        ("integer", Decimal("12.00"), 12),
        ("double precision", "0.1", 0.1),
        ("real", 0.1, 0.1),
        ("boolean", True, True),
        ("date", "2024-03-05", Typed("date", "2024-03-05")),
        ("timestamp", "2024-03-05T10:30", Typed("timestamp", "2024-03-05 10:30:00")),
        ("timestamp(3)", "2024-03-05 10:30:00.1200", Typed("timestamp", "2024-03-05 10:30:00.12")),
        ("timestamptz", "2024-03-05 10:30+08:00", Typed("timestamptz", "2024-03-05 02:30:00+00")),
        ("timestamptz", "0001-01-01 00:00:00Z", Typed("timestamptz", "0001-01-01 00:00:00+00")),
        ("time", "10:30", Typed("time", "10:30:00")),
        ("uuid", UUID.upper(), Typed("uuid", UUID)),
        ("timetz", "10:30:00.50+08:00", Typed("timetz", "10:30:00.5+08")),
        ("jsonb", '{"b":1.0,"a":[]}', Typed("jsonb", '{"a": [], "b": 1.0}')),
        ("json", '{"b":1.0,"a":[]}', Typed("json", '{"b":1.0,"a":[]}')),
        ("mood", "很好", Typed("public.mood", "很好")),
        ("integer[]", "{1,2}", Typed("int4[]", "{1,2}")),
        ("share", "99.9", Decimal("99.90")),
        ("bytea", b"\x00", b"\x00"),
        ("date", None, None),
    )
)
LOST: dict[str, tuple[Raw, ...]] = {
    "text": ("a\x00b", b"a", True),
    "varchar(2)": ("abc", "a  "),
    "char(2)": ("a   ",),
    "numeric(12,2)": ("1.005", "0012", "1,200", "-0", "1e3", Decimal("0.001"), True, "12345678901"),
    "numeric(4,2)": (100,),
    "numeric": ("NaN", float("nan"), Decimal("-0.0"), " 1", Decimal("1E-16384"), Decimal("1E+131072")),
    "numeric(3,-2)": (150, 123400),
    "numeric(2,5)": ("0.00100", 1),
    "smallint": (32768, -32769),
    "integer": ("1.5", True, "abc", b"1", 0.5),
    "double precision": (2**53 + 1, "0.1000000000000000055"),
    "real": (1 / 3, 16777217),
    "boolean": (1, "yes", "1"),
    "bytea": ("a",),
    "date": ("2024-02-30", "03/04/2024", "2024-3-5", "2024-03-05 10:00", 20240305, "today", " 2024-03-05"),
    "timestamp": ("2024-03-05 10:30+08", "now", "2024-03-05 24:00"),
    "timestamp(0)": ("2024-03-05 10:30:00.5",),
    "timestamptz": ("2024-03-05 10:30:00", "2024-03-05"),
    "time": ("10:30:00.1234567", "10:30+08"),
    "uuid": ("x", "{" + UUID + "}"),
    "json": ("{", "a\x00"),
    "jsonb": ('{"a":1,"a":2}', '"\\u0000"'),
    "mood": ("none", ""),
    "bit(2)": ("101", "1"),
    "varchar(2)[]": ("{abc}",),
    "integer[]": ("{1, 2}", "1,2"),
    "interval": ("24 hours",),
    "inet": ("10.0.0.1/32",),
    "share": ("101", "1.555"),
    "money": ("1234.5",),
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
        ("real", some.floats(width=32) | digits),
        ("bytea", some.binary(max_size=6)),
        ("boolean", some.booleans()),
        ("date", some.dates().map(str) | texts),
        ("timestamp", moments),
        ("timestamptz", moments.map(lambda text: f"{text}+05:30")),
        ("time", some.times().map(str)),
        ("uuid", some.uuids().map(str)),
        ("json", texts),
        ("text[]", texts.map(lambda text: "{" + text + "}")),
    )
)
