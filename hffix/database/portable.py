"""What can be said to every dialect in the same words: a query that locks its rows, the rows after a key."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import NULLTYPE

# The dialects that have an engine of their own here; every other one is spoken to as SQLAlchemy speaks to all.
OWN: Final = frozenset({"sqlite", "postgresql", "mysql", "mariadb"})
# SQL Server compiles no FOR UPDATE; its hint takes the same lock, for as long.
_HINT: Final = "WITH (UPDLOCK, HOLDLOCK, ROWLOCK{})"
_HINTED: Final = "mssql"


def locking(query: Select[Any], source: FromClause, *, nowait: bool = False) -> Select[Any]:
    """Give a query as one that locks the rows it gives, in whatever words the dialect has for it."""
    hint = _HINT.format(", NOWAIT" if nowait else "")
    return query.with_for_update(nowait=nowait).with_hint(source, hint, dialect_name=_HINTED)


def bound(value: object) -> BindParameter[Any]:
    """Bind a value under a name of its own, without a type that could change it."""
    return bindparam(None, value, type_=NULLTYPE, unique=True)


def after(columns: Sequence[ColumnElement[Any]], last: Sequence[object]) -> ColumnElement[bool]:
    """Say which rows come after a key: spelled out, since not every database compares rows of values."""
    steps = []
    for place, column in enumerate(columns):
        same = [one == bound(value) for one, value in zip(columns[:place], last, strict=False)]
        steps.append(and_(*same, column > bound(last[place])))
    return or_(*steps)
