"""Taking lines from a change set, chunk by chunk; the lines of a case are never parted."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from hffix.errors.applying import NotPlannedHere
from hffix.errors.changesets import RowsChanged
from hffix.model.run import MOST_BYTES, MOST_ROWS
from hffix.store.changesets import ChangeSet

_NO_CASE: Final = b"null"
_CASELESS: Final = b",null]"
_ERASED: Final = b'"'


class Lines:
    """The lines of a change set from one place on, taken in chunks of changing size.

    Lines without a case come first, then the cases by number. A change set in which they do not is refused: a case
    whose lines stand apart could be written in part.
    """

    def __init__(self, change_set: ChangeSet, *, start: int = 0) -> None:
        # The line before tells which case, if any, was taken last.
        self._blocks = change_set.blocks(start=max(0, start - 1))
        self._held: list[bytes] = []
        self._last = self._before = _NO_CASE
        if start:
            self._fill(1)
            before = self._held.pop(0)
            # Of a line that was erased since, nobody can tell the case here.
            self._last = _NO_CASE if before.startswith(_ERASED) else case_of(before)

    def take(self, rows: int) -> list[bytes]:
        """Take at most so many lines, and at most eight megabytes of them; but always a whole case at least."""
        self._fill(rows)
        if not self._held:
            raise RowsChanged("the change set has fewer lines than its manifest states")
        count = self._fitting(rows)
        case = case_of(self._held[count - 1])
        if case != _NO_CASE:
            count = self._whole(count, case)
        taken = self._held[:count]
        self._before = self._last
        self._check_order(taken)
        del self._held[:count]
        return taken

    def give_back(self, taken: Sequence[bytes]) -> None:
        """Take lines back that were taken last, to be taken again in smaller chunks."""
        self._held[:0] = taken
        self._last = self._before

    def _fill(self, count: int) -> bool:
        """Hold so many lines, if there are so many left."""
        while len(self._held) < count and (block := next(self._blocks, None)):
            self._held += block
        return len(self._held) >= count

    def _fitting(self, rows: int) -> int:
        sizes = list(accumulate(map(len, self._held[:rows])))
        return len(sizes) if sizes[-1] <= MOST_BYTES else max(1, sum(size <= MOST_BYTES for size in sizes))

    def _whole(self, count: int, case: bytes) -> int:
        """Leave the last case to the next chunk where it goes on after this one; take it whole where it is alone."""
        if not self._goes_on(count, case):
            return count
        start = count
        while start and case_of(self._held[start - 1]) == case:
            start -= 1
        if start:
            return start
        while self._goes_on(count, case):
            count += 1
            if count > MOST_ROWS:
                raise NotPlannedHere(f"case {case[1:-1].decode()} has more than {MOST_ROWS:,} lines")
        return count

    def _goes_on(self, count: int, case: bytes) -> bool:
        return self._fill(count + 1) and case_of(self._held[count]) == case

    def _check_order(self, taken: Sequence[bytes]) -> None:
        if self._last == _NO_CASE and all(line.endswith(_CASELESS) for line in taken):
            return
        if any(line.startswith(_ERASED) for line in taken):
            return  # whoever reads the lines refuses them; the case of an erased one is not known
        cases = list(map(case_of, taken))
        # A case that was taken must not come again, and nothing without a case may follow one.
        last, new = _place(self._last), True
        for case in map(_place, cases):
            if case < last or (new and case == last != _place(_NO_CASE)):
                raise NotPlannedHere("the lines of a case do not stand together, or the cases not in their order")
            last, new = case, False
        self._last = cases[-1]


def case_of(line: bytes) -> bytes:
    """Cut the case, or null, from the end of a line's bytes: it is the last of its parts, and holds no comma."""
    return line[line.rfind(b",") + 1 : -1]


def _place(case: bytes) -> tuple[int, bytes]:
    """Give what orders cases by their numbers, however long these are; what has none comes first."""
    return (0, b"") if case == _NO_CASE else (len(case), case)
