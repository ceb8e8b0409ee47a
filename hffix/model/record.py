"""Records: the typed links of the change log's chain, and the heads that bind them.

head_0 is 32 zero bytes; head_n = SHA-256(0x02 ‖ head_(n-1) ‖ body_n), the body in canonical form.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, Literal

import msgspec

from hffix.errors.changesets import BadManifest
from hffix.model import canonical, merkle
from hffix.model.manifest import convert

NO_HEAD: Final = "0" * 64


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every record holds: its number from 1, its time by the target's clock, and its kind."""

    number: int
    time: str

    def to_bytes(self) -> bytes:
        """Write the body in canonical form."""
        return canonical.encode(msgspec.to_builtins(self))


class Found(Body, frozen=True, kw_only=True, tag="found"):
    """A lineage begins."""

    lineage: str
    place: dict[str, str]
    parent: str | None
    policy: str
    signers: str


class Open(Body, frozen=True, kw_only=True, tag="open"):
    """A run begins: the one use of a change set on this lineage."""

    run: int
    manifest: str
    root: str
    leaves: int
    operator: str
    host: str
    statements: tuple[str, ...]
    policy: str
    signers: str
    revoked: str | None
    inverse: str | None
    durability: dict[str, str]
    version: str


class Resume(Body, frozen=True, kw_only=True, tag="resume"):
    """Another session goes on with a run."""

    run: int
    operator: str
    host: str
    statements: tuple[str, ...]
    revoked: str | None
    version: str


class BackupFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The backup part of a chunk: its Merkle root and its rows."""

    root: str
    rows: int


class Chunk(Body, frozen=True, kw_only=True, tag="chunk"):
    """One transaction's lines: which, with what outcome, backed up where, under which schema."""

    run: int
    first: int
    last: int
    applied: int
    held: int
    conflicts: int
    entries: str
    backup: BackupFacts
    schema: str


class Left(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lines that a closed run leaves, and the nodes of the tree that cover them from left to right."""

    lines: int
    nodes: tuple[str, ...]


class Ensured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `ensures` condition and whether it held at the close."""

    title: str
    held: bool


class Close(Body, frozen=True, kw_only=True, tag="close"):
    """A run ends, done or abandoned."""

    run: int
    operator: str
    state: Literal["done", "closed"]
    applied: int
    held: int
    conflicts: int
    left: Left
    ensures: tuple[Ensured, ...]


class Revoke(Body, frozen=True, kw_only=True, tag="revoke"):
    """Change sets are withdrawn for good."""

    manifests: tuple[str, ...]
    statement: str


class Erase(Body, frozen=True, kw_only=True, tag="erase"):
    """A person's rows are erased; their leaves stay."""

    leaves: tuple[str, ...]
    statements: tuple[str, ...]
    policy: str
    signers: str


class Move(Body, frozen=True, kw_only=True, tag="move"):
    """The lineage lives at another place."""

    place: dict[str, str]
    statement: str


Record = Found | Open | Resume | Chunk | Close | Revoke | Erase | Move


def head_after(head: str, body: bytes) -> str:
    """Compute the head that a record's body makes out of the head before it."""
    return sha256(b"\x02" + bytes.fromhex(head) + body).hexdigest()


def read_record(body: bytes) -> Record:
    """Read a record's body; refuse one that hffix would not have written."""
    record = convert_record(canonical.decode(body))
    if record.to_bytes() != body:
        raise BadManifest("a record is not in its one form")
    return record


def convert_record(value: object) -> Record:
    """Turn the parsed body of a record into its kind."""
    return convert(value, Record, what="record")  # type: ignore[arg-type]


def heads(bodies: Iterable[bytes], *, start: str = NO_HEAD) -> list[str]:
    """Compute the head after each body."""
    result: list[str] = []
    for body in bodies:
        start = head_after(start, body)
        result.append(start)
    return result


def entry_leaf(seq: int, *, leaf: str, outcome: str, observed_leaf: str | None) -> bytes:
    """Hash one change-log row's entry: SHA-256(0x00 ‖ canonical [seq, leaf, outcome, observed_leaf])."""
    observed = f'"{observed_leaf}"' if observed_leaf else "null"
    return sha256(f'\x00[{seq},"{leaf}","{outcome}",{observed}]'.encode()).digest()


def entry_leaves(
    seqs: Sequence[int], *, leaves: Sequence[str], outcomes: Sequence[str], observed_leaves: Sequence[str | None]
) -> list[bytes]:
    """Hash the entries of many rows, given column by column; nearly always all of them came to one outcome."""
    hashing = sha256
    if set(observed_leaves) == {None} and len(set(outcomes)) == 1:
        end = f'","{outcomes[0]}",null]'
        return [hashing(f'\x00[{seq},"{leaf}{end}'.encode()).digest() for seq, leaf in zip(seqs, leaves, strict=True)]
    return [
        entry_leaf(seq, leaf=leaf, outcome=outcome, observed_leaf=observed)
        for seq, leaf, outcome, observed in zip(seqs, leaves, outcomes, observed_leaves, strict=True)
    ]


def entries_root(entries: Sequence[bytes]) -> str:
    """Compute the root of a chunk's entries."""
    return merkle.root(entries).hex()
