"""The lineage, its runs, their changes, the chain's records and the runs' controls."""

import sqlalchemy as sa
from alembic import op

from hffix.database.guards import BINARY_TEXT, Guarded, append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the triggers that keep records and changes append-only."""
    op.create_table(
        "hffix_lineage",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("head", BINARY_TEXT, nullable=False),
        sa.Column("holder", BINARY_TEXT),
    )
    op.create_table(
        "hffix_run",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("manifest", BINARY_TEXT, nullable=False, unique=True),
        sa.Column("fix", BINARY_TEXT, nullable=False),
        sa.Column("operator", BINARY_TEXT, nullable=False),
        sa.Column("opened", BINARY_TEXT, nullable=False),
    )
    _create_change()
    op.create_table(
        "hffix_record",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.Integer),
        sa.Column("kind", BINARY_TEXT, nullable=False),
        sa.Column("body", BINARY_TEXT, nullable=False),
        sa.Column("head", BINARY_TEXT, nullable=False),
    )
    op.create_table(
        "hffix_control",
        sa.Column("manifest", BINARY_TEXT, primary_key=True),
        sa.Column("paused", sa.Integer, nullable=False),
        sa.Column("chunk_rows", sa.Integer),
        sa.Column("by", BINARY_TEXT, nullable=False),
        sa.Column("at", BINARY_TEXT, nullable=False),
    )
    _guard()


def _create_change() -> None:
    op.create_table(
        "hffix_change",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", BINARY_TEXT),
        sa.Column("table_name", BINARY_TEXT, nullable=False),
        sa.Column("kind", BINARY_TEXT, nullable=False),
        sa.Column("row_key", BINARY_TEXT),
        sa.Column("before", BINARY_TEXT),
        sa.Column("after", BINARY_TEXT),
        sa.Column("origin", BINARY_TEXT),
        sa.Column("case_id", BINARY_TEXT),
        sa.Column("leaf", BINARY_TEXT, nullable=False),
        sa.Column("outcome", BINARY_TEXT, nullable=False),
        sa.Column("observed", BINARY_TEXT),
        sa.Column("observed_leaf", BINARY_TEXT),
        sqlite_with_rowid=False,
    )


def _guard() -> None:
    emptied = ("salt", "row_key", "before", "after", "origin", "observed")
    kept = ("run_id", "seq", "table_name", "kind", "case_id", "leaf", "outcome", "observed_leaf")
    guarded = (
        Guarded(table="hffix_change", key=("run_id", "seq"), columns=kept + emptied, erasable=emptied),
        Guarded(table="hffix_record", key=("number",), columns=("number", "run_id", "kind", "body", "head")),
    )
    for table in guarded:
        for statement in append_only(table, dialect=op.get_bind().dialect.name):
            op.execute(statement)
