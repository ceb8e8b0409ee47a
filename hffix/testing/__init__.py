"""The kit for a project's own tests: load a script, plan it over a few rows, and walk from plan to rollback.

A test says `from hffix.testing import load, plan`; the fixtures of `hffix.testing.plugin` come by themselves. Nothing
heavy is loaded before one of them is used, so that plain pytest stays quick.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from hffix.model.value import UnreadableText
from hffix.testing.planned import Change, LeftRow, Planned
from hffix.testing.values import FileContent, Rows

__all__ = ["Change", "LeftRow", "Planned", "Rows", "UnreadableText", "load", "plan"]


def load(name: str | Path) -> ModuleType:
    """Load a script of the nearest project by number, id or path, held to the rules of a fix; give its module.

    The project is sought upward from the test's file, then from the working folder. What the script defines is called
    as it stands there: `load("0007").lent_on("3/4/2024", "102")`.
    """
    from hffix.testing.scripts import load_for

    asked_by = sys._getframe(1).f_globals.get("__file__")
    return load_for(str(name), asked_by=Path(asked_by) if asked_by else None)


def plan(
    script: ModuleType,
    tables: Mapping[str, Rows],
    *,
    files: Mapping[str, FileContent] | None = None,
    params: Mapping[str, object] | None = None,
    keys: Mapping[str, str | Sequence[str]] | None = None,
    schema: str = "",
) -> Planned:
    """Plan a loaded script over a few rows, with the planner that production uses, on a SQLite file of its own.

    Tables are made from the rows' columns, keyed by the first one or by `keys`; `schema` gives the exact DDL of those
    for which that matters. `files` are corrections and lookups by name, as rows or as their text; `params` are what
    `hffix plan -p` would be given. Raises what `hffix plan` would refuse with, and BadTestData where the test's own
    rows or files make no sense.
    """
    from hffix.testing.planning import plan_over

    return plan_over(script, tables, files=files or {}, params=params or {}, keys=keys or {}, schema=schema)
