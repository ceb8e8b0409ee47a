"""The change sets of a project: drafting one, and finding one by the beginning of its digest."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from hffix.errors.changesets import AmbiguousChangeSet, RowsChanged, Twins, UnknownChangeSet
from hffix.model import canonical
from hffix.model.manifest import Manifest, read_manifest
from hffix.store.drafts import Draft, Sums, draft
from hffix.store.files import read, storing
from hffix.store.projects import Project
from hffix.store.verified import MANIFEST, ChangeSet, UnresolvedLine

__all__ = [
    "ChangeSet",
    "Draft",
    "Sums",
    "UnresolvedLine",
    "all_change_sets",
    "damaged",
    "draft",
    "find",
    "known_manifest",
]

_BEGINNING: Final = re.compile(r"[0-9a-f]{4,64}")
_ID: Final = re.compile(r"[0-9a-f]{12}")


def find(project: Project, beginning: str) -> ChangeSet:
    """Find the one change set whose digest begins with these digits, at least four; refuse one that is damaged."""
    stored, bad = _stored(project)
    wanted = beginning.lower()
    if not _BEGINNING.fullmatch(wanted):
        raise UnknownChangeSet("a change set is named by at least four hex digits of its digest")
    digests = sorted(
        {digest for digest in stored if digest.startswith(wanted)}
        | {folder for folder in bad if folder.startswith(wanted[: len(folder)])}
    )
    digests = [digest for digest in digests if digest in bad or digest[:12] not in bad]
    if not digests:
        raise UnknownChangeSet(f"no change set begins with {wanted}")
    if len(digests) > 1:
        raise AmbiguousChangeSet(f"{wanted} begins {', '.join(digest[:12] for digest in digests)}")
    if digests[0] in bad:
        raise _misnamed(bad[digests[0]])
    return _change_set(project, digests[0], stored[digests[0]])


def all_change_sets(project: Project) -> tuple[ChangeSet, ...]:
    """Give every change set that is known here, by digest; a damaged one is left out, and does not hide the others."""
    stored, bad = _stored(project)
    return tuple(_change_set(project, digest, data) for digest, data in stored.items() if digest[:12] not in bad)


def damaged(project: Project) -> tuple[str, ...]:
    """Name the change sets that have a manifest which is not the one that its folder is named for."""
    return tuple(_stored(project)[1])


def known_manifest(project: Project, digest: str) -> Manifest | None:
    """Give the manifest of exactly this digest, or None where no copy of it is whole here."""
    data = _stored(project)[0].get(digest)
    return None if data is None else read_manifest(data)


def _change_set(project: Project, digest: str, data: bytes) -> ChangeSet:
    folder = project.changesets / digest[:12]
    return ChangeSet(
        manifest=read_manifest(data), digest=digest, folder=folder if (folder / MANIFEST).is_file() else None
    )


def _misnamed(path: Path) -> RowsChanged:
    return RowsChanged(f"{path} is not the manifest that its folder is named for")


def _stored(project: Project) -> tuple[dict[str, bytes], dict[str, Path]]:
    """Read every manifest, by its digest, and name the damaged ones by their folder; refuse twins."""
    stored: dict[str, bytes] = {}
    bad: dict[str, Path] = {}
    for path in sorted((*_manifests(project.changesets), *_manifests(project.approvals))):
        data = read(path)
        digest = canonical.digest(data)
        if digest[:12] == path.parent.name:
            stored[digest] = data
        else:
            bad.setdefault(path.parent.name, path)
    digests = sorted(stored)
    for digest, other in pairwise(digests):
        if digest[:12] == other[:12]:
            raise Twins(f"{digest} and {other} share their first twelve digits")
    return {digest: stored[digest] for digest in digests}, dict(sorted(bad.items()))


def _manifests(folder: Path) -> Iterator[Path]:
    with storing(folder):
        if not folder.is_dir():
            return
        for inner in folder.iterdir():
            if _ID.fullmatch(inner.name) and (inner / MANIFEST).is_file():
                yield inner / MANIFEST
