"""Verifying the log: every row's text against its leaf, every chunk's rows against its record, every run's root."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import msgspec

from hffix.changelog import reader
from hffix.changelog.rows import LogColumns, LogRow
from hffix.database import Snapshot
from hffix.errors.evidence import BrokenChain
from hffix.model import merkle
from hffix.model.change import KINDS
from hffix.model.record import Chunk, entries_root, entry_leaves
from hffix.model.run import Run
from hffix.workflow.verify_cases import CasesMet, check_outcomes
from hffix.workflow.verify_findings import Findings

SALT_DIGITS: Final = 32
FOLDED: Final = 4096
# Reads one value of JSON through to its end, and makes nothing of it.
_ONE_VALUE: Final = msgspec.json.Decoder(msgspec.Raw).decode
WRITTEN_OVER: Final = frozenset({"update", "delete"})


class RunTree:
    """The tree of a run's leaves, in memory of a few thousand of them."""

    def __init__(self) -> None:
        self._tree = merkle.Tree()
        self._waiting: list[bytes] = []

    def add(self, leaves: Sequence[bytes]) -> None:
        """Append the leaves of some rows."""
        self._waiting += leaves
        # A power of two of leaves is a node of the tree.
        while len(self._waiting) >= FOLDED:
            self._tree.add_node(merkle.root(self._waiting[:FOLDED]), leaves=FOLDED)
            del self._waiting[:FOLDED]

    def finish(self) -> merkle.Tree:
        """Give the tree, to which only the nodes of a run's rest can be added."""
        self._tree.add(self._waiting)
        self._waiting = []
        return self._tree


@dataclass(slots=True)
class ChunkRows:
    """What the rows under one chunk record say together."""

    first: int
    next: int
    leaves: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    backed_up: int = 0
    unread: int = 0


def check_run(
    snapshot: Snapshot,
    run: Run,
    *,
    rows: int,
    erased: AbstractSet[str],
    findings: Findings,
    beside: Callable[[LogColumns], None] | None = None,
) -> RunTree | None:
    """Check every row under a run's number, of which there are `rows`; give the tree, where each row has its place.

    `beside` is given the rows too, so that they need not be read once more for what else they are good for.
    """
    before, seen, tree = findings.count, 0, RunTree()
    cases = CasesMet(run.id, findings)
    for chunk in run.chunks:
        found = _check_chunk(snapshot, run.id, chunk, erased=erased, findings=findings, cases=cases, beside=beside)
        seen += len(found.leaves) + found.unread
        tree.add(found.leaves)
    cases.end()
    if rows > seen:
        findings.problem("log-row-inserted", f"run {run.id}", f"{rows - seen:,} rows stand under none of its chunks")
    return tree if findings.count == before else None


def row_holds(row: LogRow) -> bool:
    """Say whether a row that was not erased gives its leaf, and what was observed gives its own."""
    findings = Findings()
    _check_row(row, _leaves([row])[0], 0, erased=frozenset(), findings=findings)
    _check_observed(row, 0, findings)
    return not findings.count


def chunk_holds(snapshot: Snapshot, run: int, chunk: Chunk, *, erased: AbstractSet[str]) -> bool:
    """Say whether the rows under a chunk's record are those that it was made of."""
    findings = Findings()
    _check_chunk(snapshot, run, chunk, erased=erased, findings=findings, cases=CasesMet(run, findings))
    return not findings.count


def _check_chunk(
    snapshot: Snapshot,
    run: int,
    chunk: Chunk,
    *,
    erased: AbstractSet[str],
    findings: Findings,
    cases: CasesMet,
    beside: Callable[[LogColumns], None] | None = None,
) -> ChunkRows:
    before = findings.count
    found = ChunkRows(first=chunk.first, next=chunk.first)
    try:
        for block in reader.columns(snapshot, run, first=chunk.first, last=chunk.last):
            known = findings.count
            _check_block(block, run, found, erased=erased, findings=findings)
            if findings.count == known:
                cases.follow(block, chunk=chunk.first)
                if beside is not None:
                    beside(block)
    except BrokenChain as fault:
        findings.problem("log-unreadable", _lines(run, found.next, chunk.last), fault.message)
        found.unread = chunk.last + 1 - found.next
    else:
        _tell_missing(run, found.next, chunk.last + 1, findings)
    if findings.count == before:
        _check_record(run, chunk, found, findings)
    return found


def _check_record(run: int, chunk: Chunk, found: ChunkRows, findings: Findings) -> None:
    """Hold rows that are whole by themselves against the record of their chunk."""
    where = _lines(run, chunk.first, chunk.last)
    if found.outcomes != Counter(applied=chunk.applied, held=chunk.held, conflict=chunk.conflicts):
        findings.problem("outcome", where, "the outcomes of its rows are not those that its record counts")
    elif entries_root(found.entries) != chunk.entries:
        findings.problem("entries-root", where, "the rows are not those that the record was made of, or not so")
    elif found.backed_up != chunk.backup.rows:
        findings.problem("backup-rows", where, "it backed up another number of rows than it wrote over")


def _check_block(
    block: LogColumns, run: int, found: ChunkRows, *, erased: AbstractSet[str], findings: Findings
) -> None:
    first = found.next
    if list(block.seq) != list(range(first, first + len(block.seq))):
        for seq in block.seq:
            _tell_missing(run, found.next, int(seq), findings)
            found.next = int(seq) + 1
    found.next = int(block.seq[-1]) + 1
    leaves = _plain_leaves(block)
    if leaves is None:
        one_by_one = block.rows()
        leaves = [
            _check_row(row, leaf, run, erased=erased, findings=findings)
            for row, leaf in zip(one_by_one, _leaves(one_by_one), strict=True)
        ]
    if not erased.isdisjoint(block.leaf):
        for row in block.rows():
            if row.leaf in erased and not row.erased:
                where = f"run {run}, line {row.seq}"
                findings.problem("erased-returned", where, "a record says that it was erased, and its texts are here")
    if {*block.observed, *block.observed_leaf} != {None}:
        for row in block.rows():
            _check_observed(row, run, findings)
    found.leaves += leaves
    found.entries += entry_leaves(
        block.seq, leaves=block.leaf, outcomes=block.outcome, observed_leaves=block.observed_leaf
    )
    decided = Counter(zip(block.outcome, block.kind, strict=True))
    if any((kind == "ask") != (outcome == "held") for outcome, kind in decided if outcome != "conflict"):
        check_outcomes(block.rows(), run, findings)
    for (outcome, kind), rows in decided.items():
        found.outcomes[outcome] += rows
        found.backed_up += rows if outcome == "applied" and kind in WRITTEN_OVER else 0


def _plain_leaves(block: LogColumns) -> list[bytes] | None:
    """Give the leaves of rows, each of which gives its own from columns that are the parts of its line; else nothing.

    Only the quick and usual case is answered.
    """
    try:
        leaves = block.leaves()
    except TypeError:
        return None
    return leaves if list(map(bytes.hex, leaves)) == list(block.leaf) and _are_apart(block) else None


def _leaves(block: Sequence[LogRow]) -> list[bytes]:
    try:
        return [sha256(b"\x00" + row.line()).digest() for row in block]
    except TypeError:
        # A column holds something else than text, which no line does.
        return [_leaves([row])[0] for row in block] if len(block) > 1 else [merkle.EMPTY]


def _are_apart(block: LogColumns) -> bool:
    """Say whether every column is a part of its line by itself: then no bytes moved from one to another."""
    try:
        return (
            _are_values(block.row_key, beginning="{")
            and _are_values(block.before, beginning="{n")
            and _are_values(block.after, beginning="{n")
            and _are_values([text for text in block.origin if text is not None], beginning='"')
            and _are_values([text for text in block.case_id if text is not None], beginning='"')
            and None not in block.salt
            and set(map(len, block.salt)) == {SALT_DIGITS}  # type: ignore[arg-type]
            and set(block.kind) <= set(KINDS)
        )
    except (msgspec.DecodeError, TypeError):
        return False


def _are_values(texts: Sequence[str | None], *, beginning: str) -> bool:
    """Say whether each text is one value of JSON, and of a kind that begins like this; n is null's."""
    deque(map(_ONE_VALUE, texts), maxlen=0)  # type: ignore[arg-type]
    return {text[:1] for text in texts} <= set(beginning)  # type: ignore[index]


def _check_row(row: LogRow, leaf: bytes, run: int, *, erased: AbstractSet[str], findings: Findings) -> bytes:
    """Check one row by itself; give the leaf that it counts as."""
    where = f"run {run}, line {row.seq}"
    if row.erased and (row.row_key, row.before, row.after, row.origin, row.observed) == (None,) * 5:
        if row.leaf in erased:
            return bytes.fromhex(row.leaf)
        findings.problem("erased-unnamed", where, "its texts are gone, and no erase record names it")
    elif leaf.hex() != row.leaf:
        findings.problem("log-row-edited", where, "its texts do not give its leaf")
    elif not _are_apart(LogColumns.of([row])):
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
