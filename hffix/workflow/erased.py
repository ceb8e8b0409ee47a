"""Erased: what a record says was erased is never applied again, wherever its text may still stand."""

import re
from typing import Final

from hffix.errors.changesets import LinesErased
from hffix.model.run import Past
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import is_erased, leaf_of
from hffix.workflow.hashing import HERE, Hashing

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def erased_leaves(past: Past) -> frozenset[str]:
    """Give the leaves that records erased; what a record names badly erases nothing."""
    return frozenset(leaf for leaf in past.erased if _DIGEST.fullmatch(leaf))


def verify_unerased(change_set: ChangeSet, past: Past, *, decided: int, hashing: Hashing = HERE) -> None:
    """Hold a change set's rows against its manifest; refuse where one that is not decided yet was erased."""
    erased = frozenset(map(bytes.fromhex, erased_leaves(past)))
    if not change_set.verify(erased=erased, rooted=hashing.root):
        return
    for lines in change_set.blocks(start=decided):
        if any(is_erased(line) or leaf_of(line) in erased for line in lines):
            raise LinesErased(
                f"change set {change_set.id} holds lines that were erased",
                hint="Plan again; an open run is ended with: hffix close CHANGESET" if decided else None,
            )
