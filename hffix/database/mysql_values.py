"""Reading values: the server's own bytes as raw values, column by column."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from hffix.database.mysql_cells import Cells
from hffix.database.mysql_driver import Driver, Field
from hffix.database.mysql_types import BLOBS, INEXACT, TYPED, UTF8, WHOLE, WITH_ASCII, kind_of, quote, shortest_single
from hffix.database.session import Row
from hffix.errors.targets import QueryFailed
from hffix.model.schema import Column
from hffix.model.value import Raw, Typed, UnreadableText

Reading = Callable[[Sequence[bytes | None]], Sequence[Raw]]
# The error value of an enum: its text is empty, and so may a member's be, so its number tells.
NO_MEMBER: Final = Typed("enum", "")
MOST_REMEMBERED: Final = 20_000
MOST_CONVERTED: Final = 500
_BINARY: Final = 63
_CHARSETS: Final[dict[int, str]] = {11: "ascii", 33: "utf8mb3", 45: "utf8mb4", 46: "utf8mb4", 83: "utf8mb3"}
_ALL_CHARSETS: Final = "SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL"
# MariaDB names collations that several character sets share only here, and MySQL has no numbers here.
_MORE_CHARSETS: Final = _ALL_CHARSETS.replace("COLLATIONS", "COLLATION_CHARACTER_SET_APPLICABILITY")


def selected(column: Column) -> str:
    """Give what to select, so that no digit is cut and the error value of an enum is told from a member."""
    name = f"t.{quote(column.name)}"
    kind = kind_of(column).name
    if kind in INEXACT:
        # The server cuts a FLOAT to six digits, and a DOUBLE(10,2) to two after the point.
        return f"{name} * 1e0"
    if kind == "enum":
        return f"CONCAT(IF({name} + 0 = 0, '0', '1'), {name})"
    return name


class Values:
    """Reads the values of one connection."""

    def __init__(self, driver: Driver, *, mariadb: bool) -> None:
        self._driver = driver
        self._charsets = dict(_CHARSETS)
        self._catalogue = _MORE_CHARSETS if mariadb else _ALL_CHARSETS
        self._catalogue_read = False
        self._converted: dict[tuple[str, bytes], Raw] = {}

    def rows(self, fields: Sequence[Field], cells: Sequence[Cells], *, columns: Sequence[Column] = ()) -> list[Row]:
        """Read rows; the first of their values are those of `columns`, as `selected` selects them."""
        if not cells:
            return []
        return list(zip(*self.columns(fields, list(zip(*cells, strict=True)), columns=columns), strict=True))

    def columns(
        self, fields: Sequence[Field], cells: Sequence[Sequence[bytes | None]], *, columns: Sequence[Column] = ()
    ) -> list[Sequence[Raw]]:
        """Read rows that are given column by column."""
        readings = [*map(self._of_column, columns), *map(self._of_field, fields[len(columns) :])]
        return [read(values) for read, values in zip(readings, cells, strict=True)]

    def refuse_inexact(self, fields: Sequence[Field]) -> None:
        """Refuse an answer with a column that would arrive cut, or that has no exact form."""
        for field in fields:
            if field.kind in _REFUSED_FIELDS:
                raise QueryFailed(f"the query's column {field.name}: {_REFUSED_FIELDS[field.kind]}")

    def _of_column(self, column: Column) -> Reading:
        kind = kind_of(column)
        if kind.name in WHOLE:
            return _whole
        if kind.name == "decimal":
            return _decimal
        if kind.name in INEXACT:
            return _single if kind.name == "float" else _double
        if kind.name in TYPED:
            return _typed(kind.name)
        if kind.name in BLOBS or kind.name in {"bit", "binary", "varbinary"}:
            return list
        if kind.name == "enum":
            return lambda values: [_member(text) for text in self._texts(values, kind.charset)]
        return lambda values: self._texts(values, kind.charset)

    def _of_field(self, field: Field) -> Reading:
        known = _OF_FIELDS.get(field.kind)
        if known is not None:
            return known
        if field.charset == _BINARY:
            return list
        charset = self._charset(field.charset)
        return lambda values: self._texts(values, charset)

    def _charset(self, number: int) -> str:
        if number not in self._charsets and not self._catalogue_read:
            self._catalogue_read = True
            for found, name in self._driver.ask(self._catalogue).rows:
                self._charsets[int(found or b"0")] = (name or b"").decode()
        return self._charsets.get(number, "")

    def _texts(self, values: Sequence[bytes | None], charset: str | None) -> Sequence[Raw]:
        if charset in UTF8:
            try:
                return _each(bytes.decode, values)
            except UnicodeDecodeError:
                return [None if value is None else _utf8(value, stored=value) for value in values]
        try:
            # Nearly all columns of other character sets hold plain ASCII in nearly all rows.
            if charset in WITH_ASCII:
                return _each(_ascii, values)
        except UnicodeDecodeError:
            pass
        if charset == "ascii":
            return [None if value is None else _only_ascii(value) for value in values]
        return self._convert(values, charset or "binary")

    def _convert(self, values: Sequence[bytes | None], charset: str) -> list[Raw]:
        """Let the server itself say what characters these bytes are, and whether they come back from them."""
        if len(self._converted) > MOST_REMEMBERED:
            self._converted.clear()
        new = [
            value for value in dict.fromkeys(values) if value is not None and (charset, value) not in self._converted
        ]
        for start in range(0, len(new), MOST_CONVERTED):
            some = new[start : start + MOST_CONVERTED]
            self._ask(some, charset)
        return [None if value is None else self._converted[charset, value] for value in values]

    def _ask(self, some: Sequence[bytes], charset: str) -> None:
        texts = [f"CONVERT(CONVERT(x'{value.hex()}' USING {charset}) USING utf8mb4)" for value in some]
        backs = [f"CONVERT({text} USING {charset})" for text in texts]
        # A character that has no like in the other set becomes a question mark, and so do not come back.
        row = self._driver.ask(f"SELECT {', '.join(texts + backs)}").rows[0]
        for value, text, back in zip(some, row[: len(some)], row[len(some) :], strict=True):
            self._converted[charset, value] = (
                _utf8(text or b"", stored=value) if back == value else UnreadableText(value)
            )


def _each(read: Callable[[bytes], Raw], values: Sequence[bytes | None]) -> list[Raw]:
    if None in values:
        return [None if value is None else read(value) for value in values]
    return list(map(read, values))  # type: ignore[arg-type]


def _ascii(value: bytes) -> str:
    return value.decode("ascii")


def _only_ascii(value: bytes) -> Raw:
    return value.decode("ascii") if value.isascii() else UnreadableText(value)


def _utf8(text: bytes, *, stored: bytes) -> Raw:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return UnreadableText(stored)


def _member(text: Raw) -> Raw:
    if isinstance(text, UnreadableText):
        raise QueryFailed("a member of an enum has characters that its character set has in common with no other")
    return text[1:] if isinstance(text, str) and text[0] == "1" else text and NO_MEMBER


def _whole(values: Sequence[bytes | None]) -> list[Raw]:
    return _each(int, values)


def _decimal(values: Sequence[bytes | None]) -> list[Raw]:
    return _each(lambda value: Decimal(value.decode()), values)


def _double(values: Sequence[bytes | None]) -> list[Raw]:
    return _each(float, values)


def _single(values: Sequence[bytes | None]) -> list[Raw]:
    return _each(lambda value: shortest_single(float(value)), values)


def _typed(name: str) -> Reading:
    return lambda values: _each(lambda value: Typed(name, value.decode()), values)


def _nothing(values: Sequence[bytes | None]) -> list[Raw]:
    return [None for _ in values]


# By the numbers that the protocol gives to the types of columns.
_OF_FIELDS: Final[dict[int, Reading]] = {
    **dict.fromkeys((1, 2, 3, 8, 9), _whole),
    **dict.fromkeys((0, 246), _decimal),
    5: _double,
    6: _nothing,
    7: _typed("timestamp"),
    10: _typed("date"),
    11: _typed("time"),
    12: _typed("datetime"),
    13: _typed("year"),
    16: list,
    245: _typed("json"),
}
_REFUSED_FIELDS: Final[dict[int, str]] = {
    4: "the server would cut a FLOAT to six digits; write it as: column * 1e0",
    242: "hffix carries no vectors",
    255: "hffix carries no geometry",
}
