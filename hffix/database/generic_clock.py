"""The clock of any database, in UTC: one is tried after another, since they agree on no name for it."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Executable

from hffix.database.generic_link import Link

# What gives UTC by its name may come without a zone; everything else must say its own.
_IN_UTC: Final = (
    select(func.utc_timestamp()),
    select(func.sysutcdatetime()),
    text("SELECT sys_extract_utc(systimestamp) FROM dual"),
)
_ZONED: Final = (select(func.clock_timestamp()), select(func.current_timestamp()))


def clock_of(link: Link) -> Executable | None:
    """Find the query that tells the time of a database in UTC, before its first transaction; None where none does."""
    for query, zoned in (*((query, True) for query in _ZONED), *((query, False) for query in _IN_UTC)):
        try:
            told = link.run(query).scalar()
        except SQLAlchemyError:
            told = None
        finally:
            link.rollback()
        if isinstance(told, datetime) and (told.tzinfo is not None or not zoned):
            return query
    return None


def written(told: datetime) -> str:
    """Write a time of the database's clock as hffix writes it."""
    moment = told.astimezone(UTC) if told.tzinfo is not None else told
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
