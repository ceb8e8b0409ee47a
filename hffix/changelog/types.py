"""The types of the change log's columns: whole numbers of 64 bits, and texts that are equal only byte for byte."""

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.dialects.mysql import LONGTEXT, VARCHAR
from sqlalchemy.types import TypeEngine

_SERVERS: Final = ("mysql", "mariadb")

# In SQLite only INTEGER numbers the rows of a table by itself.
WHOLE: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer(), "sqlite")
# SQLite compares by bytes unless told otherwise; said all the same, so that a reader of the schema sees it.
TEXT: Final[TypeEngine[Any]] = (
    Text()
    .with_variant(Text(collation="BINARY"), "sqlite")
    .with_variant(Text(collation="C"), "postgresql")
    .with_variant(LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), *_SERVERS)
)
# A digest in hex: the only text that keys and unique columns are made of.
DIGEST: Final[TypeEngine[Any]] = (
    String(64)
    .with_variant(Text(collation="BINARY"), "sqlite")
    .with_variant(Text(collation="C"), "postgresql")
    .with_variant(VARCHAR(64, charset="ascii", collation="ascii_bin"), *_SERVERS)
)
# Only tables that take part in a transaction can hold what must be there exactly when the rows are.
TABLE: Final[dict[str, Any]] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}
