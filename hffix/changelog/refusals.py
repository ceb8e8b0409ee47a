"""What the database says of the change log's own tables, as errors that repeat no value of a row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain
from hffix.errors.targets import ChangeLogRefused


@contextmanager
def writing(snapshot: Snapshot, table: str) -> Iterator[None]:
    """Turn the database's refusal into ours; SQLAlchemy's own message would quote the parameters."""
    with _told(snapshot, lambda name: ChangeLogRefused(f"the database refused to write {table} ({name})")):
        yield


@contextmanager
def reading(snapshot: Snapshot, table: str) -> Iterator[None]:
    """Turn a failure to read into ours: a table that is gone, or a text that no hffix wrote."""
    with _told(snapshot, lambda name: BrokenChain(f"the table {table} cannot be read ({name})")):
        yield


@contextmanager
def _told(snapshot: Snapshot, lasting: Callable[[str], HffixError]) -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        raise _error(snapshot, fault.orig or fault, lasting) from fault.orig
    except SQLAlchemyError as fault:
        # What a dialect lacks; the database was not even asked.
        raise lasting(type(fault).__name__) from fault
    except snapshot.connection.dialect.loaded_dbapi.Error as fault:
        raise _error(snapshot, fault, lasting) from fault


def _error(snapshot: Snapshot, fault: BaseException, lasting: Callable[[str], HffixError]) -> HffixError:
    return snapshot.passing(fault) or snapshot.denied(fault) or lasting(type(fault).__name__)
