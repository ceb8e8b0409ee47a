"""Errors of evidence: chain, receipts, journal, backups: 7xx."""

from hffix.errors import HffixError


class EvidenceError(HffixError):
    """What was recorded contradicts itself."""

    status = 6


class BrokenChain(EvidenceError):
    """The change log's records do not follow from each other, or from the protocol."""

    code, hint = "HFX-701", "Stop writing; run hffix verify, and find out who changed the change log."


class ReceiptAhead(EvidenceError):
    """A receipt covers records that the target's chain does not hold: the database was set back or cut."""

    code, hint = "HFX-702", "Find out who restored or cut the database; hffix verify names what is missing."


class UnownedRecords(EvidenceError):
    """The chain holds records that no receipt and no journal of this machine owns."""

    code, hint = "HFX-703", "Find out who wrote them; --adopt HEAD goes on and leaves them out of your receipt."


class LostRecords(EvidenceError):
    """This machine's journal confirms a record that the chain does not hold."""

    code, hint = "HFX-704", "The database lost a commit: find out how before anything is written again."


class VerificationFailed(EvidenceError):
    """The log, the chain, the receipts, the backups or the approvals contradict each other."""

    code, hint = "HFX-705", "Read the problems above; each names its place. Nothing was changed by looking."


class BadBackup(EvidenceError):
    """A backup part is missing, damaged, or not the one that its chunk record names."""

    code, hint = "HFX-706", "Take the part from another copy of backups/; the change log's before-images remain."


class BadReceipt(EvidenceError):
    """A receipt cannot be read, contradicts itself or another one, or its signature does not hold."""

    code, hint = "HFX-707", "Take the receipt again from git; do not edit signed files."


class NothingToCountersign(EvidenceError):
    """There is no receipt of the chain's end to countersign, or the person has signed it already."""

    code, status = "HFX-713", 1
    hint = "Let somebody with a key run any hffix apply: it writes the pending receipt first."


class NoSuchRun(EvidenceError):
    """The change log has no run of that number."""

    code, status, hint = "HFX-708", 64, "See the runs with: hffix runs"


class UnexpectedHead(EvidenceError):
    """The chain does not hold the head that --expect names."""

    code, hint = "HFX-709", "Find out whether the database was set back, or the head belongs to another lineage."


class EnsuresUnmet(EvidenceError):
    """After the last chunk a condition that the fix ensures does not hold; nothing was undone by itself."""

    code = "HFX-710"
    untouched = "The run is closed and its rows stand as approved."
    hint = "Look at the rows that the condition names; roll back with: hffix rollback RUN"


class NoSuchRow(EvidenceError):
    """No change of that row is in the change log."""

    code, status, hint = "HFX-711", 64, "Write the key as 1234, or as col=val,col=val for a composite key."


class ErasureUnfinished(EvidenceError):
    """An erasure is recorded, but files of this machine, or its receipt, could not be written after it."""

    code, status = "HFX-712", 1
    untouched = "The record of the erasure stands, and the change log holds none of these lines."
    hint = "Mend what is named, then finish with: hffix erase"
