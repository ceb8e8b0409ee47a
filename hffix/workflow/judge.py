"""Judging approvals: which statements about a change set count, by which policy, and who is still missing."""

from collections.abc import Iterable
from dataclasses import dataclass

from hffix.errors.approvals import BadSignature, BadStatement
from hffix.errors.changesets import NewerFormat
from hffix.model import canonical
from hffix.model.manifest import Manifest
from hffix.model.objection import Objection
from hffix.model.policy import Claims, Policy
from hffix.model.quorum import Quorum, quorum
from hffix.model.statement import Matter, Statement, why_not
from hffix.signing import sshsig
from hffix.store.approvals import Signed
from hffix.workflow.setting import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A statement that counts, with the digest by which records name it."""

    statement: Statement
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A statement that does not count, and why."""

    file: str
    objection: Objection

    def __str__(self) -> str:
        return f"{self.file} does not count: {self.objection}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The approvals of one change set, held against the policy."""

    quorum: Quorum
    counted: tuple[Counted, ...]
    ignored: tuple[Ignored, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the statements that count, sorted."""
        return tuple(sorted(found.digest for found in self.counted))


def purpose_of(manifest: Manifest) -> str:
    """Say what a change set must be approved for."""
    return "rollback" if manifest.reverts else "apply"


def claims_of(manifest: Manifest, *, purpose: str) -> Claims:
    """Say of a change set what the policy asks."""
    tables = manifest.counts.tables
    return Claims(
        purpose=purpose,
        risk=manifest.fix.risk,
        rows=manifest.leaves,
        tables=tuple(tables),
        columns=tuple(f"{table}.{column}" for table, counts in tables.items() for column in counts.columns),
    )


def barred_from(manifest: Manifest, operators: Iterable[str], *, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Name the people whose approval cannot count: who wrote or planned it, and who applies it.

    Who committed under an address that the policy of the plan did not know is whoever the address is by this policy.
    """
    authors = (policy.person_of_email(author) or author for author in manifest.fix.authors)
    barred = dict.fromkeys(authors, "author")
    barred.setdefault(manifest.planner, "planner")
    barred |= {person: "operator" for person in operators if person not in barred}
    return tuple(barred.items())


def judge(
    manifest: Manifest,
    *,
    digest: str,
    lineage: str,
    statements: Iterable[Signed],
    rules: Rules,
    now: str,
    operators: Iterable[str] = (),
    accepted: tuple[str, ...] | None = None,
) -> Judgement:
    """Hold the statements about a change set against the policy; ignore by name what does not count."""
    purpose = purpose_of(manifest)
    barred = barred_from(manifest, operators, policy=rules.policy)
    usual = ("apply", "apply+rollback") if purpose == "apply" else ("rollback",)
    matter = Matter(
        subject=digest,
        lineage=lineage,
        purposes=accepted or usual,
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=barred,
        now=now,
    )
    counted: list[Counted] = []
    ignored: list[Ignored] = []
    for signed in statements:
        found, objection = read_statement(signed, rules=rules, matter=matter)
        if found is not None and objection is None:
            counted.append(found)
        elif objection is not None and (found is None or found.statement.purpose != "revoke"):
            ignored.append(Ignored(file=signed.path.name, objection=objection))
    people = {found.statement.person for found in counted}
    excluded = {person for person, _ in barred}
    met = quorum(
        rules.policy,
        claims=claims_of(manifest, purpose=purpose),
        approvals=people,
        excluded=excluded,
        keyed=rules.keyed(at=now),
    )
    return Judgement(quorum=met, counted=tuple(counted), ignored=tuple(ignored))


def read_statement(signed: Signed, *, rules: Rules, matter: Matter) -> tuple[Counted | None, Objection | None]:
    """Read one statement and its signature; give it, and why it does not count."""
    if not signed.signature:
        return None, Objection("unsigned", "no signature lies beside it")
    try:
        statement = Statement.from_bytes(signed.data)
        key = sshsig.verify(signed.data, signed.signature)
    except (BadStatement, BadSignature) as fault:
        return None, Objection(fault.objection, fault.message)
    except NewerFormat as fault:
        return None, Objection("statement-newer", fault.message)
    signer = rules.signers.holder_of(key, at=matter.now)
    counted = Counted(statement=statement, digest=canonical.digest(signed.data))
    return counted, why_not(statement, signer=signer, fingerprint=key.fingerprint, matter=matter)


def revocations(
    digest: str, *, lineage: str, statements: Iterable[Signed], rules: Rules, now: str
) -> tuple[Counted, ...]:
    """List the signed statements that withdraw a change set."""
    matter = Matter(
        subject=digest,
        lineage=lineage,
        purposes=("revoke",),
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=(),
        now=now,
    )
    found = (read_statement(signed, rules=rules, matter=matter) for signed in statements)
    return tuple(counted for counted, objection in found if counted is not None and objection is None)


def lacking_of(quorum: Quorum) -> tuple[str, ...]:
    """Say which approvals a change set lacks, as a review takes it: "1 leader", "2 leader or auditor"."""
    return tuple(f"{part.missing} {' or '.join(part.roles or ())}".rstrip() for part in quorum.lacking)
