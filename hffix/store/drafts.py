"""A change set while it is written: in a folder of its own, which nobody takes for a change set until it is whole."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from hffix.errors.changesets import BadManifest, Twins
from hffix.errors.project import AlreadyThere
from hffix.model import canonical
from hffix.model.manifest import PART_LINES, Manifest, Root
from hffix.store.beside import Beside
from hffix.store.files import make_folder, read, storing, sync_folder, write_once
from hffix.store.line_files import LineFile, Rooting
from hffix.store.verified import (
    MANIFEST,
    PARAMS,
    SCHEMA,
    UNRESOLVED,
    ChangeSet,
    digests_of,
    part_name,
    root_of_parts,
)

DRAFT: Final = ".draft-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the lines of a draft come to, as its manifest must state it."""

    root: str
    leaves: int
    parts: tuple[Root, ...]
    unresolved: Root


def draft(changesets: Path, *, rooted: Rooting | None = None) -> "Draft":
    """Begin a change set; what is not finished leaves nothing behind. The roots of lines may come from elsewhere."""
    return Draft(changesets, rooted=rooted)


class Draft:
    """Lines that stream into compressed parts, while their roots are computed; both go on beside the caller."""

    def __init__(self, changesets: Path, *, rooted: Rooting | None = None) -> None:
        self._changesets = changesets
        self._rooted = rooted
        self._parts: list[Callable[[], Root]] = []
        self._sums: Sums | None = None

    def __enter__(self) -> Self:
        with storing(self._changesets):
            make_folder(self._changesets)
            # mkdtemp makes the folder with mode 0700.
            self._folder = Path(tempfile.mkdtemp(dir=self._changesets, prefix=DRAFT))
        self._beside = Beside()
        self._unresolved = LineFile(self._folder / UNRESOLVED)
        self._part: LineFile | None = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.close()
        for file in (self._part, self._unresolved):
            if file is not None:
                file.close()
        # After `finish` the folder has its final name, and nothing is here to take away.
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, lines: Sequence[bytes]) -> None:
        """Append lines, in the order in which they will be written; they come without their line ends."""
        taken = 0
        while taken < len(lines):
            if self._part is None:
                path = self._folder / part_name(len(self._parts) + 1)
                self._part = LineFile(path, rooted=self._rooted, beside=self._beside)
            room = PART_LINES - self._part.lines
            self._part.add(lines[taken : taken + room])
            taken += room
            if self._part.lines == PART_LINES:
                self._finish_part()

    def add_unresolved(self, lines: Sequence[bytes]) -> None:
        """Append rows that are left to people."""
        self._unresolved.add(lines)

    @property
    def sums(self) -> Sums:
        """What all lines come to; asking closes the files, and no line can be added after it."""
        if self._sums is None:
            self._finish_part()
            parts = tuple([finished() for finished in self._parts])
            whole = root_of_parts(parts)
            unresolved = self._unresolved.finish()
            self._sums = Sums(root=whole.root, leaves=whole.leaves, parts=parts, unresolved=unresolved)
        return self._sums

    def preview(self, manifest: Manifest) -> ChangeSet:
        """Show the draft as the change set it would be, to try it out before anyone can sign it."""
        self._check(manifest)
        return ChangeSet(manifest=manifest, digest=manifest.digest, folder=self._folder)

    def finish(
        self,
        manifest: Manifest,
        *,
        schema: Mapping[str, Mapping[str, object]],
        params: Sequence[bytes] = (),
        approvals: Path,
    ) -> ChangeSet:
        """Make the draft a change set under its final name, and its manifest known where it is approved."""
        self._check(manifest)
        data, digest = manifest.to_bytes(), manifest.digest
        described = canonical.encode({table: dict(description) for table, description in schema.items()})
        if digests_of(_object(described)) != manifest.schema:
            raise BadManifest("the manifest's schema digests are not those of the tables described")
        final, known = self._changesets / digest[:12], approvals / digest[:12] / MANIFEST
        for other in (final / MANIFEST, known):
            _refuse_twin(other, data=data)
        write_once(self._folder / SCHEMA, described)
        write_once(self._folder / PARAMS, b"".join(line + b"\n" for line in params))
        write_once(self._folder / MANIFEST, data)
        if not (final / MANIFEST).exists():
            with storing(final):
                sync_folder(self._folder)
                self._folder.rename(final)
                sync_folder(self._changesets)
        try:
            write_once(known, data)
        except AlreadyThere as fault:
            raise Twins(f"{known} holds another manifest") from fault
        return ChangeSet(manifest=manifest, digest=digest, folder=final)

    def _finish_part(self) -> None:
        if self._part is not None:
            self._parts.append(self._part.finishing())
            self._part = None

    def _check(self, manifest: Manifest) -> None:
        stated = Sums(root=manifest.root, leaves=manifest.leaves, parts=manifest.parts, unresolved=manifest.unresolved)
        if stated != self.sums:
            raise BadManifest("the manifest does not state what the draft's lines come to")


def _object(data: bytes) -> dict[str, canonical.Json]:
    value = canonical.decode(data)
    if not isinstance(value, dict):
        raise BadManifest("a schema is an object of tables")
    return value


def _refuse_twin(path: Path, *, data: bytes) -> None:
    if path.exists() and read(path) != data:
        raise Twins(f"{path} holds another manifest with the same first twelve digits")
