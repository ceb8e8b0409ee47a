"""Rows as people write them: 1234, or col=val,col=val for a composite key."""

from collections.abc import Sequence

import orjson

from hffix.database import Snapshot
from hffix.errors.project import UsageError
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.unresolved import Unresolved
from hffix.model.value import encode_value


def key_cells(snapshot: Snapshot, table: Table, row: str) -> Cells:
    """Read a row as its key's canonical cells, typed as the columns hold them."""
    texts = key_texts(table.key, row)
    try:
        return {column: encode_value(snapshot.settle(table, column, value=texts[column])) for column in table.key}
    except (KeyError, Unresolved) as fault:
        wanted = ",".join(f"{column}=…" for column in table.key)
        raise UsageError(f"a row of {table.name} is written {wanted if len(table.key) > 1 else '1234'}") from fault


def key_text(snapshot: Snapshot, table: Table, row: str) -> str:
    """Read a row as the text under which the change log holds its key."""
    return orjson.dumps(key_cells(snapshot, table, row), option=orjson.OPT_SORT_KEYS).decode()


def key_texts(key: Sequence[str], row: str) -> dict[str, str]:
    """Read a row as the text of each of the key's columns, as far as it names them."""
    if len(key) == 1:
        return {key[0]: row.removeprefix(f"{key[0]}=")}
    return dict(part.split("=", 1) for part in row.split(",") if "=" in part)
