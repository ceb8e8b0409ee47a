from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.evidence import BrokenChain
from hffix.model.record import BackupFacts, Chunk, Close, Erase, Found, Left, Move, Open, Record, Resume, Revoke
from hffix.model.run import FEWEST_ROWS, GROWN_ROWS, MOST_ROWS, next_rows, read_past

AT = "2024-03-05T10:30:00Z"
D = "d" * 64
FOUND = Found(number=1, time=AT, lineage="1" * 32, place={"path": "/a"}, parent=None, policy=D, signers=D)


def opened(number: int, *, manifest: str = "a", operator: str = "wang.qiang", leaves: int = 4) -> Open:
    return Open(
        number=number, time=AT, run=number, manifest=manifest, root=D, leaves=leaves, operator=operator, host="h",
        statements=(), policy=D, signers=D, revoked=None, inverse=None, durability={}, version="1",
    )  # fmt: skip


def resumed(number: int, *, run: int, operator: str = "zhou.yan") -> Resume:
    return Resume(number=number, time=AT, run=run, operator=operator, host="h", statements=(), revoked=None, version="")


def chunk(
    number: int, *, run: int, first: int, last: int, conflicts: int = 0, held: int = 0, applied: int | None = None
) -> Chunk:
    written = last - first + 1 - conflicts - held if applied is None else applied
    backup = BackupFacts(root=D, rows=written)
    return Chunk(
        number=number, time=AT, run=run, first=first, last=last, applied=written, held=held, conflicts=conflicts,
        entries=D, backup=backup, schema=D,
    )  # fmt: skip


def closed(
    number: int, *, run: int, applied: int = 0, held: int = 0, conflicts: int = 0, left: int = 0, done: bool = True
) -> Close:
    return Close(
        number=number, time=AT, run=run, operator="wang.qiang", state="done" if done else "closed", applied=applied,
        held=held, conflicts=conflicts, left=Left(lines=left, nodes=()), ensures=(),
    )  # fmt: skip


def revoked(number: int, *manifests: str) -> Revoke:
    return Revoke(number=number, time=AT, manifests=manifests, statement=D)


WHOLE: tuple[Record, ...] = (
    FOUND,
    opened(2),
    chunk(3, run=2, first=1, last=2, conflicts=1),
    resumed(4, run=2),
    chunk(5, run=2, first=3, last=4, held=1),
    opened(6, manifest="b"),
    closed(7, run=2, applied=2, held=1, conflicts=1),
    revoked(8, "b", "c"),
    Erase(number=9, time=AT, leaves=("e",), statements=(), policy=D, signers=D),
    Move(number=10, time="2024-03-06T00:00:00Z", place={"path": "/b"}, statement=D),
)


def test_a_chain_tells_its_lineage_its_place_and_what_was_withdrawn_or_erased() -> None:
    past = read_past(WHOLE)

    assert (past.found, past.place, past.last_time) == (FOUND, {"path": "/b"}, "2024-03-06T00:00:00Z")
    assert (past.revoked, past.erased, past.open_runs) == (frozenset({"b", "c"}), frozenset({"e"}), (6,))


def test_a_run_tells_its_sessions_its_operators_and_its_sums() -> None:
    run = read_past(WHOLE).runs[2]

    assert (run.id, run.decided, run.applied, run.held, run.conflicts) == (2, 4, 2, 1, 1)
    assert run.operators == {"wang.qiang", "zhou.yan"}
    assert [session.number for session in run.sessions] == [2, 4]
    assert [part.number for part in run.chunks] == [3, 5]
    assert run.closed == WHOLE[6]


def test_a_run_that_only_began_has_decided_nothing() -> None:
    past = read_past(WHOLE)
    run = past.run_of("b")

    assert run is not None
    assert (run.id, run.decided, run.applied, run.closed) == (6, 0, 0, None)
    assert past.run_of("z") is None


def test_a_run_may_be_closed_with_lines_left() -> None:
    past = read_past((*WHOLE[:3], closed(4, run=2, applied=1, conflicts=1, left=2, done=False)))

    assert past.open_runs == ()


ILLEGAL: dict[str, tuple[Record, ...]] = {
    "nothing at all": (),
    "no found": (opened(2),),
    "found twice": (FOUND, msgspec.structs.replace(FOUND, number=2)),
    "found with another number": (msgspec.structs.replace(FOUND, number=2),),
    "a revoke before found": (revoked(1, "a"), FOUND),
    "a run that is not its open record": (FOUND, msgspec.structs.replace(opened(2), run=3)),
    "a manifest opened twice": (FOUND, opened(2), opened(3)),
    "a manifest opened again after its close": (FOUND, opened(2), closed(3, run=2, left=4), opened(4)),
    "a resume of nothing": (FOUND, resumed(2, run=2)),
    "a chunk of nothing": (FOUND, chunk(2, run=2, first=1, last=1)),
    "a chunk of another run's number": (FOUND, opened(2), chunk(3, run=1, first=1, last=1)),
    "a close of nothing": (FOUND, closed(2, run=2)),
    "a resume after the close": (FOUND, opened(2), closed(3, run=2, left=4), resumed(4, run=2)),
    "a chunk after the close": (FOUND, opened(2), closed(3, run=2, left=4), chunk(4, run=2, first=1, last=1)),
    "a second close": (FOUND, opened(2), closed(3, run=2, left=4), closed(4, run=2, left=4)),
    "a chunk that does not begin at 1": (FOUND, opened(2), chunk(3, run=2, first=2, last=3)),
    "a chunk that leaves a gap": (*WHOLE[:3], chunk(4, run=2, first=4, last=4)),
    "a chunk that overlaps": (*WHOLE[:3], chunk(4, run=2, first=2, last=3)),
    "a chunk of no lines": (FOUND, opened(2), chunk(3, run=2, first=1, last=0)),
    "a chunk that overlaps across a resume": (*WHOLE[:4], chunk(5, run=2, first=1, last=2)),
    "outcomes that do not add up": (FOUND, opened(2), chunk(3, run=2, first=1, last=2, applied=1)),
    "more lines than the change set": (FOUND, opened(2), chunk(3, run=2, first=1, last=5)),
    "a close with other sums": (*WHOLE[:5], closed(6, run=2, applied=3, held=1)),
    "a close that leaves too little": (*WHOLE[:3], closed(4, run=2, applied=1, conflicts=1, left=1)),
    "a time before that of the record before": (FOUND, msgspec.structs.replace(opened(2), time="2024-03-05T10:29:59Z")),
}


@pytest.mark.parametrize("records", ILLEGAL.values(), ids=ILLEGAL.keys())
def test_a_move_that_the_protocol_does_not_know_breaks_the_chain(records: tuple[Record, ...]) -> None:
    with pytest.raises(BrokenChain):
        read_past(records)


@pytest.mark.parametrize("dropped", range(7))
def test_a_chain_without_one_of_its_records_is_refused_where_others_rest_on_it(dropped: int) -> None:
    records = [record for place, record in enumerate(WHOLE) if place != dropped]
    needed: dict[int, Any] = {0: "found", 1: "open", 2: "chunk", 4: "chunk"}
    if dropped in needed:
        with pytest.raises(BrokenChain):
            read_past(records)
    else:
        assert read_past(records).found == FOUND


@given(some.integers(1, 2 * MOST_ROWS), some.floats(0, allow_nan=False, allow_infinity=False))
def test_the_next_chunk_keeps_its_bounds_whatever_the_last_one_took(rows: int, seconds: float) -> None:
    chosen = next_rows(rows, seconds=seconds)

    assert FEWEST_ROWS <= chosen <= GROWN_ROWS
    assert chosen <= max(2 * rows, FEWEST_ROWS)


@pytest.mark.parametrize(
    ("rows", "seconds", "chosen"),
    [(5000, 1.0, 5000), (5000, 2.0, 2500), (2000, 0.8, 2500), (4000, 0.1, 5000), (1000, 0.0, 2000), (400, 60.0, 100)],
)
def test_the_next_chunk_takes_about_a_second(rows: int, seconds: float, chosen: int) -> None:
    assert next_rows(rows, seconds=seconds) == chosen
