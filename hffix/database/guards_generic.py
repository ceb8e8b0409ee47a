"""The guards of any other database: none, since no statement that makes one is everybody's.

There the change log is guarded by missing rights, and by its chain, which shows what was done to it.
"""

from sqlalchemy import Connection

from hffix.database.guards import Guarded


def statements(_: Guarded) -> tuple[str, ...]:
    """Give nothing."""
    return ()


def missing(_: Connection, __: Guarded) -> tuple[str, ...]:
    """Miss nothing."""
    return ()


def left_behind(_: Guarded) -> tuple[str, ...]:
    """Give nothing."""
    return ()
