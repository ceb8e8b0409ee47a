"""What the database says of the change log's own tables, as errors that repeat no value of a row."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import ChangeLogRefused


@contextmanager
def writing(table: str) -> Iterator[None]:
    """Turn the database's refusal into ours; SQLAlchemy's own message would quote the parameters."""
    try:
        yield
    except DBAPIError as fault:
        raise ChangeLogRefused(f"the database refused to write {table} ({_name(fault.orig)})") from fault.orig


@contextmanager
def reading(connection: Connection, table: str) -> Iterator[None]:
    """Turn a failure to read into ours: a table that is gone, or a text that no hffix wrote."""
    try:
        yield
    except DBAPIError as fault:
        raise BrokenChain(f"the table {table} cannot be read ({_name(fault.orig)})") from fault.orig
    except connection.dialect.loaded_dbapi.Error as fault:
        raise BrokenChain(f"the table {table} cannot be read ({_name(fault)})") from fault


def _name(fault: BaseException | None) -> str:
    return type(fault).__name__
