"""Events: which writing command was called or refused, by whom, where and when."""

import sqlalchemy as sa

from hffix.changelog.steps import create_table, numbering
from hffix.changelog.types import NAME, TABLE, WHOLE

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of events."""
    create_table(
        "hffix_event",
        sa.Column("id", WHOLE, *numbering(), primary_key=True),
        sa.Column("time", NAME, nullable=False),
        sa.Column("person", NAME),
        sa.Column("host", NAME, nullable=False),
        sa.Column("command", NAME, nullable=False),
        sa.Column("subject", NAME),
        sa.Column("outcome", NAME, nullable=False),
        **TABLE,
    )
