"""Verifying the log: every row's text against its leaf, every chunk's rows against its record, every run's root."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from hffix.changelog import reader
from hffix.changelog.rows import LogColumns, LogRow
from hffix.database import Snapshot
from hffix.errors.evidence import BrokenChain
from hffix.model import merkle
from hffix.model.record import Chunk
from hffix.model.run import Run
from hffix.workflow.hashing import HERE, Hashing
from hffix.workflow.verify_cases import CasesMet, check_outcomes
from hffix.workflow.verify_findings import Findings
from hffix.workflow.verify_folded import Folded, are_apart, entries_of

WRITTEN_OVER: Final = frozenset({"update", "delete"})


@dataclass(slots=True)
class ChunkRows:
    """What the rows under one chunk record say together."""

    first: int
    next: int
    rows: int = 0
    entries: merkle.Tree = field(default_factory=merkle.Tree)
    outcomes: Counter[str] = field(default_factory=Counter)
    backed_up: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Rows of a chunk, and what they come to when it is asked for."""

    block: LogColumns
    folded: Callable[[], Folded | None]


def check_run(
    snapshot: Snapshot,
    run: Run,
    *,
    rows: int,
    erased: AbstractSet[str],
    findings: Findings,
    beside: Callable[[LogColumns], None] | None = None,
    hashing: Hashing = HERE,
) -> merkle.Tree | None:
    """Check every row under a run's number, of which there are `rows`; give the tree, where each row has its place.

    `beside` is given the rows too, so that they need not be read once more for what else they are good for.
    """
    cases = CasesMet(run.id, findings)
    looking = _Looking(run.id, erased=erased, findings=findings, cases=cases, beside=beside)
    before = findings.count
    looking.through(snapshot, run.chunks, hashing=hashing)
    cases.end()
    if rows > looking.seen:
        inserted = f"{rows - looking.seen:,} rows stand under none of its chunks"
        findings.problem("log-row-inserted", f"run {run.id}", inserted)
    return looking.tree if findings.count == before else None


def row_holds(row: LogRow) -> bool:
    """Say whether a row that was not erased gives its leaf, and what was observed gives its own."""
    findings = Findings()
    _check_row(row, _leaves([row])[0], 0, erased=frozenset(), findings=findings)
    _check_observed(row, 0, findings)
    return not findings.count


def chunk_holds(snapshot: Snapshot, run: int, chunk: Chunk, *, erased: AbstractSet[str]) -> bool:
    """Say whether the rows under a chunk's record are those that it was made of."""
    findings = Findings()
    _Looking(run, erased=erased, findings=findings, cases=CasesMet(run, findings)).through(snapshot, [chunk])
    return not findings.count


class _Looking:
    """A look at the rows of one run, chunk by chunk."""

    def __init__(
        self,
        run: int,
        *,
        erased: AbstractSet[str],
        findings: Findings,
        cases: CasesMet,
        beside: Callable[[LogColumns], None] | None = None,
    ) -> None:
        self._run = run
        self._erased = erased
        self._findings = findings
        self._cases = cases
        self._beside = beside
        self.seen = 0
        self.tree = merkle.Tree()

    def through(self, snapshot: Snapshot, chunks: Sequence[Chunk], *, hashing: Hashing = HERE) -> None:
        """Look at all rows of some chunks."""
        found, before = None, 0
        for chunk, asked in _one_behind(_ask(snapshot, self._run, chunks, hashing)):
            if found is None:
                found, before = ChunkRows(first=chunk.first, next=chunk.first), self._findings.count
            if isinstance(asked, _Asked):
                self._look(asked, chunk, found)
                continue
            if asked is not None:
                where = _lines(self._run, found.next, chunk.last)
                self._findings.problem("log-unreadable", where, asked.message)
                found.unread = chunk.last + 1 - found.next
            else:
                _tell_missing(self._run, found.next, chunk.last + 1, self._findings)
            if self._findings.count == before:
                _check_record(self._run, chunk, found, self._findings)
            self.seen += found.rows + found.unread
            found = None

    def _look(self, asked: _Asked, chunk: Chunk, found: ChunkRows) -> None:
        known = self._findings.count
        _check_block(asked, self._run, found, self.tree, erased=self._erased, findings=self._findings)
        if self._findings.count == known:
            self._cases.follow(asked.block, chunk=chunk.first)
            if self._beside is not None:
                self._beside(asked.block)


def _ask(
    snapshot: Snapshot, run: int, chunks: Sequence[Chunk], hashing: Hashing
) -> Iterator[tuple[Chunk, _Asked | BrokenChain | None]]:
    """Read chunks and have their rows folded; behind each stands what kept the rest from being read, if anything."""
    leaves = 0
    for chunk in chunks:
        entries = 0
        try:
            for block in reader.columns(snapshot, run, first=chunk.first, last=chunk.last):
                yield chunk, _Asked(block, hashing.folded(block, first=leaves, entry=entries))
                entries += len(block.seq)
                leaves += len(block.seq)
        except BrokenChain as fault:
            yield chunk, fault
        else:
            yield chunk, None


def _one_behind(
    events: Iterable[tuple[Chunk, _Asked | BrokenChain | None]],
) -> Iterator[tuple[Chunk, _Asked | BrokenChain | None]]:
    """Hold back rows until the next ones are read, so that they are folded elsewhere meanwhile."""
    held: list[tuple[Chunk, _Asked | BrokenChain | None]] = []
    for event in events:
        if isinstance(event[1], _Asked):
            yield from held
            held.clear()
        held.append(event)
    yield from held


def _check_record(run: int, chunk: Chunk, found: ChunkRows, findings: Findings) -> None:
    """Hold rows that are whole by themselves against the record of their chunk."""
    where = _lines(run, chunk.first, chunk.last)
    if found.outcomes != Counter(applied=chunk.applied, held=chunk.held, conflict=chunk.conflicts):
        findings.problem("outcome", where, "the outcomes of its rows are not those that its record counts")
    elif found.entries.root().hex() != chunk.entries:
        findings.problem("entries-root", where, "the rows are not those that the record was made of, or not so")
    elif found.backed_up != chunk.backup.rows:
        findings.problem("backup-rows", where, "it backed up another number of rows than it wrote over")


def _check_block(
    asked: _Asked, run: int, found: ChunkRows, tree: merkle.Tree, *, erased: AbstractSet[str], findings: Findings
) -> None:
    block, first = asked.block, found.next
    if list(block.seq) != list(range(first, first + len(block.seq))):
        for seq in block.seq:
            _tell_missing(run, found.next, int(seq), findings)
            found.next = int(seq) + 1
    found.next = int(block.seq[-1]) + 1
    _add(asked, run, found, tree, erased=erased, findings=findings)
    found.rows += len(block.seq)
    if not erased.isdisjoint(block.leaf):
        for row in block.rows():
            if row.leaf in erased and not row.erased:
                where = f"run {run}, line {row.seq}"
                findings.problem("erased-returned", where, "a record says that it was erased, and its texts are here")
    if {*block.observed, *block.observed_leaf} != {None}:
        for row in block.rows():
            _check_observed(row, run, findings)
    decided = _decided(block)
    if any((kind == "ask") != (outcome == "held") for outcome, kind in decided if outcome != "conflict"):
        check_outcomes(block.rows(), run, findings)
    for (outcome, kind), rows in decided.items():
        found.outcomes[outcome] += rows
        found.backed_up += rows if outcome == "applied" and kind in WRITTEN_OVER else 0


def _add(
    asked: _Asked, run: int, found: ChunkRows, tree: merkle.Tree, *, erased: AbstractSet[str], findings: Findings
) -> None:
    """Append the rows' leaves to the tree of their run, and their entries to that of their chunk."""
    folded = asked.folded()
    if folded is None:
        one_by_one = asked.block.rows()
        tree.add(
            _check_row(row, leaf, run, erased=erased, findings=findings)
            for row, leaf in zip(one_by_one, _leaves(one_by_one), strict=True)
        )
        found.entries.add(entries_of(asked.block))
    else:
        for whole, nodes in ((tree, folded.leaves), (found.entries, folded.entries)):
            for size, node in nodes:
                whole.add_node(node, leaves=size)


def _decided(block: LogColumns) -> Counter[tuple[str, str]]:
    outcomes, kinds = set(block.outcome), set(block.kind)
    if len(outcomes) == len(kinds) == 1:
        return Counter({(outcomes.pop(), kinds.pop()): len(block.seq)})
    return Counter(zip(block.outcome, block.kind, strict=True))


def _leaves(block: Sequence[LogRow]) -> list[bytes]:
    try:
        return [sha256(b"\x00" + row.line()).digest() for row in block]
    except TypeError:
        # A column holds something else than text, which no line does.
        return [_leaves([row])[0] for row in block] if len(block) > 1 else [merkle.EMPTY]


def _check_row(row: LogRow, leaf: bytes, run: int, *, erased: AbstractSet[str], findings: Findings) -> bytes:
    """Check one row by itself; give the leaf that it counts as."""
    where = f"run {run}, line {row.seq}"
    if row.erased and (row.row_key, row.before, row.after, row.origin, row.observed) == (None,) * 5:
        if row.leaf in erased:
            return bytes.fromhex(row.leaf)
        findings.problem("erased-unnamed", where, "its texts are gone, and no erase record names it")
    elif leaf.hex() != row.leaf:
        findings.problem("log-row-edited", where, "its texts do not give its leaf")
    elif not are_apart(LogColumns.of([row])):
        findings.problem("log-row-edited", where, "its columns are not the parts of its line")
    return leaf


def _check_observed(row: LogRow, run: int, findings: Findings) -> None:
    told = row.observed
    leaf = sha256(b"\x00" + str(told).encode()).hexdigest() if told is not None else None
    if leaf != row.observed_leaf and not (row.erased and told is None):
        findings.problem("log-row-edited", f"run {run}, line {row.seq}", "what was observed does not give its leaf")


def _tell_missing(run: int, first: int, end: int, findings: Findings) -> None:
    if first < end:
        findings.problem("log-row-missing", _lines(run, first, end - 1), "the change log does not hold it")


def _lines(run: int, first: int, last: int) -> str:
    return f"run {run}, line {first}" if first == last else f"run {run}, lines {first}-{last}"
