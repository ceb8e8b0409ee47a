"""Verifying a run as a whole: the approved root, the end of it, and its backup parts on disk."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import islice

from hffix.errors import HffixError
from hffix.errors.changesets import RowsMissing
from hffix.model import merkle
from hffix.model.manifest import Root
from hffix.model.record import Chunk, Close
from hffix.model.run import Run
from hffix.store import backups
from hffix.store.changesets import find
from hffix.store.files import read
from hffix.store.line_files import leaf_of
from hffix.workflow.hashing import HERE, MOST_WAITING, Hashing
from hffix.workflow.setting import Setting
from hffix.workflow.verify_erased import tell_standing
from hffix.workflow.verify_findings import Findings


def check_close(run: Run, findings: Findings) -> None:
    """Hold what a close record says of itself against what it leaves; its sums are the protocol's to check."""
    closed, where = run.closed, f"run {run.id}"
    if closed is None:
        return
    if (closed.state == "done") != (closed.left.lines == 0):
        findings.problem("close-state", where, f"it is {closed.state}, with {closed.left.lines:,} lines left")
    for ensured in closed.ensures:
        if not ensured.held:
            findings.note(f"{where} closed while this did not hold: {ensured.title}")


def check_root(setting: Setting, run: Run, tree: merkle.Tree, findings: Findings) -> None:
    """Hold the leaves of a run against what was approved: the root of a closed one, the lines of an open one."""
    if run.closed is None:
        _check_beginning(setting, run, tree, findings)
        return
    whole = _completed(tree, run, run.closed)
    if whole is None or (whole.root().hex(), whole.leaves) != (run.opened.root, run.opened.leaves):
        findings.problem("approved-root", f"run {run.id}", "its rows, with what is left, do not give the approved root")


def _completed(tree: merkle.Tree, run: Run, closed: Close) -> merkle.Tree | None:
    """Add the nodes that cover the lines that were left."""
    sizes = list(merkle.cover(run.decided, run.opened.leaves)) if closed.left.lines else []
    if len(sizes) != len(closed.left.nodes):
        return None
    try:
        for size, node in zip(sizes, closed.left.nodes, strict=True):
            tree.add_node(bytes.fromhex(node), leaves=size)
    except ValueError:
        return None
    return tree


def _check_beginning(setting: Setting, run: Run, logged: merkle.Tree, findings: Findings) -> None:
    """Hold an open run against the change set's own lines, where they are at hand."""
    where = f"run {run.id}"
    try:
        change_set = find(setting.project, run.opened.manifest)
        planned = merkle.Tree()
        for block in change_set.blocks():
            wanted = run.decided - planned.leaves
            planned.add(map(leaf_of, islice(block, wanted)))
            if len(block) >= wanted:
                break
    except RowsMissing:
        findings.note(f"{where} is open, and the rows of its change set are not here: it is held against no root")
    except HffixError as fault:
        findings.problem("change-set", where, fault.message)
    else:
        if (planned.root(), planned.leaves) != (logged.root(), logged.leaves):
            findings.problem("approved-root", where, "its rows are not the first lines of its change set")


def check_backups(
    setting: Setting, run: Run, *, erased: Collection[str], findings: Findings, hashing: Hashing = HERE
) -> None:
    """Recompute the root of every backup part that a chunk record names."""
    for chunk, root in _few_behind(_ask_roots(setting, run, erased=erased, hashing=hashing)):
        where = f"run {run.id}, backup of lines {chunk.first}-{chunk.last}"
        if root is not None and root() == Root(root=chunk.backup.root, leaves=chunk.backup.rows):
            continue
        for code, fault in _faults(setting, run, chunk, where, erased=erased, findings=findings):
            findings.problem(code, where, fault)


_Rooted = tuple[Chunk, Callable[[], Root | None] | None]


def _ask_roots(setting: Setting, run: Run, *, erased: Collection[str], hashing: Hashing) -> Iterator[_Rooted]:
    """Have the root of every part computed that may well be whole; None stands where it has to be looked into."""
    for chunk in run.chunks:
        root = None
        # Where lines were erased, each has to be held against those.
        if chunk.backup.rows and not erased:
            path = backups.part_path(setting.project.backups, run=run.id, first=chunk.first, root=chunk.backup.root)
            with suppress(HffixError):
                root = hashing.part(read(path)) if path.is_file() else None
        yield chunk, root


def _few_behind(asked: Iterable[_Rooted]) -> Iterator[_Rooted]:
    held: deque[_Rooted] = deque()
    for one in asked:
        held.append(one)
        if len(held) > MOST_WAITING:
            yield held.popleft()
    yield from held


def _faults(
    setting: Setting, run: Run, chunk: Chunk, where: str, *, erased: Collection[str], findings: Findings
) -> Iterator[tuple[str, str]]:
    root = chunk.backup.root
    if not chunk.backup.rows:
        if root != merkle.EMPTY.hex():
            yield "backup-damaged", "its record names a root, but no rows"
        return
    path = backups.part_path(setting.project.backups, run=run.id, first=chunk.first, root=root)
    if not path.is_file():
        yield "backup-missing", f"{path.name} is not there"
        return
    try:
        lines = backups.read_part(path)
    except HffixError as fault:
        yield "backup-damaged", fault.message
        return
    # Only an erased line begins with a quote.
    gone = [line for line in lines if line.startswith(b'"')]
    leaves = [leaf_of(line) for line in lines] if gone else [sha256(b"\x00" + line).digest() for line in lines]
    if (merkle.root(leaves).hex(), len(lines)) != (root, chunk.backup.rows):
        yield "backup-damaged", "its rows do not give the root that its record names"
    if any(leaf_of(line).hex() not in erased for line in gone):
        yield "erased-unnamed", "a row of it is gone, and no erase record names it"
    if erased:
        tell_standing(where, sum(leaf.hex() in erased for leaf in leaves) - len(gone), findings)
