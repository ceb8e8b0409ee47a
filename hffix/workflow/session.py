"""Opening a run, or going on with it: every check that comes before the first write, and the record that says so."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import hffix
from hffix.changelog import chain, reader, writer
from hffix.changelog.grants import APPENDING
from hffix.changelog.reader import Head
from hffix.database import Session
from hffix.errors import HffixError
from hffix.errors.applying import AlreadyApplied, ReceiptPending
from hffix.errors.approvals import MayNotOperate, Revoked, UnknownSigner
from hffix.errors.changesets import EmptyChangeSet
from hffix.errors.evidence import LostRecords
from hffix.errors.project import StorageFailed
from hffix.errors.targets import Fenced, NotOnChain, OtherLineage
from hffix.model import merkle
from hffix.model.besides import Besides, besides_of
from hffix.model.grant import grants_to_write
from hffix.model.manifest import Manifest
from hffix.model.record import Open, Record, Resume, Revoke
from hffix.model.run import Past, Run
from hffix.model.schema import Table
from hffix.signing.keys import SigningKey
from hffix.store import approvals
from hffix.store.approvals import Pair
from hffix.store.changesets import ChangeSet
from hffix.store.journal import Journal
from hffix.workflow.after import refuse_before
from hffix.workflow.again import again
from hffix.workflow.clocks import agreed_time
from hffix.workflow.conditions import check_requires, try_ensures
from hffix.workflow.erased import verify_unerased
from hffix.workflow.failpoints import failpoints
from hffix.workflow.forward import refuse_backward
from hffix.workflow.given import bound_again
from hffix.workflow.grants import refuse_lacking
from hffix.workflow.hashing import HERE, Hashing
from hffix.workflow.judge import Counted
from hffix.workflow.lookups import refuse_changed_lookups
from hffix.workflow.pairs import way_to
from hffix.workflow.past import heads_of
from hffix.workflow.rights import Right, right_to_apply
from hffix.workflow.schemas import check_schema
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.space import refuse_full
from hffix.workflow.witness import (
    Witnessed,
    check_witnesses,
    journal_of,
    read_end,
    record_time,
    refuse_other_place,
)

# A session that ended a moment ago may still hold the end of the chain until its server has noticed.
OPEN_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Work:
    """One session of a run: who works, on what, and where the chain stands for him."""

    setting: Setting
    session: Session
    change_set: ChangeSet
    rules: Rules
    key: SigningKey
    operator: str
    past: Past
    witnessed: Witnessed
    tables: Mapping[str, Table]
    journal: Journal
    head: Head
    token: str
    last_time: str
    run: int = 0
    decided: int = 0
    applied: int = 0
    held: int = 0
    conflicts: int = 0
    revoked: bool = False
    unwitnessed: HffixError | None = None
    checked: tuple[str, ...] = field(default=())
    leaves: merkle.Tree = field(default_factory=merkle.Tree)
    hashing: Hashing = HERE

    @property
    def manifest(self) -> Manifest:
        """The facts that were approved."""
        return self.change_set.manifest

    @property
    def besides(self) -> Besides:
        """What the database itself may write along."""
        return besides_of(self.manifest.side_effects)

    def time(self, session: Session) -> str:
        """Read the target's clock, never behind what the next record rests on."""
        self.last_time = record_time(session.now(), after=self.last_time)
        return self.last_time

    def lock_head(self, session: Session, *, mine: bool = True) -> None:
        """Lock the end of the chain, which is the holder's to extend, and read what was appended meanwhile."""
        head = chain.lock_head(session)
        if mine and head.holder != self.token:
            raise Fenced("another session took this lineage over")
        if (head.number, head.head) != (self.head.number, self.head.head) and head.number <= self.head.number:
            raise LostRecords(f"the chain ends at record {head.number}, and not as this session left it")
        for record in chain.records_since(session, self.head.number):
            if not mine and not isinstance(record, Revoke):
                raise Fenced(f"record {record.number} was appended while the rights to apply were looked at")
            self.last_time = max(self.last_time, record.time)
            self.revoked = self.revoked or (isinstance(record, Revoke) and self.change_set.digest in record.manifests)
        self.head = head

    def refuse_moved(self, session: Session, *, mine: bool = True) -> None:
        """Refuse to go on over a new connection that leads elsewhere, or to a chain that another session took over."""
        refuse_other_place(self.past.place, session.place())
        if mine and reader.read_head(session).holder != self.token:
            raise Fenced("another session took this lineage over")

    def refuse_revoked(self) -> None:
        """Refuse to write what was withdrawn since the approvals were judged."""
        if self.revoked:
            raise Revoked(f"change set {self.change_set.id} was revoked while its run was going")

    def commit_record(self, session: Session, record: Record, *, name: str, holder: str | None) -> None:
        """Append a record behind the fence and commit: intent to the journal, commit, confirmation."""
        previous = self.head.head
        head = chain.append(session, after=self.head, record=record, holder=holder)
        failpoints.reach(f"{name}.recorded")
        self.journal.intend(head.number, head.head, previous)
        failpoints.reach(f"{name}.journaled")
        chain.commit(session, head=head)
        failpoints.reach(f"{name}.committed")
        self.head = head
        try:
            self.journal.confirm(head.number)
        except StorageFailed as fault:
            # The record stands; whoever goes on stops before the next one.
            self.unwitnessed = ReceiptPending(f"the journal could not be written: {fault.message}")
        failpoints.reach(f"{name}.confirmed")


def open_work(
    setting: Setting,
    session: Session,
    change_set: ChangeSet,
    *,
    expect: str | None = None,
    adopt: str | None = None,
    hashing: Hashing = HERE,
) -> Work:
    """Check everything, say who works, and open the run or resume it."""
    manifest = change_set.manifest
    if not manifest.leaves:
        raise EmptyChangeSet(f"change set {change_set.id} has no changes")
    head, past = read_end(setting, session)
    if past.found.lineage != manifest.target.lineage:
        raise OtherLineage(f"change set {change_set.id} was planned on another database")
    witnessed = check_witnesses(setting, session, past, expect=expect, adopt=adopt)
    run = past.run_of(change_set.digest)
    rules = _rules_of(setting, run)
    now = agreed_time(session, past)
    key, operator = who_operates(setting, rules, now=now)
    _refuse_spent(change_set, past, run)
    led = way_to(setting.project, rules, past=past, now=now)
    refuse_backward(setting.project, rules, past=past, opens=run is None, now=now)
    verify_unerased(change_set, past, decided=run.decided if run else 0, hashing=hashing)
    _refuse_off_chain(session, manifest)
    refuse_lacking(session, (*APPENDING, *grants_to_write(manifest)))
    tables = check_schema(session, change_set)
    right = right_to_apply(setting, session, change_set, past=past, run=run, rules=rules, operator=operator, now=now)
    refuse_before(setting.project, past, manifest.fix.after)
    durability = session.durability()
    refuse_full(setting, manifest)
    if manifest.ensures:
        try_ensures(session, manifest.ensures, params=bound_again(change_set))
    if run is None or not run.chunks:
        check_requires(session, manifest.requires, params=bound_again(change_set))
        refuse_changed_lookups(setting.project, session, manifest.lookups)
    approvals.keep_history(setting.project, rules.pair)
    work = Work(
        setting=setting,
        session=session,
        change_set=change_set,
        rules=rules,
        key=key,
        operator=operator,
        past=past,
        witnessed=witnessed,
        tables=tables,
        journal=journal_of(setting, past.found.lineage),
        head=head,
        token=_token(setting, operator, now),
        last_time=_latest(past, witnessed, (*led, *right.judgement.counted)),
        hashing=hashing,
        checked=(f"parts {len(manifest.parts)}/{len(manifest.parts)}", *map(str, right.judgement.quorum.parts)),
    )
    failpoints.reach("open.checked")
    _append(work, partial(_record, work, run, right, durability))
    return work


def resume_to_close(setting: Setting, session: Session, change_set: ChangeSet) -> Work:
    """Resume a run only to close it: nothing will be written, so neither approvals nor tables need to hold."""
    head, past = read_end(setting, session)
    witnessed = check_witnesses(setting, session, past)
    run = past.run_of(change_set.digest)
    rules = _rules_of(setting, run)
    now = agreed_time(session, past)
    key, operator = who_operates(setting, rules, now=now)
    refuse_lacking(session, APPENDING)
    work = Work(
        setting=setting,
        session=session,
        change_set=change_set,
        rules=rules,
        key=key,
        operator=operator,
        past=past,
        witnessed=witnessed,
        tables={},
        journal=journal_of(setting, past.found.lineage),
        head=head,
        token=_token(setting, operator, now),
        last_time=_latest(past, witnessed),
    )
    _append(work, partial(_record, work, run, None, session.durability()))
    return work


def _token(setting: Setting, operator: str, now: str) -> str:
    return f"{operator}@{setting.host} since {now} {secrets.token_hex(8)}"


def who_holds(session: Session) -> str:
    """Name who writes this target, as he wrote it into the lineage row."""
    holder = reader.read_head(session).holder
    return holder.rpartition(" ")[0] if holder else "somebody who has not written yet"


def _append(work: Work, record: Callable[[], None]) -> None:
    again(work.session, record, renewed=partial(work.refuse_moved, work.session, mine=False), patience=OPEN_SECONDS)


def _record(work: Work, run: Run | None, right: Right | None, durability: dict[str, str]) -> None:
    work.session.begin()
    try:
        work.lock_head(work.session, mine=False)
        if right is not None:
            work.refuse_revoked()
        number, time = work.head.number + 1, work.time(work.session)
        revoked = work.rules.pair.revoked_digest
        statements = right.judgement.digests if right else ()
        shared = {"operator": work.operator, "host": work.setting.host, "version": hffix.__version__}
        record: Open | Resume
        if run is None:
            record = Open(
                number=number,
                time=time,
                run=number,
                manifest=work.change_set.digest,
                root=work.manifest.root,
                leaves=work.manifest.leaves,
                statements=statements,
                policy=work.rules.pair.policy_digest,
                signers=work.rules.pair.signers_digest,
                revoked=revoked,
                inverse=right.inverse if right else None,
                durability=durability,
                **shared,
            )
            writer.add_run(
                work.session,
                number,
                manifest=work.change_set.digest,
                fix=work.manifest.fix.id,
                operator=work.operator,
                opened=time,
            )
        else:
            record = Resume(number=number, time=time, run=run.id, statements=statements, revoked=revoked, **shared)
            work.decided, work.applied = run.decided, run.applied
            work.held, work.conflicts = run.held, run.conflicts
        work.run = record.run
        work.commit_record(work.session, record, name="open", holder=work.token)
    except BaseException:
        work.session.rollback()
        raise


def _rules_of(setting: Setting, run: Run | None) -> Rules:
    """Read the policy and signers: the current ones at open, the pinned ones later; revoked keys always as they are."""
    if run is None:
        return setting.rules()
    pinned = Pair(
        policy=approvals.from_history(setting.project, run.opened.policy),
        signers=approvals.from_history(setting.project, run.opened.signers),
        revoked=approvals.current_pair(setting.project).revoked,
    )
    return Rules.read(pinned)


def who_operates(setting: Setting, rules: Rules, *, now: str) -> tuple[SigningKey, str]:
    """Find the key and the person who works with it; refuse whom the policy does not let."""
    key = setting.key(rules.signers)
    person = rules.signers.person_of(key.public, at=now)
    if person is None or key.public.fingerprint in rules.revoked:
        raise UnknownSigner(f"the key {key.public.fingerprint} is nobody's in approvals/allowed_signers")
    if setting.person not in {None, person}:
        raise UnknownSigner(f"the key {key.public.fingerprint} is {person}'s, not {setting.person}'s")
    if not rules.policy.may_operate(person):
        raise MayNotOperate(f"{person} does not have the role operator")
    return key, person


def _refuse_spent(change_set: ChangeSet, past: Past, run: Run | None) -> None:
    if run is not None and run.closed is not None:
        raise AlreadyApplied(f"change set {change_set.id} was used by run {run.id}, closed {run.closed.time}")
    if change_set.digest in past.revoked:
        raise Revoked(f"change set {change_set.id} was revoked")


def _refuse_off_chain(session: Session, manifest: Manifest) -> None:
    if heads_of(session).get(manifest.chain.number) != manifest.chain.head:
        raise NotOnChain(f"the chain does not hold the head at record {manifest.chain.number} that was planned on")


def _latest(past: Past, witnessed: Witnessed, counted: Sequence[Counted] = ()) -> str:
    newest = witnessed.newest.time if witnessed.newest else past.last_time
    return max(past.last_time, newest, *(found.statement.signed for found in counted))
