"""Why a value cannot be stored as it is; the row goes to people, it is not an error."""

from hffix.model.unresolved import Unresolved


class Unsettled(Unresolved):
    """The column would not hold the value that the fix gives it."""
