"""Trial: apply a whole change set and its inverse on rows that are put back, before anybody signs."""

import time
from collections.abc import Iterator, Sequence
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
from hffix.workflow.chunk import Tables, compare, conflict_of, lock_rows, read_back, read_chunk
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
            _forward(session, tables, block, effects)
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


def _forward(session: Session, tables: Tables, block: Sequence[bytes], effects: dict[str, frozenset[str]]) -> None:
    lines = read_chunk(block, first=1).lines
    found = lock_rows(session, tables, lines)
    for line, verdict in zip(lines, compare(lines, found), strict=True):
        if verdict.outcome == "conflict":
            raise TrialFailed(f"changed while it was planned: {conflict_of(line, verdict)}")
    try:
        apply.write_rows(session, tables, lines)
        session.settle_constraints()
        read_back(session, tables, lines, found, effects=effects)
    except HffixError as fault:
        raise TrialFailed(f"the trial was refused: {fault.message}") from fault


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
