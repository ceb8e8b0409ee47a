"""The change log's tables, as its newest revision leaves them."""

from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table

from hffix.database.guards import BINARY_TEXT, Guarded

VERSION_TABLE: Final = "hffix_version"
METADATA: Final = MetaData()

LINEAGE: Final = Table(
    "hffix_lineage",
    METADATA,
    Column("number", Integer, nullable=False),
    Column("head", BINARY_TEXT, nullable=False),
    Column("holder", BINARY_TEXT),
)
RUN: Final = Table(
    "hffix_run",
    METADATA,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("manifest", BINARY_TEXT, nullable=False, unique=True),
    Column("fix", BINARY_TEXT, nullable=False),
    Column("operator", BINARY_TEXT, nullable=False),
    Column("opened", BINARY_TEXT, nullable=False),
)
CHANGE: Final = Table(
    "hffix_change",
    METADATA,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", BINARY_TEXT),
    Column("table_name", BINARY_TEXT, nullable=False),
    Column("kind", BINARY_TEXT, nullable=False),
    Column("row_key", BINARY_TEXT),
    Column("before", BINARY_TEXT),
    Column("after", BINARY_TEXT),
    Column("origin", BINARY_TEXT),
    Column("case_id", BINARY_TEXT),
    Column("leaf", BINARY_TEXT, nullable=False),
    Column("outcome", BINARY_TEXT, nullable=False),
    Column("observed", BINARY_TEXT),
    Column("observed_leaf", BINARY_TEXT),
    sqlite_with_rowid=False,
)
RECORD: Final = Table(
    "hffix_record",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run_id", Integer),
    Column("kind", BINARY_TEXT, nullable=False),
    Column("body", BINARY_TEXT, nullable=False),
    Column("head", BINARY_TEXT, nullable=False),
)
CONTROL: Final = Table(
    "hffix_control",
    METADATA,
    Column("manifest", BINARY_TEXT, primary_key=True),
    Column("paused", Integer, nullable=False),
    Column("chunk_rows", Integer),
    Column("by", BINARY_TEXT, nullable=False),
    Column("at", BINARY_TEXT, nullable=False),
)
EVENT: Final = Table(
    "hffix_event",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("time", BINARY_TEXT, nullable=False),
    Column("person", BINARY_TEXT),
    Column("host", BINARY_TEXT, nullable=False),
    Column("command", BINARY_TEXT, nullable=False),
    Column("subject", BINARY_TEXT),
    Column("outcome", BINARY_TEXT, nullable=False),
)

ERASABLE: Final = ("salt", "row_key", "before", "after", "origin", "observed")


def _guarded(table: Table, *, erasable: tuple[str, ...] = ()) -> Guarded:
    return Guarded(
        table=table.name,
        key=tuple(column.name for column in table.primary_key),
        columns=tuple(column.name for column in table.columns),
        erasable=erasable,
    )


GUARDED: Final = (_guarded(CHANGE, erasable=ERASABLE), _guarded(RECORD))
