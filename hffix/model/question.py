"""Questions of cases: the columns that an answer is read by, and the digest that stands for it in a change set."""

from collections.abc import Iterable, Sequence
from typing import Final

from hffix.model.canonical import digest, encode
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.scope import Scope

# What an `ask` line holds in `before`: the digest of its answer, under this name.
ROWS: Final = "rows"


def columns_asked(scopes: Iterable[Scope], table: Table) -> tuple[str, ...]:
    """Name the columns by which every answer about a table is digested: all that any cases of the fix read of it."""
    read = {column for scope in scopes if scope.kind == "cases" and scope.table == table.name for column in scope.reads}
    return tuple(column for column in table.names if column in read)


def answered(table: Table, columns: Sequence[str], rows: Iterable[Cells]) -> str:
    """Digest an answer that is given as whole rows."""
    return rows_digest(
        [({name: row[name] for name in table.key}, {name: row[name] for name in columns}) for row in rows]
    )


def rows_digest(answers: Sequence[tuple[Cells, Cells]]) -> str:
    """Digest an answer: SHA-256 of the canonical list of [key, columns read], sorted by the key's bytes."""
    ordered = sorted(answers, key=lambda answer: encode(answer[0]))
    return digest(encode([[key, read] for key, read in ordered]))
