"""The word behind an erasure: who signs that lines go, and whether enough people have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hffix.database import open_for_reading
from hffix.errors import HffixError
from hffix.errors.approvals import ErasureNotApproved, ErasureOutgrown, MayNotApprove, NothingToApprove
from hffix.model import moment
from hffix.model.objection import Objection
from hffix.model.quorum import Quorum, weigh
from hffix.model.statement import FORMAT, Matter, Statement
from hffix.signing import sshsig
from hffix.store import approvals
from hffix.store.approvals import Signed
from hffix.workflow.approve import MOST_COMMENT, who_signs
from hffix.workflow.erase_find import Found, find
from hffix.workflow.erase_sought import read_sought
from hffix.workflow.judge import Counted, Ignored, read_statement
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.witness import read_end

PURPOSE: Final = "erase"
Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who has signed that lines are erased, held against the highest requirement of the policy.

    `leaves` are those that every statement which counts is about; `outgrown` says that a statement in good form lacks
    lines which were found.
    """

    quorum: Quorum
    counted: tuple[Counted, ...]
    ignored: tuple[Ignored, ...]
    leaves: frozenset[str]
    outgrown: bool

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the statements that count, sorted."""
        return tuple(sorted(found.digest for found in self.counted))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureSigning:
    """What somebody is about to sign, and as whom."""

    statement: Statement
    name: str | None
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedErasure:
    """A statement about an erasure that was written, and where the signatures stand with it."""

    path: Path
    statement: Statement
    found: Found
    standing: Standing


def sign_erasure(
    setting: Setting, named: Named, *, comment: str | None = None, confirm: Callable[[ErasureSigning], None]
) -> SignedErasure:
    """Sign that every line of these rows is erased; `confirm` shows what is signed, and raises where nobody agrees."""
    rules = setting.rules()
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        _, past = read_end(setting, snapshot)
        found = find(setting, snapshot, past, read_sought(snapshot, named))
        now = snapshot.now()
    if not found.needed:
        raise NothingToApprove(
            "no line holds the rows that are named, or none that is not erased already",
            hint="Check table and key; see what hffix did to a row with: hffix trace TABLE ROW",
        )
    key, person = who_signs(setting, rules, now=now)
    member = rules.policy.person(person)
    if member is None or not any(requirement.takes(member) for requirement in rules.policy.highest_for(PURPOSE)):
        raise MayNotApprove(f"{person} has none of the roles that approve an erasure")
    lineage = past.found.lineage
    statement = Statement(
        comment=comment[:MOST_COMMENT] if comment else None,
        expires=moment.later(now, days=rules.policy.valid_days),
        format=FORMAT,
        key=key.public.fingerprint,
        lineage=lineage,
        person=person,
        policy=rules.pair.policy_digest,
        purpose=PURPOSE,
        signed=now,
        signers=rules.pair.signers_digest,
        subjects=tuple(sorted(found.needed)),
    )
    confirm(ErasureSigning(statement=statement, name=member.name, found=found))
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    path = approvals.write_statement(
        setting.project, subject=statement.subjects[0], name=statement.file_name, data=data, signature=signature
    )
    standing = standing_of(setting, rules, needed=found.needed, lineage=lineage, now=now)
    return SignedErasure(path=path, statement=statement, found=found, standing=standing)


def standing_of(
    setting: Setting, rules: Rules, *, needed: frozenset[str], lineage: str, now: str, operator: str | None = None
) -> Standing:
    """Judge the statements about lines; who executes the erasure does not count."""
    matter = Matter(
        subject=min(needed, default=""),
        lineage=lineage,
        purposes=(PURPOSE,),
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=((operator, "eraser"),) if operator else (),
        now=now,
    )
    counted: list[Counted] = []
    ignored: list[Ignored] = []
    outgrown = False
    for signed, statement in _about(approvals.all_statements(setting.project), needed):
        lacking = needed - set(statement.subjects)
        if lacking:
            outgrown = True
            why = f"{len(lacking)} of {len(needed)} lines are not among those that it is about"
            ignored.append(Ignored(file=signed.path.name, objection=Objection("lines-lacking", why)))
            continue
        found, objection = read_statement(signed, rules=rules, matter=matter)
        if objection is not None:
            ignored.append(Ignored(file=signed.path.name, objection=objection))
        elif found is not None:
            counted.append(found)
    people = {one.statement.person for one in counted}
    excluded = {operator} if operator else set()
    met = weigh(
        rules.policy,
        required=rules.policy.highest_for(PURPOSE),
        approvals=people,
        excluded=excluded,
        keyed=rules.keyed(at=now),
    )
    subjects = [set(one.statement.subjects) for one in counted]
    return Standing(
        quorum=met,
        counted=tuple(counted),
        ignored=tuple(ignored),
        leaves=frozenset(set.intersection(*subjects)) if subjects else frozenset(),
        outgrown=outgrown,
    )


def refusal_of(standing: Standing) -> HffixError | None:
    """Say why an erasure may not be executed: who is missing, or whose statement lacks lines; None where it may."""
    if standing.quorum:
        return None
    lacking = "; ".join(map(str, standing.quorum.lacking))
    why = "".join(f"; {ignored}" for ignored in standing.ignored)
    kind = ErasureOutgrown if standing.outgrown else ErasureNotApproved
    return kind(f"the erasure is not approved: {lacking}{why}")


def _about(statements: Iterable[Signed], needed: frozenset[str]) -> Iterable[tuple[Signed, Statement]]:
    """Give the statements for an erasure that are about any of these lines."""
    for signed in statements:
        try:
            statement = Statement.from_bytes(signed.data)
        except HffixError:
            continue
        if statement.purpose == PURPOSE and not needed.isdisjoint(statement.subjects):
            yield signed, statement
