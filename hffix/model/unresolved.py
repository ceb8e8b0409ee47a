"""The answer of a function that declines to decide one row."""

__all__ = ["Unresolved"]


class Unresolved(Exception):
    """A case left to people, with the reason: it names a class of cases and never holds a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
