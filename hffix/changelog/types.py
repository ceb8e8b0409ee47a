"""The types of the change log's columns: whole numbers of 64 bits, and texts that are equal only byte for byte.

Databases without an engine of their own get texts of the sort that they can compare, and long ones that they need not.
"""

from typing import Any, Final

from sqlalchemy import NVARCHAR, BigInteger, Dialect, Integer, String, Text, TypeDecorator, Unicode, UnicodeText
from sqlalchemy.dialects.mysql import LONGTEXT, VARCHAR
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.types import TypeEngine

_SERVERS: Final = ("mysql", "mariadb")
_MOST: Final = 255


class _Elsewhere(TypeDecorator[str]):
    """A text in a database that has no engine of its own; in those that are MySQL's kin, as MySQL has it."""

    impl = UnicodeText
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type."""
        if isinstance(dialect, MySQLDialect):
            binary = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
            return VARCHAR(self.length, **binary) if self.length else LONGTEXT(**binary)
        return Unicode(self.length) if self.length else UnicodeText()


def _text(elsewhere: TypeEngine[Any]) -> TypeEngine[Any]:
    """Give a text of any length in the engines that hffix knows, where it costs nothing."""
    return (
        elsewhere.with_variant(Text(collation="BINARY"), "sqlite")
        .with_variant(Text(collation="C"), "postgresql")
        .with_variant(LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), *_SERVERS)
    )


# In SQLite only INTEGER numbers the rows of a table by itself.
WHOLE: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer(), "sqlite")
# SQLite compares by bytes unless told otherwise; said all the same, so that a reader of the schema sees it.
TEXT: Final[TypeEngine[Any]] = _text(_Elsewhere().with_variant(NVARCHAR(), "mssql"))
# A text that is asked for, and short: names, kinds, heads, leaves, times.
NAME: Final[TypeEngine[Any]] = _text(_Elsewhere(_MOST))
# A digest in hex: the only text that keys and unique columns are made of.
DIGEST: Final[TypeEngine[Any]] = (
    String(64)
    .with_variant(Text(collation="BINARY"), "sqlite")
    .with_variant(Text(collation="C"), "postgresql")
    .with_variant(VARCHAR(64, charset="ascii", collation="ascii_bin"), *_SERVERS)
)
# Only tables that take part in a transaction can hold what must be there exactly when the rows are.
TABLE: Final[dict[str, Any]] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}
