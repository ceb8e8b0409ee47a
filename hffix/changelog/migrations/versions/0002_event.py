"""Events: which writing command was called or refused, by whom, where and when."""

import sqlalchemy as sa

from hffix.changelog.steps import create_table
from hffix.changelog.types import TABLE, TEXT, WHOLE

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of events."""
    create_table(
        "hffix_event",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("time", TEXT, nullable=False),
        sa.Column("person", TEXT),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("subject", TEXT),
        sa.Column("outcome", TEXT, nullable=False),
        **TABLE,
    )
