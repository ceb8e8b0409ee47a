"""What SQLite promises of a file: that a commit is on disk, and that this process may write it."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hffix.errors.targets import NotDurable
from hffix.model.grant import Grant, Lacking

_DURABLE_JOURNALS: Final = {"wal", "delete", "truncate", "persist"}
_READS: Final = frozenset({"SELECT", "NUMBER", "STAGE"})


def durable(driver: sqlite3.Connection) -> dict[str, str]:
    """Assert that a commit is on disk when it returns, and say by which settings."""
    journal = str(driver.execute("PRAGMA journal_mode").fetchone()[0])
    synchronous = int(driver.execute("PRAGMA synchronous").fetchone()[0])
    enforced = int(driver.execute("PRAGMA foreign_keys").fetchone()[0])
    if journal not in _DURABLE_JOURNALS or synchronous < 2:
        raise NotDurable(f"journal mode {journal} with synchronous {synchronous} may lose a commit")
    if not enforced:
        raise NotDurable("foreign keys are not enforced", hint="Use an SQLite that enforces them.")
    return {"journal_mode": journal, "synchronous": str(synchronous)}


def lacking(path: Path, grants: Sequence[Grant]) -> Iterator[Lacking]:
    """Look whether the file, and the folder in which SQLite keeps its journal beside it, may be written."""
    if all(grant.action in _READS for grant in grants):
        return
    for shut in (path, path.parent):
        if not os.access(shut, os.W_OK):
            yield Lacking(told=f"the right to write {shut.name}", remedy=f"chmod u+w {shut.name}")
