"""Trial: apply a whole change set and its inverse on rows that are put back, before anybody signs."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hffix.database import Session
from hffix.database.session import NO_PARAMS, Params
from hffix.database.target import open_for_trial
from hffix.errors import HffixError
from hffix.errors.applying import ReadBackDiffers, WritesBeside
from hffix.errors.fixes import TrialFailed
from hffix.model.besides import Besides, besides_of
from hffix.model.change import Line, inverse_cells
from hffix.model.grant import grants_to_write
from hffix.model.manifest import PART_LINES, Manifest
from hffix.store.changesets import ChangeSet
from hffix.workflow.besides import refusing_besides
from hffix.workflow.block import Block
from hffix.workflow.chunk import Masking, conflict_of, key_for_eyes, plain_lines, read_back
from hffix.workflow.conditions import holds
from hffix.workflow.deciding import decide, of_its_own, refuse_unbalanced
from hffix.workflow.fitting import lines_that_fit
from hffix.workflow.found import Found, Tables, lock_rows
from hffix.workflow.grants import refuse_lacking
from hffix.workflow.questions import ask_again
from hffix.workflow.setting import Setting, Step
from hffix.workflow.taking import Lines
from hffix.workflow.writing import write_rows

ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What a trial showed."""

    time: str
    seconds: float
    rows: int
    ensures: tuple[bool, ...]
    irreversible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What all blocks of a trial are tried with."""

    session: Session
    tables: Tables
    manifest: Manifest
    besides: Besides
    mask_of: Masking


def try_out(setting: Setting, change_set: ChangeSet, *, params: Params = NO_PARAMS) -> TrialResult:
    """Write every line and then its inverse; refuse what does not hold, and count rows that do not come back."""
    began = time.monotonic()
    manifest = change_set.manifest
    with open_for_trial(setting.url, folder=setting.folder) as session:
        refuse_lacking(session, grants_to_write(manifest, back=True))
        tables = {name: session.table(name) for name in manifest.schema}
        besides = besides_of(manifest.side_effects)
        trial = _Trial(
            session=session, tables=tables, manifest=manifest, besides=besides, mask_of=setting.project.mask_of
        )
        started = session.now()
        session.begin()
        lines, done = Lines(change_set), 0
        starts, rows = [0], 0
        while done < manifest.leaves:
            if done - starts[-1] >= PART_LINES:
                starts.append(done)
            block = _fitting(trial, lines)
            rows += _forward(trial, block)
            done += len(block)
            setting.watch(Step(name="trial", done=done, total=manifest.leaves))
        ensures = tuple(holds(session, condition, params=params) for condition in manifest.ensures)
        if not all(ensures):
            unmet = [c.title for c, held in zip(manifest.ensures, ensures, strict=True) if not held]
            raise TrialFailed(f"ensured, and not so after the trial: {'; '.join(unmet)}")
        irreversible = sum(_backward(trial, block) for block in _last_first(change_set, starts))
        session.rollback()
    return TrialResult(
        time=started, seconds=time.monotonic() - began, rows=rows, ensures=ensures, irreversible=irreversible
    )


def _fitting(trial: _Trial, lines: Lines) -> Block:
    """Take lines whose whole rows fit in memory; a case is taken whole."""
    taken = lines.take(ROWS)
    fitting = lines_that_fit(trial.session, trial.tables, plain_lines(taken))
    if fitting < len(taken):
        lines.give_back(taken)
        taken = lines.take(fitting)
    return plain_lines(taken)


def _forward(trial: _Trial, block: Block) -> int:
    """Write a block as a chunk is written, and count its rows; name the first line, or the case, that does not go."""
    session, tables = trial.session, trial.tables
    lines, found = _compare(trial, block)
    units = list(_units(lines))

    def write(start: int, end: int) -> None:
        write_rows(session, tables, lines[units[start] : units[end]])
        session.settle_constraints()

    def take_back() -> None:
        session.rollback()
        session.begin()

    def stand(start: int, end: int) -> None:
        read_back(session, tables, lines[start:end], found[start:end], effects=trial.besides.columns)

    try:
        with refusing_besides(session, tables, lines, besides=trial.besides):
            unit = _first_failing(write, count=len(units) - 1, undo=take_back)
            if unit is not None:
                first, fault = unit
                raise _refused(trial, *_narrowed(trial, lines[units[first] : units[first + 1]], fault))
            failed = _first_failing(stand, count=len(lines))
            if failed is not None:
                place, fault = failed
                raise _refused(trial, lines[place : place + 1], fault)
    except WritesBeside as more:
        raise TrialFailed(f"the trial was refused: {more.message}", hint=more.advice) from more
    return len(lines)


def _compare(trial: _Trial, block: Block) -> tuple[Block, Found]:
    """Hold rows and answers against the plan; give the lines that are written, and their rows."""
    found = lock_rows(trial.session, trial.tables, block)
    answers = ask_again(trial.session.lock_answers, trial.tables, trial.manifest.scope, block)
    for line, verdict in zip(block, decide(block, found, answers), strict=True):
        if of_its_own(verdict):
            since = "changed while it was planned, or by an earlier line" if answers else "changed while it was planned"
            raise TrialFailed(f"{since}: {conflict_of(line, verdict, mask_of=trial.mask_of)}")
    rows = found.chosen([place for place, line in enumerate(block) if line.kind != "ask"])
    refuse_unbalanced(rows.block, trial.manifest.keeps)
    return rows.block, rows


def _units(lines: Sequence[Line]) -> Iterator[int]:
    """Give the places between which lines go together: what is deferred may be settled only where a case ends."""
    for place, line in enumerate(lines):
        if not place or line.case is None or line.case != lines[place - 1].case:
            yield place
    yield len(lines)


def _narrowed(trial: _Trial, lines: Block, fault: HffixError) -> tuple[Block, HffixError]:
    """Find the line of a case that fails by itself; where none does, what is deferred fails the case as a whole."""
    for place in range(len(lines)) if len(lines) > 1 else ():
        try:
            write_rows(trial.session, trial.tables, lines[place : place + 1])
        except HffixError as told:
            return lines[place : place + 1], told
    return lines, fault


def _refused(trial: _Trial, lines: Sequence[Line], fault: HffixError) -> TrialFailed:
    line = lines[0]
    case = f"case {line.case}" if line.case is not None else ""
    row = f"the {line.kind} of row {key_for_eyes(line.table, line.key, mask_of=trial.mask_of)} of {line.table}"
    where = case if len(lines) > 1 else f"{row} in {case}" if case else row
    hint = fault.advice if isinstance(fault, ReadBackDiffers) else None
    refused = TrialFailed(f"the trial was refused at {where}: {fault.message}", hint=hint)
    refused.__cause__ = fault
    return refused


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


def _backward(trial: _Trial, block: Block) -> int:
    """Take a block back, all at once, or line by line and case by case where one of them does not come back."""
    lines = Block([inverse(line) for line in reversed(block) if line.kind != "ask"])
    fitting = lines_that_fit(trial.session, trial.tables, lines)
    if fitting >= len(lines) and _comes_back(trial, lines):
        return 0
    units = [lines[start:end] for start, end in pairwise(_units(lines))]
    return sum(len(unit) for unit in units if not _comes_back(trial, unit))


def _comes_back(trial: _Trial, lines: Block) -> bool:
    trial.session.savepoint()
    try:
        found = lock_rows(trial.session, trial.tables, lines)
        with refusing_besides(trial.session, trial.tables, lines, besides=trial.besides):
            write_rows(trial.session, trial.tables, lines)
            read_back(trial.session, trial.tables, lines, found, effects=trial.besides.columns)
    except HffixError:
        trial.session.undo()
        return False
    return True


def inverse(line: Line) -> Line:
    """Give the line that takes a line back, under the same salt: it is never stored."""
    kind, before, after = inverse_cells(line)
    return Line(line.salt, line.table, kind, line.key, before, after, None, line.case)


def _last_first(change_set: ChangeSet, starts: Sequence[int]) -> Iterator[Block]:
    """Read the blocks of the way forward again, from the last to the first, about one part in memory at a time."""
    end = change_set.manifest.leaves
    for start in reversed(starts):
        lines, blocks = Lines(change_set, start=start), list[list[bytes]]()
        while start < end:
            blocks.append(lines.take(ROWS))
            start += len(blocks[-1])
        end -= sum(map(len, blocks))
        for block in reversed(blocks):
            yield plain_lines(block)
