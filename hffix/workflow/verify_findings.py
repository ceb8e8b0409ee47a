"""What verify finds: problems and notes, collected without stopping at the first."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

# Beyond so many of one kind nobody reads them, and memory stays flat.
MOST_OF_A_KIND: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One contradiction: what kind, where, and what is wrong; never a value of a row."""

    code: str
    where: str
    message: str


@dataclass(slots=True)
class Findings:
    """The problems and notes of one look at a target."""

    _problems: list[Problem] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def problem(self, code: str, where: str, message: str) -> None:
        """Keep a problem, or only count it where there are too many of its kind."""
        self._seen[code] += 1
        if self._seen[code] <= MOST_OF_A_KIND:
            self._problems.append(Problem(code=code, where=where, message=message))

    def note(self, text: str) -> None:
        """Keep something worth knowing that is no contradiction."""
        self._notes.append(text)

    @property
    def count(self) -> int:
        """How many problems there are so far."""
        return sum(self._seen.values())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems, in the order in which they were found."""
        return tuple(self._problems)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes, and how many problems are not listed."""
        more = (
            f"{seen - MOST_OF_A_KIND:,} more problems of the kind {code} are not listed"
            for code, seen in sorted(self._seen.items())
            if seen > MOST_OF_A_KIND
        )
        return (*self._notes, *more)
