"""The change log's tables, as its newest revision leaves them."""

from typing import Final

from sqlalchemy import Column, MetaData, Table

from hffix.changelog.types import DIGEST, NAME, TABLE, TEXT, WHOLE
from hffix.database.guards import Guarded

VERSION_TABLE: Final = "hffix_version"
METADATA: Final = MetaData()

LINEAGE: Final = Table(
    "hffix_lineage",
    METADATA,
    Column("number", WHOLE, nullable=False),
    Column("head", NAME, nullable=False),
    Column("holder", NAME),
    **TABLE,
)
RUN: Final = Table(
    "hffix_run",
    METADATA,
    Column("run_id", WHOLE, primary_key=True, autoincrement=False),
    Column("manifest", DIGEST, nullable=False, unique=True),
    Column("fix", NAME, nullable=False),
    Column("operator", NAME, nullable=False),
    Column("opened", NAME, nullable=False),
    **TABLE,
)
CHANGE: Final = Table(
    "hffix_change",
    METADATA,
    Column("run_id", WHOLE, primary_key=True, autoincrement=False),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("salt", NAME),
    Column("table_name", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("row_key", TEXT),
    Column("before", TEXT),
    Column("after", TEXT),
    Column("origin", TEXT),
    Column("case_id", NAME),
    Column("leaf", NAME, nullable=False),
    Column("outcome", NAME, nullable=False),
    Column("observed", TEXT),
    Column("observed_leaf", NAME),
    sqlite_with_rowid=False,
    **TABLE,
)
RECORD: Final = Table(
    "hffix_record",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=False),
    Column("run_id", WHOLE),
    Column("kind", NAME, nullable=False),
    Column("body", TEXT, nullable=False),
    Column("head", NAME, nullable=False),
    **TABLE,
)
CONTROL: Final = Table(
    "hffix_control",
    METADATA,
    Column("manifest", DIGEST, primary_key=True),
    Column("paused", WHOLE, nullable=False),
    Column("chunk_rows", WHOLE),
    Column("by", NAME, nullable=False),
    Column("at", NAME, nullable=False),
    **TABLE,
)
EVENT: Final = Table(
    "hffix_event",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("time", NAME, nullable=False),
    Column("person", NAME),
    Column("host", NAME, nullable=False),
    Column("command", NAME, nullable=False),
    Column("subject", NAME),
    Column("outcome", NAME, nullable=False),
    **TABLE,
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
