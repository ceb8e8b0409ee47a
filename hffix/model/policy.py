"""The policy: who the people are, and whose approval a change set needs (`approvals/policy.toml`).

What cannot be read, or could never be met, refuses the whole policy; where no requirement matches, nothing is
approved. A policy that says nothing permits nothing.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

import msgspec

from hffix.errors.approvals import BadPolicy, NotApproved

OPERATOR: Final = "operator"

Purpose = Literal["apply", "apply+rollback", "rollback", "revoke", "policy", "waive", "erase", "move", "copy"]
PURPOSES: Final[tuple[str, ...]] = get_args(Purpose)
Risk = Literal["low", "medium", "high"]
Count = Annotated[int, msgspec.Meta(ge=1)]

_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9.@_-]*")
_COLUMN: Final = re.compile(r"[^.\s]+(?:\.[^.\s]+)+")


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the policy says of one person."""

    roles: tuple[str, ...]
    name: str | None = None
    emails: tuple[str, ...] = ()


class Requirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people of which roles must approve, and when; a condition left out holds always."""

    approvals: Count
    roles: tuple[str, ...] | None = None
    risk: tuple[Risk, ...] | None = None
    from_rows: Count | None = None
    tables: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    purposes: tuple[Purpose, ...] | None = None

    def matches(self, claims: "Claims") -> bool:
        """Say whether every condition holds; for lists, whether one of theirs is among the claims."""
        return (
            (self.risk is None or claims.risk in self.risk)
            and (self.from_rows is None or claims.rows >= self.from_rows)
            and _meet(self.tables, claims.tables)
            and _meet(self.columns, claims.columns)
            and _meet(self.purposes, (claims.purpose, *claims.purpose.split("+")))
        )

    def takes(self, person: Person) -> bool:
        """Say whether a person's approval counts here."""
        return self.roles is None or not set(self.roles).isdisjoint(person.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a change set says of itself, as far as requirements ask; columns are `table.column`."""

    purpose: str
    risk: str
    rows: int
    tables: tuple[str, ...]
    columns: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=3660)]
    people: dict[str, Person]
    require: tuple[Requirement, ...] = ()
    durability: Literal["relaxed"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy that somebody could meet; people are sorted by their principal."""

    valid_days: int
    people: tuple[tuple[str, Person], ...]
    requirements: tuple[Requirement, ...]
    relaxed_durability: bool

    def person(self, principal: str) -> Person | None:
        """Look up one person."""
        return next((person for name, person in self.people if name == principal), None)

    def person_of_email(self, email: str) -> str | None:
        """Name the person who owns an e-mail address, in whatever letter case."""
        wanted = email.casefold()
        return next((name for name, person in self.people if wanted in map(str.casefold, person.emails)), None)

    def requirements_for(self, claims: Claims) -> tuple[Requirement, ...]:
        """List the requirements that match; all of them must be met, and where none matches nothing is approved."""
        matching = tuple(requirement for requirement in self.requirements if requirement.matches(claims))
        if not matching:
            raise NotApproved(
                f"no [[require]] of the policy covers {claims.purpose} at risk {claims.risk} for {claims.rows} rows",
                hint="Add a [[require]] without conditions to approvals/policy.toml.",
            )
        return matching

    @property
    def highest(self) -> tuple[Requirement, ...]:
        """List every requirement that some change set would meet: what a new policy or new signers need."""
        return self.highest_for("policy")

    def highest_for(self, purpose: Purpose) -> tuple[Requirement, ...]:
        """List every requirement that some change set would meet, and those that are only for this purpose."""
        kinds = {purpose, "apply", "rollback", "apply+rollback"}
        matching = (one for one in self.requirements if one.purposes is None or not kinds.isdisjoint(one.purposes))
        return tuple(matching) or self.requirements

    @property
    def operators(self) -> tuple[str, ...]:
        """List the people with the role operator."""
        return tuple(name for name, person in self.people if OPERATOR in person.roles)

    def may_operate(self, person: str) -> bool:
        """Say whether a person may apply: anybody where nobody has the role operator, else only those."""
        return not self.operators or person in self.operators

    def may_approve(self, principal: str) -> bool:
        """Say whether any requirement could count this person."""
        person = self.person(principal)
        return person is not None and any(requirement.takes(person) for requirement in self.requirements)


def is_person(text: str) -> bool:
    """Say whether a text can name a person: the name is also part of file names and of `allowed_signers`."""
    return _PERSON.fullmatch(text) is not None


def parse_policy(data: bytes) -> Policy:
    """Read `policy.toml`, or refuse it with the place of what is wrong."""
    try:
        file = msgspec.convert(tomllib.loads(data.decode("utf-8")), _File)
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadPolicy(f"approvals/policy.toml, line {line}: it is not UTF-8 text") from fault
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise BadPolicy(f"approvals/policy.toml: {fault}") from fault
    except RecursionError as fault:
        raise BadPolicy("approvals/policy.toml: it is nested too deep") from fault
    policy = Policy(
        valid_days=file.valid_days,
        people=tuple(sorted(file.people.items())),
        requirements=file.require,
        relaxed_durability=file.durability == "relaxed",
    )
    faults = (*_faults_of_people(policy), *_faults_of_requirements(policy))
    if faults:
        raise BadPolicy("approvals/policy.toml: " + "; ".join(faults))
    return policy


def _meet(wanted: tuple[str, ...] | None, present: tuple[str, ...]) -> bool:
    return wanted is None or not set(wanted).isdisjoint(present)


def _faults_of_people(policy: Policy) -> Iterator[str]:
    owners: dict[str, str] = {}
    for name, person in policy.people:
        if not is_person(name):
            yield f"people.{name!r}: a person is lower-case letters, digits and . @ _ - only"
        if not all(role.strip() for role in person.roles):
            yield f"people.{name!r}: a role is empty"
        for email in person.emails:
            owner = owners.setdefault(email.casefold(), name)
            if owner != name:
                yield f"people.{name!r}: the e-mail {email} belongs to {owner} too"


def _faults_of_requirements(policy: Policy) -> Iterator[str]:
    if not policy.requirements:
        yield "there is no [[require]], so nothing could ever be approved"
    known = {role for _, person in policy.people for role in person.roles}
    for at, requirement in enumerate(policy.requirements):
        place = f"require[{at}]"
        for field in ("roles", "risk", "tables", "columns", "purposes"):
            if getattr(requirement, field) == ():
                yield f"{place}.{field} is empty, so it never matches; leave it out to match always"
        for role in requirement.roles or ():
            if role not in known:
                yield f"{place}.roles: nobody has the role {role}"
        for column in requirement.columns or ():
            if not _COLUMN.fullmatch(column):
                yield f"{place}.columns: {column} is not table.column"
        able = sum(requirement.takes(person) for _, person in policy.people)
        if able < requirement.approvals:
            yield f"{place} asks for {requirement.approvals} approvals, but only {able} people could give one"
