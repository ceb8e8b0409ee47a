"""Closing a run: its leaves give the approved root, what it ensures is asked, and a record says how it ended."""

from collections.abc import Iterator

from hffix.changelog import chain, reader
from hffix.errors import HffixError
from hffix.errors.applying import RootDiffers
from hffix.errors.evidence import EnsuresUnmet
from hffix.errors.targets import Fenced
from hffix.model import merkle
from hffix.model.record import Close, Ensured, Left
from hffix.store.changesets import ChangeSet
from hffix.workflow.conditions import holds
from hffix.workflow.session import Work


def close_run(work: Work, *, state: str) -> HffixError | None:
    """Close a run whose lines are all decided (`done`), or abandon what is left of it (`closed`)."""
    done = state == "done"
    left = Left(lines=work.manifest.leaves - work.decided, nodes=tuple(_nodes(work)))
    if left.nodes or not left.lines:
        _prove_root(work, left)
    ensures = tuple(
        Ensured(title=condition.title, held=holds(work.session, condition)) for condition in work.manifest.ensures
    )
    work.session.begin()
    try:
        head = chain.lock_head(work.session)
        if head.holder != work.token:
            raise Fenced("another session took this lineage over")
        work.head = head
        record = Close(
            number=head.number + 1,
            time=work.time(),
            run=work.run,
            operator=work.operator,
            state="done" if done else "closed",
            applied=work.applied,
            held=0,
            conflicts=work.conflicts,
            left=left,
            ensures=ensures,
        )
        work.commit_record(record, name="close", holder=None)
    except BaseException:
        work.session.rollback()
        raise
    unmet = [ensured.title for ensured in ensures if not ensured.held]
    return EnsuresUnmet(f"ensured, and not so: {'; '.join(unmet)}") if unmet and done else None


def _nodes(work: Work) -> Iterator[str]:
    """Compute the nodes that cover the lines that are left; none where their files are lost."""
    if work.change_set.folder is None:
        return
    remaining = _leaves_of(work.change_set, start=work.decided)
    for node in merkle.cover_nodes(remaining, first=work.decided, leaves=work.manifest.leaves):
        yield node.hex()


def _leaves_of(change_set: ChangeSet, *, start: int) -> Iterator[bytes]:
    for block in change_set.blocks(start=start):
        yield from map(merkle.leaf, block)


def _prove_root(work: Work, left: Left) -> None:
    """Read the leaves from the log, add what covers the rest, and hold the root against the approved one."""
    tree = merkle.Tree()
    for block in reader.changes(work.session, work.run):
        tree.add([bytes.fromhex(row.leaf) for row in block])
    sizes = merkle.cover(work.decided, work.manifest.leaves)
    for size, node in zip(sizes, left.nodes, strict=True):
        tree.add_node(bytes.fromhex(node), leaves=size)
    if tree.root().hex() != work.manifest.root or tree.leaves != work.manifest.leaves:
        raise RootDiffers(f"the leaves of run {work.run} do not give the approved root")
