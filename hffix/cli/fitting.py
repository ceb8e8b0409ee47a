"""The targets that --target names: one by its name, or every one that fits a pattern such as 'city-*'."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hffix.errors.project import UnknownTarget

if TYPE_CHECKING:
    from hffix.cli.call import Call


def fitting_targets(call: Call) -> tuple[str, ...] | None:
    """Give the targets that the pattern fits; None where one target is named, or none."""
    wanted = call.target
    if wanted is None or not any(mark in wanted for mark in "*?["):
        return None
    found = tuple(name for name in call.project.targets if fnmatchcase(name, wanted))
    if not found:
        raise UnknownTarget(f"no target of hffix.toml fits {wanted}; it knows {', '.join(call.project.targets)}")
    return found
