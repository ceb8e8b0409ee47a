"""Every refusal of hffix: a stable code, an exit status, what was not touched, and what to do next.

A class docstring is the definition that `docs/reference/errors.md` prints. Codes are banded by family: 1xx use and
project, 2xx fixes and planning, 3xx change sets, 4xx approvals and keys, 5xx targets, 6xx applying, 7xx evidence.
A message names tables, columns and keys; it never holds the value of a column.
"""

from typing import ClassVar

__all__ = ["HffixError", "every_error"]


class HffixError(Exception):
    """A refusal: something a person can understand and act upon."""

    code: ClassVar[str] = "HFX-000"
    status: ClassVar[int] = 1
    untouched: str = "Nothing was written."
    hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = self.hint if hint is None else hint


def every_error() -> tuple[type[HffixError], ...]:
    """List the concrete errors in the order of their codes."""
    from hffix.errors import applying, approvals, changesets, evidence, fixes, project, targets

    rooms = (project, fixes, changesets, approvals, targets, applying, evidence)
    found = {
        error
        for room in rooms
        for error in vars(room).values()
        if isinstance(error, type) and issubclass(error, HffixError)
        if "code" in vars(error) and error is not HffixError
    }
    return tuple(sorted(found, key=lambda error: error.code))
