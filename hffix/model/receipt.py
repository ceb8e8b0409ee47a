"""Receipts: the signed head of the change log, kept outside the database with the records it covers."""

from typing import Final

import msgspec

from hffix.errors.changesets import NotCanonical
from hffix.model import canonical, moment, record
from hffix.model.manifest import Place, convert, refuse_newer

FORMAT: Final = "hffix-receipt/1"


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of a lineage at a record, the records since the receipt before, and which of them are the signer's."""

    format: str
    lineage: str
    target: str
    number: int
    head: str
    own: tuple[tuple[int, int], ...]
    previous: Place
    records: tuple[dict[str, object], ...]
    pending_runs: tuple[int, ...]
    person: str
    key: str
    time: str

    def to_bytes(self) -> bytes:
        """Write the receipt in canonical form."""
        return canonical.encode(msgspec.to_builtins(self))

    @property
    def name(self) -> str:
        """The receipt's file name."""
        return f"{self.number:08d}.{self.person}.{moment.compact(self.time)}.json"

    def bodies(self) -> tuple[bytes, ...]:
        """Give the bodies of the records it covers, in canonical form."""
        return tuple(canonical.encode(body) for body in self.records)

    def fault(self) -> str | None:
        """Say why the receipt contradicts itself, or None where it is whole."""
        if len(self.records) != self.number - self.previous.number:
            return "it does not hold every record since the receipt before it"
        heads = record.heads(self.bodies(), start=self.previous.head)
        if (heads[-1] if heads else self.previous.head) != self.head:
            return "its records do not give its head"
        numbers = [body.get("number") for body in self.records]
        if numbers != list(range(self.previous.number + 1, self.number + 1)):
            return "its records are not numbered without a gap"
        return None


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt; refuse any that hffix would not have written."""
    value = canonical.decode(data)
    refuse_newer(value, known=FORMAT)
    receipt = convert(value, Receipt, what="receipt")
    if receipt.to_bytes() != data:
        raise NotCanonical("the receipt is not in canonical form")
    return receipt


def intervals(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Fold sorted numbers into intervals [first, last]."""
    folded: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if folded and folded[-1][1] == number - 1:
            folded[-1] = (folded[-1][0], number)
        else:
            folded.append((number, number))
    return tuple(folded)
