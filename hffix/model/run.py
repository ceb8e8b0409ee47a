"""Runs: what the chain's records say of one use of a change set, and how large the next chunk is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from hffix.errors.evidence import BrokenChain
from hffix.model.record import Chunk, Close, Erase, Found, Move, Open, Record, Resume, Revoke

FIRST_ROWS: Final = 5_000
FEWEST_ROWS: Final = 100
MOST_ROWS: Final = 10_000
# Measured: larger chunks are no faster, and every thousand rows more keep some ten megabytes more in memory.
GROWN_ROWS: Final = 5_000
MOST_BYTES: Final = 8 * 1024 * 1024
CHUNK_SECONDS: Final = 1.0
_SHORTEST_SECONDS: Final = 0.001

State = Literal["done", "paused", "stopped", "closed"]
Outcome = Literal["applied", "held", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as its records tell it."""

    opened: Open
    sessions: tuple[Open | Resume, ...]
    chunks: tuple[Chunk, ...]
    closed: Close | None

    @property
    def id(self) -> int:
        """The number of the open record, which every command shows."""
        return self.opened.number

    @property
    def operators(self) -> frozenset[str]:
        """Everyone who opened or resumed the run; none of them counts as its approver."""
        return frozenset(session.operator for session in self.sessions)

    @property
    def decided(self) -> int:
        """How many lines are decided; they are always the first ones."""
        return self.chunks[-1].last if self.chunks else 0

    @property
    def applied(self) -> int:
        """How many lines were written."""
        return sum(chunk.applied for chunk in self.chunks)

    @property
    def held(self) -> int:
        """How many questions of cases still had their answer."""
        return sum(chunk.held for chunk in self.chunks)

    @property
    def conflicts(self) -> int:
        """How many lines were left because their row had changed."""
        return sum(chunk.conflicts for chunk in self.chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the chain's records say: the lineage, its runs, what was revoked or erased, and by which policies."""

    found: Found
    place: Mapping[str, str]
    last_time: str = ""
    runs: Mapping[int, Run] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    pinned: tuple[Found | Open | Erase, ...] = ()
    last_number: int = 1

    def run_of(self, manifest: str) -> Run | None:
        """Find the one run of a change set."""
        return next((run for run in self.runs.values() if run.opened.manifest == manifest), None)

    @property
    def open_runs(self) -> tuple[int, ...]:
        """The runs that are not closed."""
        return tuple(number for number, run in self.runs.items() if run.closed is None)


def read_past(records: Iterable[Record]) -> Past:
    """Read the records of a chain into what they say; refuse a move that the protocol does not know."""
    stories: dict[int, list[Record]] = {}
    found: Found | None = None
    place: Mapping[str, str] = {}
    revoked: set[str] = set()
    erased: set[str] = set()
    pinned: list[Found | Open | Erase] = []
    last_time, last_number = "", 1
    for record in records:
        fault = _illegal(record, found=found, stories=stories)
        if fault:
            raise BrokenChain(f"record {record.number}: {fault}")
        if record.time < last_time:
            raise BrokenChain(f"record {record.number}: its time is before that of the record before it")
        last_time, last_number = record.time, record.number
        if isinstance(record, Found | Open | Erase):
            pinned.append(record)
        if isinstance(record, Found):
            found, place = record, record.place
        elif isinstance(record, Move):
            place = record.place
        elif isinstance(record, Revoke):
            revoked.update(record.manifests)
        elif isinstance(record, Erase):
            erased.update(record.leaves)
        else:
            stories.setdefault(record.run, []).append(record)
    if found is None:
        raise BrokenChain("the chain has no first record")
    return Past(
        found=found,
        place=place,
        last_time=last_time,
        runs={number: _run(story) for number, story in stories.items()},
        revoked=frozenset(revoked),
        erased=frozenset(erased),
        pinned=tuple(pinned),
        last_number=last_number,
    )


def _illegal(record: Record, *, found: Found | None, stories: dict[int, list[Record]]) -> str | None:
    """Say which rule of the protocol a record breaks, or None."""
    if isinstance(record, Found) != (found is None) or isinstance(record, Found) != (record.number == 1):
        return "the first record, and only that, founds the lineage"
    if isinstance(record, Open):
        if record.run != record.number:
            return "a run's id is the number of its open record"
        if any(isinstance(s[0], Open) and s[0].manifest == record.manifest for s in stories.values()):
            return "the manifest was opened before"
    elif isinstance(record, Resume | Chunk | Close):
        story = stories.get(record.run)
        if not story:
            return "its run was never opened"
        if isinstance(story[-1], Close):
            return "its run is closed"
        if isinstance(record, Chunk):
            return _illegal_chunk(record, story)
        if isinstance(record, Close):
            return _illegal_close(record, _run(story))
    return None


def _illegal_chunk(chunk: Chunk, story: list[Record]) -> str | None:
    last = next((earlier.last for earlier in reversed(story) if isinstance(earlier, Chunk)), 0)
    lines = chunk.last - chunk.first + 1
    if chunk.first != last + 1 or lines < 1:
        return "its lines do not follow those of the chunk before"
    if chunk.applied + chunk.held + chunk.conflicts != lines:
        return "its outcomes do not add up to its lines"
    if isinstance(story[0], Open) and chunk.last > story[0].leaves:
        return "its lines go beyond those of its change set"
    return None


def _illegal_close(close: Close, run: Run) -> str | None:
    if (close.applied, close.held, close.conflicts) != (run.applied, run.held, run.conflicts):
        return "its outcomes are not those of its run's chunks"
    if run.decided + close.left.lines != run.opened.leaves:
        return "its lines and those it leaves are not those of its change set"
    return None


def _run(story: list[Record]) -> Run:
    opened, last = story[0], story[-1]
    if not isinstance(opened, Open):
        raise BrokenChain(f"record {opened.number}: its run was never opened")
    return Run(
        opened=opened,
        sessions=tuple(record for record in story if isinstance(record, Open | Resume)),
        chunks=tuple(record for record in story if isinstance(record, Chunk)),
        closed=last if isinstance(last, Close) else None,
    )


def next_rows(rows: int, *, seconds: float) -> int:
    """Choose the next chunk's rows so that it holds its locks for about one second."""
    wanted = int(rows * CHUNK_SECONDS / max(seconds, _SHORTEST_SECONDS))
    # At most doubled: one quick chunk must not be followed by one that blocks the business for long.
    return max(FEWEST_ROWS, min(wanted, rows * 2, GROWN_ROWS))
