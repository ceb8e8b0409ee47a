"""Fire: random writers beside an apply, and a model that says afterwards whether anybody's write was lost.

Every write of the business is logged with the row before and after it, in its own transaction and under the row's
lock; every write of hffix stands in the change log. Row by row, the two together must be one unbroken way from what the
table held at first to what it holds at last, each step taken once.
"""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Self

from hffix.workflow.verify import verify
from tests.conformance.engine import Database, Outsider
from tests.conformance.offices import open_office

ROWS = 90
# Two rows of three are written by the business too: something is left for hffix however late it comes.
HOT_ROWS = ROWS * 2 // 3
WRITERS = 2
CHUNK_ROWS = 8
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
# The texts of a row, and how often the business has written it; None where there is no row.
State = tuple[str, str, str, int] | None


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
            _change(outsider, drawn, mark=mark)
            outsider.run("COMMIT")
        except self.faults:
            _give_up(outsider, self.faults)
        else:
            self.warm.set()


def _refusals(engine: str) -> tuple[type[Exception], ...]:
    """Give what the engine's driver raises where another's lock, or a row that is there, stands in the way."""
    driver = import_module({"sqlite": "sqlite3", "postgresql": "psycopg", "mysql": "pymysql"}[engine])
    return (driver.OperationalError, driver.IntegrityError)


def _give_up(outsider: Outsider, faults: tuple[type[Exception], ...]) -> None:
    try:
        outsider.run("ROLLBACK")
    except faults:
        return


def _change(outsider: Outsider, drawn: random.Random, *, mark: str) -> None:
    if drawn.random() < 0.05:
        row = 1000 + drawn.randrange(10**8)
        outsider.run(f"INSERT INTO thing VALUES ({row}, '{mark}', 'new', 'c', 0)")
        return
    row = drawn.randrange(1, HOT_ROWS + 1) * 3 // 2
    # The counter takes the row's lock, so that what is read next is what this transaction changes.
    outsider.run(f"UPDATE thing SET n = n + 1 WHERE id = {row}")
    found = outsider.ask(f"SELECT a, b, c, n FROM thing WHERE id = {row}")
    if not found:
        return
    old = (str(found[0][0]), str(found[0][1]), str(found[0][2]), int(found[0][3]) - 1)
    if drawn.random() < 0.1:
        outsider.run(f"DELETE FROM thing WHERE id = {row}")
        new: State = None
    else:
        column = drawn.choice("abc")
        outsider.run(f"UPDATE thing SET {column} = '{mark}' WHERE id = {row}")
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
        applied = office.apply(change_set)
    assert (applied.problem, applied.decided) == (None, change_set.manifest.leaves)
    assert change_set.manifest.leaves == applied.applied + applied.conflicts
    # Behind a dot no engine takes `before` for a word of its own.
    columns = ", ".join(f"c.{name}" for name in ("seq", "kind", "row_key", "before", "after", "outcome"))
    logged = database.ask(f"SELECT {columns} FROM hffix_change AS c ORDER BY c.seq")
    assert [int(seq) for seq, *_ in logged] == list(range(1, change_set.manifest.leaves + 1))
    ours: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for _, kind, key, before, after, outcome in logged:
        if outcome == "applied":
            ours.setdefault(int(json.loads(key)["id"]["int"]), []).append((kind, before, after))
    theirs: dict[int, list[tuple[int, str]]] = {}
    for row, number, told in database.ask("SELECT id, n, told FROM fire_log ORDER BY id, n"):
        theirs.setdefault(int(row), []).append((int(number), str(told)))
    last = _states(database)
    for row in first:
        _walk(row, first[row], theirs.get(row, []), ours.get(row, []), last.get(row), seed=seed)
    assert verify(office.setting(), data=True).problems == ()
    written = sum(map(len, theirs.values()))
    return Fought(seed=seed, written=written, applied=applied.applied, conflicts=applied.conflicts)


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


def _walk(
    row: int,
    first: State,
    theirs: list[tuple[int, str]],
    ours: list[tuple[str, str | None, str | None]],
    last: State,
    *,
    seed: int,
) -> None:
    """Go from the first state to the last by every step once; hffix's own step fits in one place or nowhere."""
    state, waiting = first, list(ours)
    where = f"seed {seed}, row {row}"
    assert len(ours) <= 1, f"{where}: written twice by one run"
    for old, new in _steps(theirs):
        if state != old and waiting:
            state = _ours(state, waiting.pop(), where=where)
        assert state == old, f"{where}: a write of the business went lost"
        state = new
    if waiting:
        state = _ours(state, waiting.pop(), where=where)
    assert state == last, f"{where}: the row does not hold what was written last"


def _steps(theirs: list[tuple[int, str]]) -> Iterator[tuple[State, State]]:
    for _, told in sorted(theirs):
        old, new = json.loads(told)
        yield tuple(old), tuple(new) if new is not None else None


def _ours(state: State, step: tuple[str, str | None, str | None], *, where: str) -> State:
    """Take hffix's step: from exactly the approved before-image, to exactly the approved after-image."""
    kind, before, after = step
    assert state is not None, f"{where}: hffix wrote a row that was gone"
    assert before is not None
    held = {"id": None, **dict(zip("abc", state, strict=False)), "n": {"int": str(state[3])}}
    told = {column: value for column, value in json.loads(before).items() if column != "id"}
    assert {column: held[column] for column in told} == told, f"{where}: hffix wrote over a changed row"
    if kind == "delete":
        return None
    assert after is not None
    return (json.loads(after)["a"], state[1], state[2], state[3])
