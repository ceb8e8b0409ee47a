"""The change log's tables in databases without an engine of their own: of types that each of them has."""

from collections.abc import Callable

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import mssql, oracle
from sqlalchemy.schema import CreateTable

from hffix.changelog.tables import METADATA
from tests.conformance import kin

KINDS = {
    "oracle": ("CLOB", "VARCHAR2(255 CHAR)", "VARCHAR2(64 CHAR)"),
    "mssql": ("NVARCHAR(max)", "NVARCHAR(255)", "VARCHAR(64)"),
    "pgkin": ("TEXT", "VARCHAR(255)", "VARCHAR(64)"),
    "mykin": ("LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
              "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "VARCHAR(64)"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _registered() -> None:
    kin.register()


@pytest.mark.parametrize("made", [oracle.dialect, mssql.dialect, kin.KinOfPostgreSQL, kin.KinOfMySQL])
def test_long_texts_short_ones_and_digests_have_types_of_the_dialect(made: Callable[[], Dialect]) -> None:
    dialect = made()
    long, short, digest = KINDS[dialect.name]
    columns = {
        (table.name, column.name): column.type.compile(dialect=dialect)
        for table in METADATA.tables.values()
        for column in table.columns
    }
    assert columns["hffix_record", "body"] == columns["hffix_change", "before"] == long
    assert columns["hffix_lineage", "head"] == columns["hffix_change", "table_name"] == short
    assert columns["hffix_run", "manifest"] == digest
    for table in METADATA.tables.values():
        assert str(CreateTable(table).compile(dialect=dialect))
