"""Closing a run: its leaves give the approved root, what it ensures is asked, and a record says how it ended."""

from collections.abc import Iterator
from functools import partial

from hffix.changelog import reader
from hffix.database.session import NO_PARAMS
from hffix.errors import HffixError
from hffix.errors.applying import KeepsUnproved, RootDiffers
from hffix.errors.evidence import EnsuresUnmet
from hffix.errors.fixes import KeepsBroken
from hffix.model import merkle
from hffix.model.change import Line, read_lines
from hffix.model.record import Close, Ensured, Left
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import leaf_of
from hffix.workflow.again import again
from hffix.workflow.conditions import holds
from hffix.workflow.given import bound_again
from hffix.workflow.measure import Measure
from hffix.workflow.session import Work


def close_run(work: Work, *, state: str) -> HffixError | None:
    """Close a run whose lines are all decided (`done`), or abandon what is left of it (`closed`)."""
    done = state == "done"
    left = Left(lines=work.manifest.leaves - work.decided, nodes=tuple(_nodes(work)))
    if left.nodes or not left.lines:
        _prove_root(work, left)
    ensuring = work.manifest.ensures
    params = bound_again(work.change_set) if ensuring else NO_PARAMS
    ensures = tuple(
        Ensured(title=condition.title, held=holds(work.session, condition, params=params)) for condition in ensuring
    )
    append = partial(_append_close, work, state=state, left=left, ensures=ensures)
    again(work.session, append, renewed=partial(work.refuse_moved, work.session))
    unmet = [ensured.title for ensured in ensures if not ensured.held]
    if unmet and done:
        return EnsuresUnmet(f"ensured, and not so: {'; '.join(unmet)}")
    return _unkept(work) if work.conflicts and done else None


def _append_close(work: Work, *, state: str, left: Left, ensures: tuple[Ensured, ...]) -> None:
    work.session.begin()
    try:
        work.lock_head(work.session)
        record = Close(
            number=work.head.number + 1,
            time=work.time(work.session),
            run=work.run,
            operator=work.operator,
            state="done" if state == "done" else "closed",
            applied=work.applied,
            held=work.held,
            conflicts=work.conflicts,
            left=left,
            ensures=ensures,
        )
        work.commit_record(work.session, record, name="close", holder=None)
    except BaseException:
        work.session.rollback()
        raise


def _unkept(work: Work) -> HffixError | None:
    """Total what is kept over the lines that were written; only conflicts, which are left, can unbalance it."""
    measure = Measure([kept.columns for kept in work.manifest.keeps])
    for block in reader.changes(work.session, work.run) if work.manifest.keeps else ():
        for line in read_lines([row.line() for row in block if row.outcome == "applied"]):
            if isinstance(line, Line):
                measure.add(line.table, kind=line.kind, before=line.before, after=line.after)
    try:
        measure.keeps()
    except KeepsBroken as fault:
        return KeepsUnproved(f"{fault.message}, for {work.conflicts:,} lines that belong to it are left")
    return None


def _nodes(work: Work) -> Iterator[str]:
    """Compute the nodes that cover the lines that are left; none where their files are lost."""
    if work.change_set.folder is None:
        return
    remaining = _leaves_of(work.change_set, start=work.decided)
    for node in merkle.cover_nodes(remaining, first=work.decided, leaves=work.manifest.leaves):
        yield node.hex()


def _leaves_of(change_set: ChangeSet, *, start: int) -> Iterator[bytes]:
    for block in change_set.blocks(start=start):
        yield from map(leaf_of, block)


def _prove_root(work: Work, left: Left) -> None:
    """Hold the leaves that were decided, and what covers the rest, against the approved root."""
    tree = work.leaves if work.leaves.leaves == work.decided else _logged(work)
    sizes = merkle.cover(work.decided, work.manifest.leaves)
    for size, node in zip(sizes, left.nodes, strict=True):
        tree.add_node(bytes.fromhex(node), leaves=size)
    if tree.root().hex() != work.manifest.root or tree.leaves != work.manifest.leaves:
        raise RootDiffers(f"the leaves of run {work.run} do not give the approved root")


def _logged(work: Work) -> merkle.Tree:
    """Read the leaves of earlier sessions from the log."""
    tree = merkle.Tree()
    for leaves in reader.leaves(work.session, work.run):
        tree.add(map(bytes.fromhex, leaves))
    return tree
