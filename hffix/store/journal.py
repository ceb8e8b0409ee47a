"""This machine's journal of a lineage: each head is written down before its commit, and confirmed after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from hffix.errors.changesets import NotCanonical
from hffix.errors.evidence import BrokenChain
from hffix.model import canonical
from hffix.store.files import append_line, read

Head = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Number = Annotated[int, msgspec.Meta(ge=1)]


class _Intended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    head: Head
    number: Number
    previous: Head


class _Committed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    committed: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What a journal says: the records this machine meant to commit, and those it knows to be committed."""

    owned: Mapping[int, str] = field(default_factory=dict)
    confirmed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in one file, `backups/heads/<lineage>.jsonl`."""

    path: Path

    def intend(self, number: int, head: str, previous: str) -> None:
        """Write down a record that is about to be committed; it is on the disk when this returns."""
        append_line(self.path, canonical.encode({"head": head, "number": number, "previous": previous}))

    def confirm(self, number: int) -> None:
        """Write down that the record of this number is committed."""
        append_line(self.path, canonical.encode({"committed": number}))

    def read(self) -> Heads:
        """Read what was intended and what is confirmed; only a last line that a crash cut is passed over."""
        if not self.path.exists():
            return Heads()
        owned: dict[int, str] = {}
        confirmed: dict[int, str] = {}
        numbers: dict[str, int] = {}
        # What follows the last line end is empty, or a line whose writing never ended.
        for place, line in enumerate(read(self.path).split(b"\n")[:-1], start=1):
            said = _parse(line)
            if isinstance(said, _Intended):
                owned[said.number] = said.head
                numbers[said.head] = said.number
                # Nobody extends a head that was not committed.
                if said.previous in numbers:
                    confirmed[numbers[said.previous]] = said.previous
            elif said is not None and said.committed in owned:
                confirmed[said.committed] = owned[said.committed]
            else:
                raise BrokenChain(f"{self.path}, line {place}: not a line that a journal holds")
        return Heads(owned=owned, confirmed=confirmed)


def _parse(line: bytes) -> _Intended | _Committed | None:
    try:
        value = canonical.decode(line)
        if isinstance(value, dict) and "committed" in value:
            return msgspec.convert(value, _Committed)
        return msgspec.convert(value, _Intended)
    except (NotCanonical, msgspec.ValidationError):
        return None
