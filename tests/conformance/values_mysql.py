"""The values of MariaDB: what its columns hold, what they make of what they are given, and what they would lose."""

from decimal import Decimal

from hypothesis import strategies as some

from hffix.model.value import Typed, UnreadableText
from tests.conformance.engine import Generated, Held, Settled, Unsettled

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
digits = some.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", fullmatch=True)
moments = some.datetimes().map(lambda moment: moment.isoformat(" "))


def held(kind: str, *values: tuple[str, object]) -> tuple[Held, ...]:
    return tuple(Held(type=kind, sql=sql, raw=raw) for sql, raw in values)  # type: ignore[arg-type]


def typed(kind: str, *texts: str) -> tuple[Held, ...]:
    """Values of a type of the engine's own that stand there as the text that they are written with."""
    name = kind.partition("(")[0]
    return tuple(Held(type=f"{kind} NULL", sql=f"'{text}'", raw=Typed(name, text)) for text in texts)


HELD = (
    *held("text", ("'张'", "张"), ("''", ""), ("'a  '", "a  "), ("'a\\0b\\t\\n\\\\'", "a\x00b\t\n\\"),
          ("'NULL'", "NULL"), ("_utf8mb4 x'EE8080F0A0AEB7'", "\ue000\U00020bb7"), ("'１２３'", "１２３"),
          ("_utf8mb4 x'EDA080'", UnreadableText(b"\xed\xa0\x80"))),
    *held("varchar(5)", ("'ab   '", "ab   "), ("'𠮷𠮷𠮷𠮷𠮷'", "𠮷𠮷𠮷𠮷𠮷")),
    *held("char(5)", ("'ab'", "ab"), ("''", "")),
    *held("varchar(9) CHARACTER SET gbk", ("'中文 a'", "中文 a"), ("_gbk x'A6D9'", UnreadableText(b"\xa6\xd9")),
          ("_gbk x'FE50'", UnreadableText(b"\xfe\x50"))),
    *held("varchar(9) CHARACTER SET big5", ("'中文'", "中文"), ("_big5 x'A145'", "•")),
    *held("varchar(9) CHARACTER SET cp932", ("_cp932 x'ED40'", UnreadableText(b"\xed\x40")), ("'ｱ'", "ｱ")),
    *held("varchar(9) CHARACTER SET latin1", ("_latin1 x'B0A1FF81'", "°¡ÿ\x81")),
    *held("varchar(9) CHARACTER SET utf16", ("_utf16 x'D842DFB7'", "𠮷"), ("'a'", "a")),
    *held("varchar(9) CHARACTER SET ascii", ("'a'", "a")),
    *held("varchar(9) CHARACTER SET utf8mb3", ("'张'", "张")),
    *held("tinyint", ("-128", -128)), *held("smallint unsigned", ("65535", 65535)), *held("bigint", ("-2", -2)),
    *held("bigint unsigned", ("18446744073709551615", 2**64 - 1)), *held("int(8) zerofill", ("12", 12)),
    *held("decimal(12,2)", ("1.1", Decimal("1.10")), ("-0.01", Decimal("-0.01"))),
    *held("decimal(65,30)", ("'12345678901234567890123456789012345.1'",
          Decimal("12345678901234567890123456789012345.100000000000000000000000000000"))),
    *held("double", ("0.1e0 + 0.2e0", 0.1 + 0.2), ("5e-324", 5e-324), ("1e15", 1e15),
          ("1.7976931348623157e308", 1.7976931348623157e308)),
    *held("float", ("0.1", 0.1), ("1.2345678", 1.2345678), ("1.2345682", 1.2345682), ("16777216", 16777216.0),
          ("3.40282346e38", 3.4028235e38), ("1.401298464324817e-45", 1e-45), ("-1.1754942e-38", -1.1754942e-38)),
    *held("double(10,2)", ("1.005e0", 1.0)),
    *held("bit(12)", ("5", b"\x00\x05")), *held("bit(1)", ("1", b"\x01")),
    *held("blob", ("x'00FF'", b"\x00\xff"), ("''", b"")), *held("binary(3)", ("x'01'", b"\x01\x00\x00")),
    *held("varbinary(3)", ("x'0100'", b"\x01\x00")),
    *typed("date", "2024-03-05", "0000-00-00", "2024-02-30", "2024-00-10", "9999-12-31"),
    *typed("datetime", "2024-03-05 10:30:00", "0000-00-00 00:00:00"),
    *typed("datetime(3)", "2024-02-30 10:00:00.500"),
    *typed("timestamp", "2024-03-05 10:30:00", "0000-00-00 00:00:00"),
    *typed("timestamp(6)", "2038-01-19 03:14:07.999999"),
    *typed("time", "10:30:00", "-838:59:59", "24:00:00"), *typed("time(2)", "838:59:58.99"),
    *typed("year", "2024", "0000"), *typed("uuid", "123e4567-e89b-12d3-a456-426655440000"),
    *typed("inet6", "::1", "::ffff:1.2.3.4"), *typed("inet4", "10.0.0.1"),
    *held("json", ("'{\"b\":1.0, \"a\":1, \"a\":2}'", '{"b":1.0, "a":1, "a":2}')),
    *held("enum('a','','b c')", ("'b c'", "b c"), ("''", "")),
    *held("set('x','y','z')", ("'x,z'", "x,z"), ("''", "")),
)  # fmt: skip
SETTLED = (
    Settled(type="text", given="0012", held="0012"),
    Settled(type="text", given=12, held="12"),
    Settled(type="text", given="a\x00b", held="a\x00b"),
    Settled(type="char(4)", given="张", held="张"),
    Settled(type="varchar(2)", given="𠮷𠮷", held="𠮷𠮷"),
    Settled(type="varchar(9) CHARACTER SET gbk", given="中文", held="中文"),
    Settled(type="decimal(12,2)", given=Decimal("1.1"), held=Decimal("1.10")),
    Settled(type="decimal(12,2)", given="1200.500", held=Decimal("1200.50")),
    Settled(type="decimal(65,30)", given=Decimal("1E+34"), held=Decimal("1" + "0" * 34 + "." + "0" * 30)),
    Settled(type="integer", given="12", held=12),
    Settled(type="integer", given=Decimal("12.00"), held=12),
    Settled(type="tinyint(1)", given=True, held=1),
    Settled(type="double", given="0.1", held=0.1),
    Settled(type="float", given=0.1, held=0.1), Settled(type="float", given=3.4028235e38, held=3.4028235e38),
    Settled(type="double(10,2)", given=1.25, held=1.25),
    Settled(type="bit(1)", given=True, held=b"\x01"),
    Settled(type="bit(12)", given=5, held=b"\x00\x05"),
    Settled(type="binary(3)", given=b"\x01", held=b"\x01\x00\x00"),
    Settled(type="date", given="2024-03-05", held=Typed("date", "2024-03-05")),
    Settled(type="date", given="2024-02-30", held=Typed("date", "2024-02-30")),
    Settled(type="datetime", given="2024-03-05", held=Typed("datetime", "2024-03-05 00:00:00")),
    Settled(type="datetime(3)", given="2024-03-05 10:30:00.5", held=Typed("datetime", "2024-03-05 10:30:00.500")),
    Settled(type="datetime(1)", given="2024-03-05 10:30:00.500", held=Typed("datetime", "2024-03-05 10:30:00.5")),
    Settled(type="timestamp NULL", given="2024-03-05 10:30:00", held=Typed("timestamp", "2024-03-05 10:30:00")),
    Settled(type="timestamp NULL", given="1986-05-04 03:30:00+09:00", held=Typed("timestamp", "1986-05-03 18:30:00")),
    Settled(type="timestamp(1)", given="2024-03-05T10:30:00.5Z", held=Typed("timestamp", "2024-03-05 10:30:00.5")),
    Settled(type="time", given="10:30:00", held=Typed("time", "10:30:00")),
    Settled(type="year", given=2024, held=Typed("year", "2024")),
    Settled(type="uuid", given="123E4567-E89B-12D3-A456-426655440000",
            held=Typed("uuid", "123e4567-e89b-12d3-a456-426655440000")),
    Settled(type="inet6", given="::1", held=Typed("inet6", "::1")),
    Settled(type="json", given='{"b":1.0,"a":[]}', held='{"b":1.0,"a":[]}'),
    Settled(type="enum('a','b c')", given="b c", held="b c"),
    Settled(type="set('x','y','z')", given="x,z", held="x,z"),
    Settled(type="blob", given=b"\x00", held=b"\x00"),
    Settled(type="date", given=None, held=None),
)  # fmt: skip
UNSETTLED = (
    Unsettled(type="text", given=b"a"), Unsettled(type="text", given=True),
    Unsettled(type="varchar(2)", given="abc"), Unsettled(type="varchar(2)", given="ab "),
    Unsettled(type="char(2)", given="a "), Unsettled(type="tinytext", given="张" * 86),
    Unsettled(type="varchar(9) CHARACTER SET gbk", given="\U00020000"),
    Unsettled(type="varchar(9) CHARACTER SET latin1", given="张"),
    Unsettled(type="varchar(9) CHARACTER SET utf8mb3", given="𠮷"),
    Unsettled(type="char(9) CHARACTER SET gbk", given="中 "),
    Unsettled(type="decimal(12,2)", given="1.005"), Unsettled(type="decimal(12,2)", given="0012"),
    Unsettled(type="decimal(12,2)", given="1,200"), Unsettled(type="decimal(12,2)", given="-0"),
    Unsettled(type="decimal(4,2)", given=100), Unsettled(type="decimal(4,2)", given=Decimal("NaN")),
    Unsettled(type="decimal(4,2) unsigned", given=-1), Unsettled(type="tinyint", given=128),
    Unsettled(type="int unsigned", given=-1), Unsettled(type="integer", given="1.5"),
    Unsettled(type="integer", given="abc"), Unsettled(type="integer", given=""),
    Unsettled(type="double", given=2**53 + 1), Unsettled(type="double", given=-0.0),
    Unsettled(type="float", given=1 / 3), Unsettled(type="double(10,2)", given=1.255),
    Unsettled(type="bit(2)", given=4), Unsettled(type="blob", given="a"), Unsettled(type="binary(1)", given=b"ab"),
    Unsettled(type="date", given="2024-3-5"), Unsettled(type="date", given="03/04/2024"),
    Unsettled(type="date", given="2024-02-32"), Unsettled(type="date", given=20240305),
    Unsettled(type="date", given="2024-03-05 10:00:00"), Unsettled(type="date", given=""),
    Unsettled(type="datetime", given="2024-03-05 10:30:00.5"),
    Unsettled(type="datetime", given="2024-03-05T10:30:00"),
    Unsettled(type="timestamp NULL", given="2024-02-30 00:00:00"),
    Unsettled(type="timestamp NULL", given="2024-03-05 10:30:00 CST"),
    Unsettled(type="timestamp NULL", given="2024-03-05 10:30:00.5+08:00"),
    Unsettled(type="datetime", given="2024-03-05 10:30:00+08:00"),
    Unsettled(type="timestamp NULL", given="2106-02-08 00:00:00"),
    Unsettled(type="time", given="839:00:00"), Unsettled(type="time", given="103000"),
    Unsettled(type="year", given=24), Unsettled(type="uuid", given="x"),
    Unsettled(type="inet6", given="10.0.0.1.2"),
    Unsettled(type="enum('a','b')", given="c"), Unsettled(type="enum('a','b')", given="A"),
    Unsettled(type="enum('a','b')", given=1), Unsettled(type="enum('a','b')", given="a "),
    Unsettled(type="set('x','y')", given="y,x"), Unsettled(type="set('x','y')", given="z"),
)  # fmt: skip
GENERATED = (
    Generated(type="text", values=texts), Generated(type="varchar(3)", values=texts),
    Generated(type="char(3)", values=texts), Generated(type="varchar(9) CHARACTER SET gbk", values=texts),
    Generated(type="varchar(9) CHARACTER SET utf16", values=texts),
    Generated(type="decimal(12,2)", values=digits),
    Generated(type="decimal(65,30)", values=digits | some.decimals(allow_nan=False, allow_infinity=False)),
    Generated(type="bigint", values=some.integers(-(2**64), 2**64) | digits),
    Generated(type="bigint unsigned", values=some.integers(-(2**64), 2**64 + 1) | digits),
    Generated(type="double", values=some.floats() | digits),
    Generated(type="float", values=some.floats(width=32) | digits | some.floats()),
    Generated(type="blob", values=some.binary(max_size=6)),
    Generated(type="binary(4)", values=some.binary(max_size=6)),
    Generated(type="bit(20)", values=some.binary(max_size=3) | some.integers(-1, 2**21)),
    Generated(type="date", values=some.dates().map(str) | texts), Generated(type="datetime(6)", values=moments),
    Generated(type="timestamp(3) NULL", values=moments), Generated(type="time", values=some.times().map(str)),
    Generated(type="year", values=some.integers(1900, 2160)), Generated(type="uuid", values=some.uuids().map(str)),
    Generated(type="enum('a','b','')", values=some.sampled_from(["a", "b", "", "c", "A"])),
)  # fmt: skip
