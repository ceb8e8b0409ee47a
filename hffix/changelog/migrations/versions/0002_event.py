"""Events: which writing command was called or refused, by whom, where and when."""

import sqlalchemy as sa
from alembic import op

from hffix.database.guards import BINARY_TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of events."""
    op.create_table(
        "hffix_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("time", BINARY_TEXT, nullable=False),
        sa.Column("person", BINARY_TEXT),
        sa.Column("host", BINARY_TEXT, nullable=False),
        sa.Column("command", BINARY_TEXT, nullable=False),
        sa.Column("subject", BINARY_TEXT),
        sa.Column("outcome", BINARY_TEXT, nullable=False),
    )
