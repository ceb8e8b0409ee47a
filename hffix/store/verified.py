"""A change set whose rows are held against its manifest before any of them is used."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from hffix.errors.changesets import BadManifest, NotCanonical, RowsChanged, RowsMissing
from hffix.model import canonical, merkle
from hffix.model.change import Cells
from hffix.model.manifest import PART_LINES, Manifest, Root
from hffix.store.files import storing
from hffix.store.line_files import Rooting, leaves_of, split_lines, tree_of

MANIFEST: Final = "manifest.json"
SCHEMA: Final = "schema.json"
PARAMS: Final = "params.jsonl"
UNRESOLVED: Final = "unresolved.jsonl.zst"


class UnresolvedLine(NamedTuple):
    """One row that the fix leaves to people, with the reason."""

    salt: str
    table: str
    key: Cells
    reason: str
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set: its manifest, and the folder of its rows where they are on this machine."""

    manifest: Manifest
    digest: str
    folder: Path | None
    _proven: dict[tuple[str, Root], bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The first twelve digits of the digest, which every command shows."""
        return self.digest[:12]

    def blocks(self, *, start: int = 0, rows: int = 5000) -> Iterator[list[bytes]]:
        """Give the lines from index `start` on, `rows` at a time; no line of a part that was changed is given."""
        check_parts(self.manifest)
        first, skipped = divmod(start, PART_LINES)
        waiting: list[bytes] = []
        for number, part in enumerate(self.manifest.parts[first:], start=first + 1):
            for lines in _skip(self._verified(part_name(number), part), skipped):
                waiting += lines
                while len(waiting) >= rows:
                    yield waiting[:rows]
                    del waiting[:rows]
            skipped = 0
        if waiting:
            yield waiting

    def part(self, number: int) -> Iterator[list[bytes]]:
        """Give the lines of one part, numbered from 1; none of them where the part was changed."""
        return self._verified(part_name(number), self.manifest.parts[number - 1])

    def verify(self, *, erased: AbstractSet[bytes] = frozenset(), rooted: Rooting | None = None) -> bool:
        """Hold every part, the root and the unresolved rows against the manifest.

        Say whether a line of the rows stands as its leaf, or has one of the leaves given as erased. Where none is
        given, the roots of lines may come from elsewhere (`rooted`).
        """
        check_parts(self.manifest)
        parts = [(part_name(number), part) for number, part in enumerate(self.manifest.parts, start=1)]
        asking = None if erased else rooted
        found = [self._prove(name, self._read(name), part, erased=erased, rooted=asking) for name, part in parts]
        self._prove(UNRESOLVED, self._read(UNRESOLVED), self.manifest.unresolved)
        return any(found)

    def unresolved(self) -> Iterator[UnresolvedLine]:
        """Give the rows left to people; those that were erased since are left out."""
        for lines in self.unresolved_lines():
            for line in lines:
                parsed = canonical.decode(line)
                if isinstance(parsed, str):
                    continue
                if not isinstance(parsed, list) or len(parsed) != len(UnresolvedLine._fields):
                    raise NotCanonical(f"{UNRESOLVED}: a line does not have its five parts")
                yield UnresolvedLine._make(parsed)

    def unresolved_lines(self) -> Iterator[list[bytes]]:
        """Give the lines of the rows left to people as they stand, some at a time."""
        yield from self._verified(UNRESOLVED, self.manifest.unresolved)

    def params(self) -> tuple[bytes, ...]:
        """Give the lines of the params that the manifest states by their leaves only."""
        return tuple(self._read(PARAMS).splitlines())

    def unverified(self, name: str) -> Iterator[list[bytes]]:
        """Give the lines of a file as they stand, held against nothing: to look at, and never to be used."""
        most = max([PART_LINES, self.manifest.unresolved.leaves])
        yield from split_lines(self._read(name), most=most)

    def schema(self) -> dict[str, object]:
        """Give the description of each table, as it was when the change set was planned."""
        described = canonical.decode(self._read(SCHEMA))
        if not isinstance(described, dict) or digests_of(described) != self.manifest.schema:
            raise RowsChanged(f"{SCHEMA} of change set {self.id} is not what its manifest states")
        return dict(described)

    def _verified(self, name: str, stated: Root) -> Iterator[list[bytes]]:
        """Read one file through and compare its root; what is then given comes from the same bytes in memory."""
        data = self._read(name)
        # Bytes that gave this root before, in this process, give it again.
        if self._proven.get((name, stated)) != sha256(data).digest():
            self._prove(name, data, stated)
        return split_lines(data, most=stated.leaves)

    def _prove(
        self,
        name: str,
        data: bytes,
        stated: Root,
        *,
        erased: AbstractSet[bytes] = frozenset(),
        rooted: Rooting | None = None,
    ) -> bool:
        """Hold a file's bytes against the root that the manifest states for it; say whether a line of it is erased."""
        holds_erased = False
        try:
            tree = tree_of(data, most=stated.leaves, rooted=rooted) if rooted is not None else None
            if tree is not None:
                root = Root(root=tree.root().hex(), leaves=tree.leaves)
            else:
                leaves = leaves_of(data, most=stated.leaves, erased=erased)
                root, holds_erased = leaves.root(), leaves.holds_erased
        except RowsChanged as fault:
            raise RowsChanged(f"{name} of change set {self.id}: {fault.message}") from fault
        if root != stated:
            raise RowsChanged(f"{name} of change set {self.id} does not give the root that its manifest states")
        self._proven[name, stated] = sha256(data).digest()
        return holds_erased

    def _read(self, name: str) -> bytes:
        if self.folder is None:
            raise RowsMissing(f"the rows of change set {self.id} are not here, only its manifest is")
        path = self.folder / name
        with storing(path):
            try:
                return path.read_bytes()
            except FileNotFoundError as fault:
                raise RowsMissing(f"{name} of change set {self.id} is not here") from fault


def part_name(number: int) -> str:
    """Name the file of a part, numbered from 1."""
    return f"rows-{number:05d}.jsonl.zst"


def digests_of(described: dict[str, canonical.Json]) -> dict[str, str]:
    """Digest the canonical description of each table, as the manifest states it."""
    return {table: canonical.digest(canonical.encode(text)) for table, text in described.items()}


def check_parts(manifest: Manifest) -> None:
    """Refuse a manifest whose parts are not the nodes of its own root."""
    try:
        root = root_of_parts(manifest.parts)
    except ValueError as fault:
        raise BadManifest("a part's root is not 64 hex digits") from fault
    if root != Root(root=manifest.root, leaves=manifest.leaves):
        raise RowsChanged("the parts that the manifest lists do not give its root")


def root_of_parts(parts: tuple[Root, ...]) -> Root:
    """Compute the root of all lines from the roots of the parts, which are nodes of its tree."""
    tree = merkle.Tree()
    for part in parts:
        tree.add_node(bytes.fromhex(part.root), leaves=part.leaves)
    return Root(root=tree.root().hex(), leaves=tree.leaves)


def _skip(blocks: Iterator[list[bytes]], lines: int) -> Iterator[list[bytes]]:
    for block in blocks:
        if lines < len(block):
            yield block[lines:]
        lines = max(0, lines - len(block))
