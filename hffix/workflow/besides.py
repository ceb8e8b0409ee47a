"""Besides: rows that triggers and rules write along with ours are counted, and refused where nobody declared them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hffix.database import Session
from hffix.errors.applying import WritesBeside
from hffix.model.besides import Besides, may_write_more, told
from hffix.workflow.block import Block
from hffix.workflow.found import Tables


@contextmanager
def refusing_besides(session: Session, tables: Tables, lines: Block, *, besides: Besides) -> Iterator[None]:
    """Watch while lines are written; a table that sets nothing off is not worth the asking."""
    counted: Counter[str] = Counter()
    for group in lines.groups:
        counted[group.table] += len(group)
    if not any(may_write_more(tables[name]) for name in counted):
        yield
        return
    session.watch()
    yield
    found = besides.undeclared(session.beside(), lines=counted)
    if found:
        raise WritesBeside(told(found, lines=counted, tables=tables))
