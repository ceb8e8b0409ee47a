"""The policy: who the people are, and whose approval a change set needs (`approvals/policy.toml`).

Where no requirement matches, nothing is approved: a policy that says nothing permits nothing. `policy_file` reads it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

import msgspec

from hffix.errors.approvals import NotApproved

OPERATOR: Final = "operator"

Purpose = Literal["apply", "apply+rollback", "rollback", "revoke", "policy", "waive", "erase", "move", "copy"]
PURPOSES: Final[tuple[str, ...]] = get_args(Purpose)
Risk = Literal["low", "medium", "high"]
Count = Annotated[int, msgspec.Meta(ge=1)]

_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9.@_-]*")


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

    @property
    def bars_operators(self) -> bool:
        """Say whether it is about something that is applied, by somebody who then does not count."""
        return _meet(self.purposes, ("apply", "apply+rollback", "rollback", "erase"))

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

    def unmeetable(self, *, keyed: Collection[str], operators: Collection[str]) -> Iterator[tuple[int, str]]:
        """Name each requirement, by its place, that nobody could meet if only these people had keys.

        Whoever applies counts as no approver, so that one of the operators must be left over; none given asks nothing.
        """
        for at, one in enumerate(self.requirements):
            able = {name for name, person in self.people if name in keyed and one.takes(person)}
            asked = f"asks for {one.approvals} {'approval' if one.approvals == 1 else 'approvals'}"
            if len(able) < one.approvals:
                count = f"{len(able)} person" if len(able) == 1 else f"{len(able)} people"
                yield at, f"{asked}, but only {count} could give one"
            elif operators and one.bars_operators and all(len(able - {name}) < one.approvals for name in operators):
                only = " and ".join(sorted(operators))
                yield at, f"{asked}, and whoever applies does not count: only {only} could apply"

    def may_approve(self, principal: str) -> bool:
        """Say whether any requirement could count this person."""
        person = self.person(principal)
        return person is not None and any(requirement.takes(person) for requirement in self.requirements)


def is_person(text: str) -> bool:
    """Say whether a text can name a person: the name is also part of file names and of `allowed_signers`."""
    return _PERSON.fullmatch(text) is not None


def _meet(wanted: tuple[str, ...] | None, present: tuple[str, ...]) -> bool:
    return wanted is None or not set(wanted).isdisjoint(present)
