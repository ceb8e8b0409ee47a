"""What cannot be asked of any other database, for want of words in common: rights, and what triggers write.

A note of each snapshot says so.
"""

from collections.abc import Sequence

from hffix.errors import HffixError
from hffix.model.besides import Counts
from hffix.model.grant import Grant, Lacking


class Unasked:
    """What is said where nothing can be asked."""

    def denied(self, fault: BaseException) -> HffixError | None:  # noqa: ARG002 - no driver says it as another does
        """Name nothing: what an account may not do is told as what the database refused."""
        return None

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:  # noqa: ARG002 - none of them is asked for
        """Name nothing."""
        return ()

    def watch(self) -> None:
        """Count nothing."""

    def beside(self) -> Counts:
        """Count nothing: what is written along is not seen but in the rows that are read back."""
        return {}
