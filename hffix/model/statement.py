"""The statement: what one person signs about change sets, and nothing that is not written in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import msgspec

from hffix.errors.approvals import BadStatement
from hffix.errors.changesets import BadManifest, NotCanonical, NotJson
from hffix.model import canonical, moment
from hffix.model.manifest import refuse_newer
from hffix.model.objection import Objection
from hffix.model.policy import PURPOSES, Policy, Purpose, is_person

FORMAT: Final = "hffix-statement/1"
# Clocks differ; a statement from further ahead than this was not signed when it says.
SECONDS_AHEAD: Final = 300
SECONDS_A_DAY: Final = 86_400
# What bars people from approving, as a sentence says it.
PARTS: Final = {
    "author": "an author of the fix",
    "planner": "the planner of the change set",
    "operator": "an operator of the run",
    "eraser": "the operator who erases",
}

_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LINEAGE: Final = re.compile(r"[0-9a-f]{32}")


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person's word about one or more subjects, complete and in good form."""

    comment: str | None
    expires: str | None
    format: Literal["hffix-statement/1"]
    key: str
    lineage: str | None
    person: str
    policy: str
    purpose: Purpose
    signed: str
    signers: str
    subjects: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what the format does not allow, wherever the statement comes from."""
        faults = tuple(field for field, good in self._judged() if not good)
        if faults:
            objection = "statement-person" if "person" in faults else "statement-form"
            raise BadStatement(f"a statement has a bad {', '.join(faults)}", objection=objection)

    def _judged(self) -> tuple[tuple[str, bool], ...]:
        return (
            ("expires", self.expires is None or moment.is_moment(self.expires)),
            ("key", _FINGERPRINT.fullmatch(self.key) is not None),
            ("lineage", _fits_lineage(self.lineage, purpose=self.purpose)),
            ("person", is_person(self.person)),
            ("policy", _DIGEST.fullmatch(self.policy) is not None),
            ("purpose", self.purpose in PURPOSES),
            ("signed", moment.is_moment(self.signed)),
            ("signers", _DIGEST.fullmatch(self.signers) is not None),
            ("subjects", _are_subjects(self.subjects)),
        )

    @property
    def file_name(self) -> str:
        """Name the file in `approvals/` that holds these bytes."""
        return f"{self.person}.{self.purpose}.{moment.compact(self.signed)}.json"

    @property
    def folder(self) -> str:
        """Name the folder in `approvals/` of the first subject."""
        return self.subjects[0][:12]

    def to_bytes(self) -> bytes:
        """Write the canonical bytes, which are what is signed."""
        return canonical.encode(msgspec.structs.asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Statement":
        """Read a statement, or refuse bytes that `to_bytes` would not have written."""
        try:
            value = canonical.decode(data)
            refuse_newer(value, known=FORMAT)
            return msgspec.convert(value, cls)
        except NotCanonical as fault:
            objection = "statement-unreadable" if isinstance(fault, NotJson) else "statement-bytes"
            raise BadStatement(f"a statement cannot be read: {fault.message}", objection=objection) from fault
        except BadManifest as fault:
            raise BadStatement(f"a statement cannot be read: {fault.message}") from fault
        except msgspec.ValidationError as fault:
            raise BadStatement(f"a statement cannot be read: {fault}") from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What statements are held against: the subject, what they may be for, by which policy and signers, and when.

    `policy_digest` and `signers_digest` are those of the files in force, `revoked` the fingerprints of revoked keys,
    `barred` the people whose word cannot count here, each with the part that bars them: author, planner or operator.
    """

    subject: str
    lineage: str | None
    purposes: tuple[str, ...]
    policy: Policy
    policy_digest: str
    signers_digest: str
    revoked: frozenset[str]
    barred: tuple[tuple[str, str], ...]
    now: str


def why_not(statement: Statement, *, signer: str | Objection, fingerprint: str, matter: Matter) -> Objection | None:
    """Say why a statement does not count, or None where it does.

    `fingerprint` is that of the key which made the signature, `signer` the person whose key that is at `matter.now`, or
    why it is nobody's then.
    """
    return next(_objections(statement, signer=signer, fingerprint=fingerprint, matter=matter), None)


def _objections(
    statement: Statement, *, signer: str | Objection, fingerprint: str, matter: Matter
) -> Iterator[Objection]:
    if matter.subject not in statement.subjects:
        yield Objection("other-subject", "it is about another change set")
    if statement.lineage != matter.lineage:
        yield Objection("other-database", "it is for another database")
    if statement.purpose not in matter.purposes:
        reason = f"its purpose is {statement.purpose}, not {' or '.join(matter.purposes)}"
        yield Objection("other-purpose", reason)
    if statement.key != fingerprint:
        yield Objection("other-key", "it names another key than the one that signed it")
    if fingerprint in matter.revoked:
        yield Objection("key-revoked", f"the key {fingerprint} is revoked")
    if isinstance(signer, Objection):
        yield signer
    elif signer != statement.person:
        yield Objection("other-person", f"it names {statement.person}, but the key is {signer}'s")
    if not matter.policy.may_approve(statement.person):
        yield Objection("no-role", f"the policy asks for no role of {statement.person}")
    # To withdraw is the safe direction: neither time nor a new policy nor the signer's part in it takes it back.
    if statement.purpose != "revoke":
        yield from _objections_to_approval(statement, matter=matter)


def _objections_to_approval(statement: Statement, *, matter: Matter) -> Iterator[Objection]:
    signed, days = statement.signed, matter.policy.valid_days
    if statement.policy != matter.policy_digest:
        yield Objection("other-policy", "the policy changed since it was signed")
    if statement.signers != matter.signers_digest:
        yield Objection("other-signers", "allowed_signers changed since it was signed")
    age = moment.seconds_between(signed, matter.now)
    if age < -SECONDS_AHEAD:
        yield Objection("signed-ahead", f"it was signed at {signed}, which is still to come at {matter.now}")
    if age > days * SECONDS_A_DAY:
        yield Objection("too-old", f"it was signed at {signed}, more than the policy's {days} days ago")
    if statement.expires is not None and statement.expires <= matter.now:
        yield Objection("expired", f"it expired at {statement.expires}")
    for person, part in matter.barred:
        if person == statement.person:
            yield Objection(part, f"{person} is {PARTS[part]}")


def _fits_lineage(lineage: str | None, *, purpose: str) -> bool:
    # A policy holds for every target; everything else is said about one.
    if lineage is None:
        return purpose == "policy"
    return purpose != "policy" and _LINEAGE.fullmatch(lineage) is not None


def _are_subjects(subjects: tuple[str, ...]) -> bool:
    ordered = bool(subjects) and all(first < then for first, then in pairwise(subjects))
    return ordered and all(_DIGEST.fullmatch(subject) for subject in subjects)
