"""Rights in any other database: databases have no word for them in common, so none is looked for; a note says so."""

from collections.abc import Sequence

from hffix.errors import HffixError
from hffix.model.grant import Grant, Lacking


class Unasked:
    """What is said of rights where they cannot be asked for."""

    def denied(self, fault: BaseException) -> HffixError | None:  # noqa: ARG002 - no driver says it as another does
        """Name nothing: what an account may not do is told as what the database refused."""
        return None

    def lacking(self, grants: Sequence[Grant]) -> tuple[Lacking, ...]:  # noqa: ARG002 - none of them is asked for
        """Name nothing."""
        return ()
