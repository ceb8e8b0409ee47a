"""Besides: rows that triggers and rules write along with ours are counted, and refused where nobody declared them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hffix.database import Session
from hffix.errors.applying import WritesBeside
from hffix.model.besides import Besides, may_write_more, told
from hffix.model.change import Line
from hffix.workflow.found import Tables


@contextmanager
def refusing_besides(session: Session, tables: Tables, lines: Sequence[Line], *, besides: Besides) -> Iterator[None]:
    """Watch while lines are written; a table that sets nothing off is not worth the asking."""
    counted = Counter(line.table for line in lines)
    if not any(may_write_more(tables[name]) for name in counted):
        yield
        return
    session.watch()
    yield
    found = besides.undeclared(session.beside(), lines=counted)
    if found:
        raise WritesBeside(told(found, lines=counted, tables=tables))
