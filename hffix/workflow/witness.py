"""Witnesses: the chain of a target held against what stands outside of it, receipts and this machine's journal."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hffix.changelog import reader
from hffix.changelog.reader import Head
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.approvals import BadSignature
from hffix.errors.changesets import BadManifest, NotCanonical
from hffix.errors.evidence import BadReceipt, LostRecords, ReceiptAhead, UnexpectedHead, UnownedRecords
from hffix.errors.targets import LineageKnown, NoChangeLog, OtherPlace
from hffix.model import canonical
from hffix.model.manifest import Place
from hffix.model.receipt import FORMAT, Receipt, intervals, read_receipt
from hffix.model.record import NO_HEAD
from hffix.model.run import Past
from hffix.signing import sshsig
from hffix.signing.keys import SigningKey
from hffix.signing.signers import Signers, parse_signers
from hffix.store import approvals
from hffix.store.approvals import Signed
from hffix.store.journal import Heads, Journal
from hffix.store.receipts import lineages_of, receipts, write_receipt
from hffix.workflow.failpoints import failpoints
from hffix.workflow.past import heads_of, read_chain
from hffix.workflow.setting import Rules, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What the receipts and the journal say of a chain."""

    newest: Receipt | None
    owned: frozenset[int]
    adopted: frozenset[int]


def journal_of(setting: Setting, lineage: str) -> Journal:
    """Find this machine's journal of a lineage."""
    return Journal(setting.project.backups / "heads" / f"{lineage}.jsonl")


def read_end(setting: Setting, snapshot: Snapshot) -> tuple[Head, Past]:
    """Read the chain and where it ends; a target that lost its change log is not one that never had any."""
    try:
        # The end is read first, so that nothing which is appended meanwhile goes unseen later.
        return reader.read_head(snapshot), read_chain(snapshot)
    except NoChangeLog:
        refuse_lost_log(setting)
        raise


def refuse_lost_log(setting: Setting) -> None:
    """Refuse a database without a change log where receipts say that it had one."""
    if lineages_of(setting.project, setting.target.name):
        raise LineageKnown(f"receipts exist for target {setting.target.name}, but its database has no change log")


def signers_of(setting: Setting, past: Past) -> tuple[Signers, ...]:
    """Read the signers in force, and those that records name, as far as they can be read."""
    found: list[Signers] = []
    with suppress(HffixError):
        found.append(parse_signers(approvals.current_pair(setting.project).signers))
    for digest in dict.fromkeys(record.signers for record in past.pinned):
        with suppress(HffixError):
            found.append(parse_signers(approvals.from_history(setting.project, digest)))
    return tuple(found)


def known_receipts(setting: Setting, past: Past) -> tuple[Receipt, ...]:
    """Read the receipts of a lineage in their order; refuse one that contradicts itself or that a stranger signed."""
    lineage, signers = past.found.lineage, signers_of(setting, past)
    found = [_held(signed, lineage, signers) for signed in receipts(setting.project, lineage)]
    return tuple(sorted(found, key=lambda receipt: (receipt.number, receipt.time)))


def _held(signed: Signed, lineage: str, signers: Sequence[Signers]) -> Receipt:
    """Read a receipt that a key of its person signed."""
    try:
        receipt = read_receipt(signed.data)
        key = sshsig.verify(signed.data, signed.signature)
    except (NotCanonical, BadManifest, BadSignature) as damaged:
        raise BadReceipt(f"receipt {signed.path.name}: {damaged.message}") from damaged
    fault = receipt.fault()
    if receipt.lineage != lineage:
        fault = "it is of another lineage"
    elif key.fingerprint != receipt.key:
        fault = "it is signed by another key than it names"
    elif receipt.person not in {known.person_of(key, at=receipt.time) for known in signers}:
        fault = f"it is not signed by a key of {receipt.person}"
    if fault:
        raise BadReceipt(f"receipt {signed.path.name}: {fault}")
    return receipt


def check_witnesses(
    setting: Setting, snapshot: Snapshot, past: Past, *, expect: str | None = None, adopt: str | None = None
) -> Witnessed:
    """Refuse to write a target that was moved, set back, cut, or continued by somebody unknown."""
    lineage = past.found.lineage
    refuse_other_place(past.place, snapshot.place())
    refuse_other_lineage(setting, past)
    heads = heads_of(snapshot)
    if expect is not None and expect not in heads.values():
        raise UnexpectedHead("the chain does not hold the head that --expect names")
    known = known_receipts(setting, past)
    for receipt in known:
        if heads.get(receipt.number) != receipt.head:
            raise ReceiptAhead(f"receipt {receipt.name} covers record {receipt.number}, which the chain does not hold")
    told = journal_of(setting, lineage).read()
    for number, head in told.confirmed.items():
        if heads.get(number) != head:
            raise LostRecords(f"this machine's journal confirms record {number}, which the chain does not hold")
    return _ownership(heads, known, told, adopt=adopt)


def owners(heads: Mapping[int, str], known: Sequence[Receipt], told: Heads) -> frozenset[int]:
    """List the records that a receipt claims as its signer's own, or that this machine's journal holds."""
    mine = {number for number, head in told.owned.items() if heads.get(number) == head}
    return frozenset(mine | {n for receipt in known for first, last in receipt.own for n in range(first, last + 1)})


def _ownership(heads: Mapping[int, str], known: Sequence[Receipt], told: Heads, *, adopt: str | None) -> Witnessed:
    owned = owners(heads, known, told)
    newest = known[-1] if known else None
    unowned = sorted(set(heads) - owned - _adopted_before(known))
    adopted: frozenset[int] = frozenset()
    if unowned and adopt is not None and heads.get(max(unowned)) == adopt:
        adopted = frozenset(unowned)
    elif unowned:
        last = heads[max(unowned)]
        raise UnownedRecords(
            f"nobody owns record {', '.join(map(str, unowned[:5]))}; on another machine, after a crash on the first,"
            f" this is expected, and --adopt {last} goes on"
        )
    return Witnessed(newest=newest, owned=owned, adopted=adopted)


def _adopted_before(known: Sequence[Receipt]) -> set[int]:
    """List the records that an earlier receipt covers without claiming them: somebody adopted them with open eyes."""
    return {n for receipt in known for n in range(receipt.previous.number + 1, receipt.number + 1)}


def refuse_other_place(known: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Refuse a database that stands elsewhere than its chain says; another device or inode alone is a note."""
    notes = {"device", "inode"}
    if {k: v for k, v in known.items() if k not in notes} != {k: v for k, v in found.items() if k not in notes}:
        raise OtherPlace("the database stands at another place than its change log says")


def refuse_other_lineage(setting: Setting, past: Past) -> None:
    """Refuse a database that is not the one for which this target's newest receipt was written."""
    known = lineages_of(setting.project, setting.target.name)
    lineage = past.found.lineage
    if known and known[0] != lineage and past.found.parent != known[0]:
        raise LineageKnown(f"the receipts of target {setting.target.name} belong to another lineage than its database")


def sign_receipt(
    setting: Setting, snapshot: Snapshot, past: Past, *, witnessed: Witnessed, rules: Rules, key: SigningKey, now: str
) -> Receipt | None:
    """Sign the head as it stands, with the records since the newest receipt; nothing where there are none."""
    head = reader.read_head(snapshot)
    newest = witnessed.newest
    previous = Place(number=newest.number, head=newest.head) if newest else Place(number=0, head=NO_HEAD)
    if head.number == previous.number:
        return None
    bodies = [stored.body for stored in reader.record_bodies(snapshot, first=previous.number + 1)]
    lineage = past.found.lineage
    own = _own(setting, snapshot, lineage, previous=previous, head=head)
    receipt = Receipt(
        format=FORMAT,
        lineage=lineage,
        target=setting.target.name,
        number=head.number,
        head=head.head,
        own=intervals(own),
        previous=previous,
        records=tuple(_object(body) for body in bodies),
        pending_runs=past.open_runs,
        person=rules.signers.person_of(key.public, at=now) or "",
        key=key.public.fingerprint,
        time=max(now, newest.time if newest else now),
    )
    data = receipt.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    failpoints.reach("receipt.signed")
    write_receipt(setting.project, receipt, data=data, signature=signature)
    failpoints.reach("receipt.written")
    return receipt


def _own(setting: Setting, snapshot: Snapshot, lineage: str, *, previous: Place, head: Head) -> list[int]:
    heads = heads_of(snapshot)
    told = journal_of(setting, lineage).read()
    return [n for n, owned in told.owned.items() if previous.number < n <= head.number and heads.get(n) == owned]


def _object(body: bytes) -> dict[str, object]:
    value = canonical.decode(body)
    return dict(value) if isinstance(value, dict) else {}


def record_time(now: str, *, after: str, statements: Sequence[str] = ()) -> str:
    """Give a record's time: the target's clock, never before what the record rests on."""
    return max(now, after, *statements) if statements else max(now, after)
