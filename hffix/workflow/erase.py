"""Erase: a person's rows go from the change log, from change sets and from backups; their leaves stay.

The record comes in the same transaction as the emptied rows, the files after it: a command that was cut between the two
is finished by giving it again, on each machine that holds files of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hffix.changelog import reader, writer
from hffix.changelog.grants import ERASING
from hffix.changelog.reader import Head
from hffix.database import Session, Snapshot, open_for_reading, open_for_writing, run_lock
from hffix.errors import HffixError
from hffix.errors.evidence import ErasureUnfinished
from hffix.errors.targets import ChangeLogRefused
from hffix.model.record import Erase
from hffix.model.run import Past
from hffix.signing.keys import SigningKey
from hffix.store import approvals
from hffix.workflow.appending import append_record
from hffix.workflow.erase_files import erase_from_files
from hffix.workflow.erase_find import Found, LoggedLine, find
from hffix.workflow.erase_sought import Sought, read_sought
from hffix.workflow.erase_word import Named, Standing, refusal_of, standing_of
from hffix.workflow.forward import refuse_backward
from hffix.workflow.grants import refuse_lacking
from hffix.workflow.leave import leave_pending_receipt
from hffix.workflow.pairs import way_to
from hffix.workflow.past import read_chain
from hffix.workflow.session import who_holds, who_operates
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.witness import Witnessed, check_witnesses, read_end, sign_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was found, what became of it, and what stopped it.

    `record` is that of this erasure, `rows` its rows of the change log, `lines` those of this machine's files;
    `finished` says that some of them were erased by an earlier record, and only stood here still.
    """

    found: Found
    standing: Standing | None
    record: int | None = None
    rows: int = 0
    lines: int = 0
    finished: bool = False
    head: str | None = None
    receipt: str | None = None
    problem: HffixError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What is about to be erased, and by whom; what was signed together is erased together."""

    found: Found
    standing: Standing
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """Who executes an erasure, and by which rules."""

    rules: Rules
    key: SigningKey
    operator: str


def erase(setting: Setting, named: Named, *, confirm: Callable[[Erasing], None]) -> Erased:
    """Erase rows whose erasure enough people signed, and whatever was erased before but still stands on this machine.

    Where people are missing nothing more is erased, and the answer says who. `confirm` raises where nobody agrees.
    """
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        _, past = read_end(setting, snapshot)
        found = find(setting, snapshot, past, read_sought(snapshot, named))
        hand, standing, problem = _judged(setting, snapshot, past, found) if found.needed else (None, None, None)
        if hand is not None and standing is not None:
            found = _with_signed(snapshot, found, standing)
    if hand is not None and standing is not None:
        confirm(Erasing(found=found, standing=standing, operator=hand.operator))
    elif not found.waiting:
        return Erased(found=found, standing=standing, problem=problem)
    with (
        open_for_writing(setting.url, folder=setting.folder) as session,
        run_lock(setting.url, folder=setting.folder, holder=lambda: who_holds(session)),
    ):
        if hand is not None:
            return _erase(setting, session, hand, named)
        return _finish(setting, session, found, standing=standing, problem=problem)


def _judged(
    setting: Setting, snapshot: Snapshot, past: Past, found: Found
) -> tuple[_Hand | None, Standing, HffixError | None]:
    """Judge what was signed, first for anybody, then for who executes it; no key is asked for before it is needed."""
    rules, now = setting.rules(), snapshot.now()
    lineage, needed = past.found.lineage, found.needed
    standing = standing_of(setting, rules, needed=needed, lineage=lineage, now=now)
    if problem := refusal_of(standing):
        return None, standing, problem
    key, operator = who_operates(setting, rules, now=now)
    standing = standing_of(setting, rules, needed=needed, lineage=lineage, now=now, operator=operator)
    if problem := refusal_of(standing):
        return None, standing, problem
    return _Hand(rules=rules, key=key, operator=operator), standing, None


def _with_signed(snapshot: Snapshot, found: Found, standing: Standing) -> Found:
    """Add the rows of the log that were signed together with those that are named."""
    more = reader.rows_of_leaves(snapshot, standing.leaves - found.leaves)
    lines = [LoggedLine(run=row.run_id, seq=row.seq, leaf=row.leaf) for row in more]
    return replace(found, logged=(*found.logged, *lines))


def _erase(setting: Setting, session: Session, hand: _Hand, named: Named) -> Erased:
    """Look again, now that no run can go on; then record, witness, and rewrite the files."""
    _, past = read_end(setting, session)
    refuse_lacking(session, ERASING)
    witnessed = check_witnesses(setting, session, past)
    found, now, lineage = find(setting, session, past, read_sought(session, named)), session.now(), past.found.lineage
    led = way_to(setting.project, hand.rules, past=past, now=now)
    refuse_backward(setting.project, hand.rules, past=past, opens=True, now=now)
    standing = standing_of(setting, hand.rules, needed=found.needed, lineage=lineage, now=now, operator=hand.operator)
    if problem := refusal_of(standing):
        return Erased(found=found, standing=standing, problem=problem)
    found = _with_signed(session, found, standing)
    signed = [one.statement.signed for one in (*led, *standing.counted)]
    head = _record(setting, session, hand, found, standing, after=[*signed, *_newest(witnessed)])
    faults: list[str] = []
    try:
        receipt = _leave_receipt(setting, session, hand, witnessed)
    except HffixError as fault:
        receipt = None
        faults.append(fault.message)
    if not standing.leaves <= found.leaves:
        # What was signed with them may stand in files under rows that nobody named here.
        found = replace(found, files=find(setting, session, read_chain(session), Sought(rows=())).files)
    lines, failed = erase_from_files(setting, found, standing.leaves | found.erased)
    return Erased(
        found=found,
        standing=standing,
        record=head.number,
        rows=len(found.logged),
        lines=lines,
        finished=bool(found.waiting),
        head=head.head,
        receipt=receipt,
        problem=_unfinished((*faults, *failed)),
    )


def _record(
    setting: Setting, session: Session, hand: _Hand, found: Found, standing: Standing, *, after: list[str]
) -> Head:
    """Empty the rows and append the record that says so, in one transaction; who held the lineage reads it anew."""
    approvals.keep_history(setting.project, hand.rules.pair)
    rows = [(line.run, line.seq, line.leaf) for line in found.logged]

    def empty() -> None:
        if writer.erase(session, rows) != len(rows):
            raise ChangeLogRefused("the rows of the change log were not those that were found; nothing was erased")

    return append_record(
        setting,
        session,
        lambda number, time: Erase(
            number=number,
            time=time,
            leaves=tuple(sorted(standing.leaves)),
            statements=standing.digests,
            policy=hand.rules.pair.policy_digest,
            signers=hand.rules.pair.signers_digest,
        ),
        signed=tuple(after),
        beside=empty,
        holder=None,
    )


def _finish(
    setting: Setting, session: Session, found: Found, *, standing: Standing | None, problem: HffixError | None
) -> Erased:
    """Erase from this machine's files what records say was erased, and leave the receipt that may be due."""
    faults: list[str] = []
    receipt, head = None, None
    try:
        _, receipt, head = leave_pending_receipt(setting, session)
    except HffixError as fault:
        faults.append(fault.message)
    lines, failed = erase_from_files(setting, found, found.erased)
    return Erased(
        found=found,
        standing=standing,
        lines=lines,
        finished=True,
        head=head,
        receipt=receipt,
        problem=_unfinished((*faults, *failed)) or problem,
    )


def _leave_receipt(setting: Setting, session: Session, hand: _Hand, witnessed: Witnessed) -> str | None:
    past, now = read_chain(session), session.now()
    receipt = sign_receipt(setting, session, past, witnessed=witnessed, rules=hand.rules, key=hand.key, now=now)
    return receipt.name if receipt else None


def _newest(witnessed: Witnessed) -> list[str]:
    return [witnessed.newest.time] if witnessed.newest else []


def _unfinished(faults: tuple[str, ...]) -> HffixError | None:
    return ErasureUnfinished("; ".join(faults)) if faults else None
