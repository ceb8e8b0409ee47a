"""The lineage, its runs, their changes, the chain's records and the runs' controls."""

import sqlalchemy as sa
from alembic import op

from hffix.changelog.steps import create_table
from hffix.changelog.types import DIGEST, NAME, TABLE, TEXT, WHOLE
from hffix.database.guards import Guarded, append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the triggers that keep records and changes append-only."""
    create_table(
        "hffix_lineage",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("head", NAME, nullable=False),
        sa.Column("holder", NAME),
        **TABLE,
    )
    create_table(
        "hffix_run",
        sa.Column("run_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("manifest", DIGEST, nullable=False, unique=True),
        sa.Column("fix", NAME, nullable=False),
        sa.Column("operator", NAME, nullable=False),
        sa.Column("opened", NAME, nullable=False),
        **TABLE,
    )
    _create_change()
    create_table(
        "hffix_record",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("run_id", WHOLE),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("head", NAME, nullable=False),
        **TABLE,
    )
    create_table(
        "hffix_control",
        sa.Column("manifest", DIGEST, primary_key=True),
        sa.Column("paused", WHOLE, nullable=False),
        sa.Column("chunk_rows", WHOLE),
        sa.Column("by", NAME, nullable=False),
        sa.Column("at", NAME, nullable=False),
        **TABLE,
    )
    _guard()


def _create_change() -> None:
    create_table(
        "hffix_change",
        sa.Column("run_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("salt", NAME),
        sa.Column("table_name", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("row_key", TEXT),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
        sa.Column("origin", TEXT),
        sa.Column("case_id", NAME),
        sa.Column("leaf", NAME, nullable=False),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("observed", TEXT),
        sa.Column("observed_leaf", NAME),
        sqlite_with_rowid=False,
        **TABLE,
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
