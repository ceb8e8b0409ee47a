"""Fire: random writers beside an apply, and its rollback, and a model that says whether anybody's write was lost.

Every write of the business is logged with the row before and after it, in its own transaction and under the row's
lock; every write of hffix stands in the change log. Row by row, the two together must be one unbroken way from what the
table held at first to what it holds at last, each step taken once.
"""

import json
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Self

from hffix.errors.applying import Conflict
from hffix.errors.targets import Busy
from hffix.store.changesets import ChangeSet
from hffix.workflow.apply import Applied
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.engine import Database, Outsider
from tests.conformance.offices import open_office
from tests.workflow.office import Office

ROWS = 90
# Two rows of three are written by the business too: something is left for hffix however late it comes.
HOT_ROWS = ROWS * 2 // 3
WRITERS = 2
CHUNK_ROWS = 8
PATIENCE = 5
FIX = '''\
"""Marks under fire."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low", on_conflict="skip")
fix.delete("thing", where="t.b = 'gone'", at_most=1000)

@fix.rows("thing", writes="a", where="t.b <> 'gone'", at_most=1000)
def marked(a: str, b: str) -> str:
    """Mark what the writers change all the time."""
    return f"{a}+{b}"
'''
# SQLite's writers hold the whole database from their beginning.
LOCKING = {"sqlite": "", "postgresql": " FOR UPDATE", "mysql": " FOR UPDATE"}
# Of so many seeds one also takes its run back, beside the same writers.
ROLLED_BACK = 3
# The texts of a row, and how often the business has written it; None where there is no row.
State = tuple[str, str, str, int] | None
# What hffix did to a row: kind, before, after, as the change log holds them.
Ours = tuple[str, str | None, str | None]


@dataclass(frozen=True, kw_only=True)
class Fought:
    """How much happened at once."""

    seed: int
    written: int
    applied: int
    conflicts: int


@dataclass
class _Writers:
    database: Database
    seed: int
    faults: tuple[type[Exception], ...]
    stopped: threading.Event = field(default_factory=threading.Event)
    warm: threading.Event = field(default_factory=threading.Event)
    broken: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(WRITERS)]
        for thread in self._threads:
            thread.start()
        assert self.warm.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self._threads:
            thread.join(60)
        for fault in self.broken:
            raise fault

    def _run(self, number: int) -> None:
        drawn = random.Random(f"{self.seed}-{number}")
        try:
            with self.database.outsider() as outsider:
                for turn in range(100_000):
                    if self.stopped.is_set():
                        return
                    self._write(outsider, drawn, mark=f"w{number}x{turn}")
        except Exception as fault:  # noqa: BLE001 - told where the threads are joined
            self.broken.append(fault)
            self.warm.set()

    def _write(self, outsider: Outsider, drawn: random.Random, *, mark: str) -> None:
        """Change, delete or add one row; what another's lock refused did not happen."""
        begin = "BEGIN IMMEDIATE" if self.database.engine.name == "sqlite" else "BEGIN"
        try:
            outsider.run(begin)
            _change(outsider, drawn, mark=mark, engine=self.database.engine.name)
            outsider.run("COMMIT")
        except self.faults:
            _give_up(outsider, self.faults)
        else:
            self.warm.set()


def _refusals(engine: str) -> tuple[type[Exception], ...]:
    """Give what the engine's driver raises where another's lock, or a row that is there, stands in the way."""
    driver = import_module(
        {"sqlite": "sqlite3", "postgresql": "psycopg", "mysql": "pymysql"}[engine.removeprefix("generic_")]
    )
    return (driver.OperationalError, driver.IntegrityError)


def _give_up(outsider: Outsider, faults: tuple[type[Exception], ...]) -> None:
    try:
        outsider.run("ROLLBACK")
    except faults:
        return


def _change(outsider: Outsider, drawn: random.Random, *, mark: str, engine: str) -> None:
    if drawn.random() < 0.05:
        row = 1000 + drawn.randrange(10**8)
        outsider.run(f"INSERT INTO thing VALUES ({row}, '{mark}', 'new', 'c', 0)")
        return
    row = drawn.randrange(1, HOT_ROWS + 1) * 3 // 2
    # What is read is what this transaction changes: a row that comes back under its key meanwhile is not seen.
    found = outsider.ask(f"SELECT a, b, c, n FROM thing WHERE id = {row}{LOCKING[engine.removeprefix('generic_')]}")
    if not found:
        return
    old = (str(found[0][0]), str(found[0][1]), str(found[0][2]), int(found[0][3]))
    if drawn.random() < 0.1:
        outsider.run(f"DELETE FROM thing WHERE id = {row}")
        new: State = None
    else:
        column = drawn.choice("abc")
        outsider.run(f"UPDATE thing SET {column} = '{mark}', n = n + 1 WHERE id = {row}")
        a, b, c = (mark if name == column else text for name, text in zip("abc", old[:3], strict=True))
        new = (str(a), str(b), str(c), old[3] + 1)
    told = json.dumps([old, new])
    outsider.run(f"INSERT INTO fire_log VALUES ({row}, {old[3]}, '{told}')")


def fight(database: Database, folder: Path, *, seed: int) -> Fought:
    """Plan, let the writers loose, apply, and hold what came of it against the model."""
    drawn = random.Random(seed)
    _fill(database, drawn)
    office = open_office(database, folder, fixes={"0001_marked": FIX})
    first = _states(database)
    change_set = office.plan("1")
    office.approve(change_set)
    office.pace(change_set, CHUNK_ROWS)
    with _Writers(database, seed, _refusals(database.engine.name)):
        runs = [_apply(office, change_set)]
        if seed % ROLLED_BACK == 0:
            runs.append(_take_back(office, runs[0]))
    ours: dict[int, list[Ours]] = {}
    for applied in runs:
        _add_logged(database, applied, ours)
    theirs: dict[int, list[tuple[int, str]]] = {}
    for row, number, told in database.ask("SELECT id, n, told FROM fire_log ORDER BY id, n"):
        theirs.setdefault(int(row), []).append((int(number), str(told)))
    last = _states(database)
    for row in first:
        steps = list(_steps(theirs.get(row, [])))
        where = f"seed {seed}, row {row}"
        assert _leads(first[row], steps, ours.get(row, []), last.get(row)), (
            f"{where}: a write was lost, made over a changed row, or made twice: from {first[row]} by {steps}"
            f" and {ours.get(row)} to {last.get(row)}"
        )
    assert verify(office.setting(), data=True).problems == ()
    written = sum(map(len, theirs.values()))
    return Fought(
        seed=seed,
        written=written,
        applied=sum(run.applied for run in runs),
        conflicts=sum(run.conflicts for run in runs),
    )


def _take_back(office: Office, applied: Applied) -> Applied:
    """Roll a run back while the writers go on: each of its rows is planned, or left as a conflict.

    A row that is changed between plan and apply stops it, at a chunk that is not written.
    """
    back = rollback(office.setting(), applied.run)
    assert back.rows + back.conflicts == applied.applied
    office.approve(back.change_set)
    office.pace(back.change_set, CHUNK_ROWS)
    return _apply(office, back.change_set)


def _apply(office: Office, change_set: ChangeSet) -> Applied:
    """Apply as an operator does: where the writers left no room, once more, from where the run stands."""
    for _ in range(PATIENCE):
        applied = office.apply(change_set)
        if not isinstance(applied.problem, Busy):
            break
    return applied


def _add_logged(database: Database, applied: Applied, ours: dict[int, list[Ours]]) -> None:
    """Add what a run logged; each line of it was decided once, and all of them unless a conflict stopped it."""
    manifest = applied.change_set.manifest
    stopped = manifest.reverts is not None and isinstance(applied.problem, Conflict)
    assert stopped or (applied.problem, applied.decided) == (None, manifest.leaves), repr(applied.problem)
    assert applied.decided == applied.applied + applied.conflicts
    # Behind a dot no engine takes `before` for a word of its own.
    columns = ", ".join(f"c.{name}" for name in ("seq", "kind", "row_key", "before", "after", "outcome"))
    logged = database.ask(f"SELECT {columns} FROM hffix_change AS c WHERE c.run_id = {applied.run} ORDER BY c.seq")
    assert [int(seq) for seq, *_ in logged] == list(range(1, applied.decided + 1))
    written = [
        (int(json.loads(key)["id"]["int"]), (kind, before, after))
        for _, kind, key, before, after, outcome in logged
        if outcome == "applied"
    ]
    assert len({row for row, _ in written}) == len(written) == applied.applied
    for row, step in written:
        ours.setdefault(row, []).append(step)


def _fill(database: Database, drawn: random.Random) -> None:
    words = database.words
    rows = ", ".join(
        f"({n}, 'a{n}', '{'gone' if drawn.random() < 0.2 else f'b{n}'}', 'c{n}', 0)" for n in range(1, ROWS + 1)
    )
    database.run(
        f"CREATE TABLE thing (id {words.integer} PRIMARY KEY, a {words.text}, b {words.text}, c {words.text},"
        f" n {words.integer})",
        f"CREATE TABLE fire_log (id {words.integer}, n {words.integer}, told {words.text})",
        f"INSERT INTO thing VALUES {rows}",
    )


def _states(database: Database) -> dict[int, State]:
    return {
        int(row): (str(a), str(b), str(c), int(n))
        for row, a, b, c, n in database.ask("SELECT id, a, b, c, n FROM thing ORDER BY id")
    }


def _steps(theirs: list[tuple[int, str]]) -> Iterator[tuple[State, State]]:
    for _, told in sorted(theirs):
        old, new = json.loads(told)
        yield tuple(old), tuple(new) if new is not None else None


def _leads(first: State, theirs: Sequence[tuple[State, State]], ours: Sequence[Ours], last: State) -> bool:
    """Say whether the steps, each side's in its order, lead from the first state to the last in any way at all."""
    if not theirs and not ours and first == last:
        return True
    if theirs and theirs[0][0] == first and _leads(theirs[0][1], theirs[1:], ours, last):
        return True
    return bool(ours) and _fits(first, ours[0]) and _leads(_after(first, ours[0]), theirs, ours[1:], last)


def _fits(state: State, step: Ours) -> bool:
    """Say whether hffix found exactly the approved before-image; an insert finds no row."""
    kind, before, _ = step
    if kind == "insert" or state is None or before is None:
        return kind == "insert" and state is None
    held = {**dict(zip("abc", state, strict=False)), "n": {"int": str(state[3])}}
    return all(held[column] == value for column, value in json.loads(before).items() if column != "id")


def _after(state: State, step: Ours) -> State:
    kind, _, after = step
    if kind == "delete" or after is None:
        return None
    told = json.loads(after)
    if state is None:
        return (told["a"], told["b"], told["c"], int(told["n"]["int"]))
    a, b, c = (told.get(name, text) for name, text in zip("abc", state[:3], strict=True))
    return (a, b, c, state[3])
