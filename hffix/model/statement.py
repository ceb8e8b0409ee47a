"""The statement: what one person signs about change sets, and nothing that is not written in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import msgspec

from hffix.errors.approvals import BadStatement
from hffix.errors.changesets import BadManifest, NotCanonical
from hffix.model import canonical, moment
from hffix.model.manifest import refuse_newer
from hffix.model.policy import PURPOSES, Policy, Purpose, is_person

FORMAT: Final = "hffix-statement/1"
# Clocks differ; a statement from further ahead than this was not signed when it says.
SECONDS_AHEAD: Final = 300
SECONDS_A_DAY: Final = 86_400

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
            raise BadStatement(f"a statement has a bad {', '.join(faults)}")

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
        except (NotCanonical, BadManifest) as fault:
            raise BadStatement(f"a statement cannot be read: {fault.message}") from fault
        except msgspec.ValidationError as fault:
            raise BadStatement(f"a statement cannot be read: {fault}") from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What statements are held against: the subject, what they may be for, by which policy and signers, and when.

    `policy_digest` and `signers_digest` are those of the files in force, `revoked` the fingerprints of revoked keys,
    `barred` the people whose word cannot count here, each with what they are, such as "the author of the fix".
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


def why_not(statement: Statement, *, signer: str | None, fingerprint: str, matter: Matter) -> str | None:
    """Say why a statement does not count, or None where it does.

    `fingerprint` is that of the key which made the signature, `signer` the person whose key that is at `matter.now`.
    """
    return next(_objections(statement, signer=signer, fingerprint=fingerprint, matter=matter), None)


def _objections(statement: Statement, *, signer: str | None, fingerprint: str, matter: Matter) -> Iterator[str]:
    if matter.subject not in statement.subjects:
        yield "it is about another change set"
    if statement.lineage != matter.lineage:
        yield "it is for another database"
    if statement.purpose not in matter.purposes:
        yield f"its purpose is {statement.purpose}, not {' or '.join(matter.purposes)}"
    if statement.key != fingerprint:
        yield "it names another key than the one that signed it"
    if fingerprint in matter.revoked:
        yield f"the key {fingerprint} is revoked"
    if signer is None:
        yield f"the key {fingerprint} is nobody's at {matter.now}: not in allowed_signers, expired or not yet valid"
    elif signer != statement.person:
        yield f"it names {statement.person}, but the key is {signer}'s"
    if not matter.policy.may_approve(statement.person):
        yield f"the policy asks for no role of {statement.person}"
    # To withdraw is the safe direction: neither time nor a new policy nor the signer's part in it takes it back.
    if statement.purpose != "revoke":
        yield from _objections_to_approval(statement, matter=matter)


def _objections_to_approval(statement: Statement, *, matter: Matter) -> Iterator[str]:
    if statement.policy != matter.policy_digest:
        yield "the policy changed since it was signed"
    if statement.signers != matter.signers_digest:
        yield "allowed_signers changed since it was signed"
    age = moment.seconds_between(statement.signed, matter.now)
    if age < -SECONDS_AHEAD:
        yield f"it was signed at {statement.signed}, which is still to come at {matter.now}"
    if age > matter.policy.valid_days * SECONDS_A_DAY:
        yield f"it was signed at {statement.signed}, more than the policy's {matter.policy.valid_days} days ago"
    if statement.expires is not None and statement.expires <= matter.now:
        yield f"it expired at {statement.expires}"
    for person, part in matter.barred:
        if person == statement.person:
            yield f"{person} is {part}"


def _fits_lineage(lineage: str | None, *, purpose: str) -> bool:
    # A policy holds for every target; everything else is said about one.
    if lineage is None:
        return purpose == "policy"
    return purpose != "policy" and _LINEAGE.fullmatch(lineage) is not None


def _are_subjects(subjects: tuple[str, ...]) -> bool:
    ordered = bool(subjects) and all(first < then for first, then in pairwise(subjects))
    return ordered and all(_DIGEST.fullmatch(subject) for subject in subjects)
