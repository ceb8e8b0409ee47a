"""Trial: apply a whole change set and its inverse on rows that are put back, before anybody signs."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from hffix.database import Session
from hffix.database.target import open_for_trial
from hffix.errors import HffixError
from hffix.errors.fixes import TrialFailed
from hffix.model.change import Cells, Line, inverse_cells
from hffix.model.manifest import PART_LINES
from hffix.store.changesets import ChangeSet
from hffix.workflow import apply
from hffix.workflow.chunk import Masking, Tables, compare, conflict_of, key_for_eyes, lock_rows, read_back, read_chunk
from hffix.workflow.conditions import holds
from hffix.workflow.setting import Setting, Step

ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What a trial showed."""

    time: str
    seconds: float
    rows: int
    ensures: tuple[bool, ...]
    irreversible: int


def try_out(setting: Setting, change_set: ChangeSet) -> TrialResult:
    """Write every line and then its inverse; refuse what does not hold, and count rows that do not come back."""
    began = time.monotonic()
    manifest = change_set.manifest
    effects: dict[str, frozenset[str]] = {}
    for effect in manifest.side_effects:
        effects[effect.table] = effects.get(effect.table, frozenset()) | {effect.column}
    with open_for_trial(setting.url, folder=setting.folder) as session:
        tables = {name: session.table(name) for name in manifest.schema}
        started = session.now()
        session.begin()
        done = 0
        for block in change_set.blocks(rows=ROWS):
            _forward(session, tables, block, effects, mask_of=setting.project.mask_of)
            done += len(block)
            setting.watch(Step(name="trial", done=done, total=manifest.leaves))
        ensures = tuple(holds(session, condition) for condition in manifest.ensures)
        if not all(ensures):
            unmet = [c.title for c, held in zip(manifest.ensures, ensures, strict=True) if not held]
            raise TrialFailed(f"ensured, and not so after the trial: {'; '.join(unmet)}")
        irreversible = sum(_backward(session, tables, block, effects) for block in _last_first(change_set))
        session.rollback()
    return TrialResult(
        time=started, seconds=time.monotonic() - began, rows=done, ensures=ensures, irreversible=irreversible
    )


def _forward(
    session: Session, tables: Tables, block: Sequence[bytes], effects: dict[str, frozenset[str]], *, mask_of: Masking
) -> None:
    lines = read_chunk(block, first=1).lines
    found = lock_rows(session, tables, lines)
    for line, verdict in zip(lines, compare(lines, found), strict=True):
        if verdict.outcome == "conflict":
            raise TrialFailed(f"changed while it was planned: {conflict_of(line, verdict, mask_of=mask_of)}")

    def write(start: int, end: int) -> None:
        apply.write_rows(session, tables, lines[start:end])
        session.settle_constraints()

    def take_back() -> None:
        session.rollback()
        session.begin()

    def stand(start: int, end: int) -> None:
        read_back(session, tables, lines[start:end], found[start:end], effects=effects)

    failed = _first_failing(write, count=len(lines), undo=take_back) or _first_failing(stand, count=len(lines))
    if failed is not None:
        place, fault = failed
        line = lines[place]
        row = f"row {key_for_eyes(line.table, line.key, mask_of=mask_of)} of {line.table}"
        raise TrialFailed(f"the trial was refused at the {line.kind} of {row}: {fault.message}") from fault


def _first_failing(
    work: Callable[[int, int], None], *, count: int, undo: Callable[[], None] = lambda: None
) -> tuple[int, HffixError] | None:
    """Do a work on all rows; where it fails, halve them until the first is found that fails on those before it.

    What went well stays done, also settled, so that no row is written twice: `undo` takes back the failed part only.
    """
    start, end = 0, count
    fault = _failing(work, start, end)
    if fault is None:
        return None
    undo()
    while end - start > 1:
        middle = (start + end) // 2
        told = _failing(work, start, middle)
        if told is None:
            start = middle
        else:
            undo()
            end, fault = middle, told
    return start, fault


def _failing(work: Callable[[int, int], None], start: int, end: int) -> HffixError | None:
    try:
        work(start, end)
    except HffixError as fault:
        return fault
    return None


def _backward(session: Session, tables: Tables, block: Sequence[bytes], effects: dict[str, frozenset[str]]) -> int:
    """Take a block back, all at once, or row by row where one of them does not come back."""
    lines = [inverse(line) for line in reversed(read_chunk(block, first=1).lines)]
    if _comes_back(session, tables, lines, effects):
        return 0
    return sum(not _comes_back(session, tables, [line], effects) for line in lines)


def _comes_back(session: Session, tables: Tables, lines: Sequence[Line], effects: dict[str, frozenset[str]]) -> bool:
    session.savepoint()
    try:
        found: list[Cells | None] = lock_rows(session, tables, lines)
        apply.write_rows(session, tables, lines)
        read_back(session, tables, lines, found, effects=effects)
    except HffixError:
        session.undo()
        return False
    return True


def inverse(line: Line) -> Line:
    """Give the line that takes a line back, under the same salt: it is never stored."""
    kind, before, after = inverse_cells(line)
    return Line(line.salt, line.table, kind, line.key, before, after, None, line.case)


def _last_first(change_set: ChangeSet) -> Iterator[list[bytes]]:
    """Read blocks from the last to the first, one part of the change set in memory at a time."""
    leaves = change_set.manifest.leaves
    for start in reversed(range(0, leaves, PART_LINES)):
        blocks = change_set.blocks(start=start, rows=ROWS)
        count = -(-min(PART_LINES, leaves - start) // ROWS)
        yield from reversed(list(islice(blocks, count)))
