"""Verifying against what stands outside of the database: receipts, this machine's journal, and what was seen before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from hffix.errors import HffixError
from hffix.errors.evidence import BrokenChain
from hffix.errors.project import StorageFailed
from hffix.errors.targets import LineageKnown, OtherPlace
from hffix.model import canonical
from hffix.model.manifest import Place, convert
from hffix.model.receipt import Receipt, intervals, read_receipt
from hffix.model.record import NO_HEAD
from hffix.model.record import heads as heads_after
from hffix.model.run import Past, Run
from hffix.signing import sshsig
from hffix.signing.signers import Signers
from hffix.store.approvals import signature_path
from hffix.store.files import read, replace
from hffix.store.journal import Heads
from hffix.workflow.setting import Setting
from hffix.workflow.verify_chain import Chain
from hffix.workflow.verify_findings import Findings
from hffix.workflow.witness import journal_of, owners, refuse_other_lineage, refuse_other_place


@dataclass(slots=True)
class Told:
    """What the receipts of a lineage say together: heads by number, in receipts that hold."""

    receipts: list[Receipt] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=lambda: {0: NO_HEAD})
    newest: int = 0

    @property
    def signed_by(self) -> tuple[str, ...]:
        """Name who signed the newest receipt, and who countersigned it."""
        newest = sorted((one for one in self.receipts if one.number == self.newest), key=lambda one: not one.own)
        return tuple(one.person for one in newest)


def check_witnesses(
    setting: Setting, chain: Chain, past: Past, *, signers: Sequence[Signers], findings: Findings
) -> "Told":
    """Hold a chain against its receipts and this machine's journal; say which records nobody owns."""
    try:
        refuse_other_lineage(setting, past)
    except LineageKnown as fault:
        findings.problem("other-lineage", f"target {setting.target.name}", fault.message)
    except HffixError as fault:
        findings.problem("receipt-unreadable", "approvals/receipts", fault.message)
    told = Told()
    for receipt in _receipts(setting, past.found.lineage, signers, findings):
        _check_against(receipt, chain, told, findings)
    journal = _journal(setting, past.found.lineage, chain, findings)
    _check_owned(chain, told, journal, findings)
    _check_covered(chain, past, told, findings)
    return told


def check_place(past: Past, found: Mapping[str, str], findings: Findings) -> None:
    """Say where the database stands, if it is not where its chain says: an auditor may look at a copy."""
    try:
        refuse_other_place(past.place, found)
    except OtherPlace as fault:
        findings.note(fault.message)
        return
    if dict(past.place) != dict(found):
        findings.note("the database is another file, or on another device, than its change log says")


def check_expected(chain: Chain, expect: str | None, findings: Findings) -> None:
    """Find the head that somebody wrote down elsewhere."""
    if expect is not None and expect not in chain.heads.values():
        findings.problem("unexpected-head", "hffix_record", "the chain does not hold the head that --expect names")


def check_seen(setting: Setting, lineage: str, chain: Chain, findings: Findings) -> None:
    """Refuse a chain that went back behind what this verifier saw before, and remember what it sees now."""
    path = setting.project.backups / "heads" / f"{lineage}.seen"
    seen = _seen(path, findings)
    if seen is not None and chain.heads.get(seen.number) != seen.head:
        findings.problem(
            "went-back", f"record {seen.number}", "this verifier saw it before, with the head it remembers"
        )
        return
    if chain.whole and (seen is None or chain.newest > seen.number):
        try:
            replace(path, canonical.encode({"head": chain.heads[chain.newest], "number": chain.newest}))
        except StorageFailed as fault:
            findings.note(f"what was seen cannot be remembered: {fault.message}")


def _seen(path: Path, findings: Findings) -> Place | None:
    if not path.exists():
        return None
    try:
        return convert(canonical.decode(read(path)), Place, what="what was seen")
    except HffixError as fault:
        findings.problem("seen-unreadable", path.name, fault.message)
        return None


def _receipts(setting: Setting, lineage: str, signers: Sequence[Signers], findings: Findings) -> Iterator[Receipt]:
    """Give the receipts that hold, by number; tell what is wrong with the others."""
    for path in sorted((setting.project.receipts / lineage).glob("*.json")):
        where = f"receipt {path.name}"
        try:
            data = read(path)
            receipt = read_receipt(data)
        except HffixError as fault:
            findings.problem("receipt-unreadable", where, fault.message)
            continue
        unsigned = _unsigned(path, data, receipt, signers)
        damage = receipt.fault() or _misplaced(receipt, lineage, path)
        if unsigned:
            findings.problem("receipt-signature", where, unsigned)
        elif damage:
            findings.problem("receipt-damaged", where, damage)
        else:
            yield receipt


def _unsigned(path: Path, data: bytes, receipt: Receipt, signers: Sequence[Signers]) -> str | None:
    """Say why a receipt is not signed by whom it names, or None where it is."""
    beside = signature_path(path)
    if not beside.is_file():
        return "it has no signature beside it"
    try:
        key = sshsig.verify(data, read(beside))
    except HffixError as fault:
        return fault.message
    people = {known.person_of(key, at=receipt.time) for known in signers}
    if key.fingerprint != receipt.key or receipt.person not in people:
        return f"it is not signed by a key of {receipt.person}"
    return None


def _misplaced(receipt: Receipt, lineage: str, path: Path) -> str | None:
    if receipt.lineage != lineage:
        return "it is of another lineage"
    return None if path.name == receipt.name else "its name is not its own"


def _check_against(receipt: Receipt, chain: Chain, told: Told, findings: Findings) -> None:
    """Hold one receipt against those before it and against the chain; the first difference is enough."""
    where, previous = f"receipt {receipt.name}", receipt.previous
    if previous.number > told.newest:
        gap = f"records {told.newest + 1}-{previous.number}"
        findings.problem("receipt-gap", gap, "no receipt covers them, but a later one says that there was one")
    says = dict(enumerate(heads_after(receipt.bodies(), start=previous.head), start=previous.number + 1))
    for number, head in ({previous.number: previous.head} | says).items():
        if told.heads.setdefault(number, head) != head:
            findings.problem("receipt-conflict", where, f"another receipt says something else of record {number}")
            break
    for number, head in says.items():
        if number not in chain.heads:
            findings.problem("receipt-ahead", where, f"it covers record {number}, which the chain does not hold")
            break
        if chain.heads[number] != head:
            findings.problem("receipt-differs", where, f"the chain holds another record {number} than it covers")
            break
    told.newest = max(told.newest, receipt.number)
    told.receipts.append(msgspec.structs.replace(receipt, records=()))


def _journal(setting: Setting, lineage: str, chain: Chain, findings: Findings) -> Heads:
    journal = journal_of(setting, lineage)
    try:
        said = journal.read()
    except BrokenChain as fault:
        findings.problem("journal-damaged", journal.path.name, fault.message)
        return Heads()
    lost = [number for number, head in said.confirmed.items() if chain.heads.get(number) != head]
    for first, last in intervals(lost):
        where = f"record {first}" if first == last else f"records {first}-{last}"
        findings.problem("journal-lost", where, "this machine's journal confirms what the chain does not hold")
    return said


def _check_owned(chain: Chain, told: Told, journal: Heads, findings: Findings) -> None:
    """Tell which records nobody owns, and which wait for a receipt."""
    owned = owners(chain.heads, told.receipts, journal)
    strange = set(chain.heads) - owned
    covered = {number for number in strange if told.heads.get(number) == chain.heads[number]}
    for number in sorted(strange - covered):
        findings.problem("unowned-record", f"record {number}", "no receipt and no journal of this machine owns it")
    for first, last in intervals(sorted(covered)):
        findings.note(f"records {first}-{last} are nobody's own, but a receipt covers them")
    if chain.newest > told.newest and chain.newest in owned:
        findings.note(f"receipt pending: the newest covers record {told.newest}, the chain ends at {chain.newest}")


def _check_covered(chain: Chain, past: Past, told: Told, findings: Findings) -> None:
    """Tell of receipts that must have been written: only what is newest may still wait for its own.

    A session that is killed leaves no receipt, and its run may be killed again; but the end of any later run's
    session covers all that was before.
    """
    runs = past.runs.values()
    if told.newest:
        last = max(runs, key=lambda run: run.sessions[-1].number, default=None)
        missing = any(_end_of(run) > told.newest for run in runs if run is not last)
    else:
        missing = any(run.closed for run in runs)
    if missing:
        where = f"records {told.newest + 1}-{chain.newest}"
        findings.problem("receipt-missing", where, "runs ended there, and no receipt of them is here")


def _end_of(run: Run) -> int:
    """Give the number of a run's last record."""
    if run.closed is not None:
        return run.closed.number
    return max(run.sessions[-1].number, run.chunks[-1].number if run.chunks else 0)
