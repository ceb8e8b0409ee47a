"""The quorum as a value: what is required, who has approved, who is missing and who could still sign."""

from collections.abc import Collection
from dataclasses import dataclass

from hffix.model.policy import Claims, Policy, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One requirement with the people who meet it so far; it is true when it is met."""

    needed: int
    roles: tuple[str, ...] | None
    have: tuple[str, ...]
    could: tuple[str, ...]

    @property
    def missing(self) -> int:
        """Count the approvals that are still needed."""
        return max(0, self.needed - len(self.have))

    @property
    def met(self) -> bool:
        """Say whether enough people approved."""
        return self.missing == 0

    @property
    def hopeless(self) -> bool:
        """Say whether all who still could sign are not enough."""
        return len(self.could) < self.missing

    def __bool__(self) -> bool:
        return self.met

    def __str__(self) -> str:
        by = f" by {' or '.join(self.roles)}" if self.roles else ""
        held = f"{len(self.have)} of {self.needed} approvals{by}"
        if self.met:
            return held
        could = ", ".join(self.could) if self.could else "nobody else"
        enough = ", which is not enough" if self.could and self.hopeless else ""
        return f"{held}; {could} could sign{enough}"


@dataclass(frozen=True, slots=True)
class Quorum:
    """All requirements that a change set has to meet; it is true when every one is met."""

    parts: tuple[Part, ...]

    @property
    def met(self) -> bool:
        """Say whether every requirement is met; no requirement at all is not enough."""
        return bool(self.parts) and all(part.met for part in self.parts)

    def __bool__(self) -> bool:
        return self.met

    @property
    def lacking(self) -> tuple[Part, ...]:
        """List the requirements that are not met."""
        return tuple(part for part in self.parts if not part.met)


def quorum(
    policy: Policy,
    *,
    claims: Claims,
    approvals: Collection[str],
    excluded: Collection[str] = (),
    keyed: Collection[str] | None = None,
) -> Quorum:
    """Hold the people who approved against what the policy requires of a change set."""
    required = policy.requirements_for(claims)
    return weigh(policy, required=required, approvals=approvals, excluded=excluded, keyed=keyed)


def weigh(
    policy: Policy,
    *,
    required: tuple[Requirement, ...],
    approvals: Collection[str],
    excluded: Collection[str] = (),
    keyed: Collection[str] | None = None,
) -> Quorum:
    """Count people, each once whatever they signed, and none who is excluded or unknown to the policy.

    `keyed` are those whose keys count now, where that is known: nobody else could sign.
    """
    counted = [name for name, _ in policy.people if name not in excluded]
    signing = [name for name in counted if keyed is None or name in keyed or name in approvals]
    return Quorum(tuple(_weigh(policy, one, approvals=approvals, signing=signing) for one in required))


def _weigh(policy: Policy, requirement: Requirement, *, approvals: Collection[str], signing: Collection[str]) -> Part:
    able = tuple(name for name, person in policy.people if name in signing and requirement.takes(person))
    return Part(
        needed=requirement.approvals,
        roles=requirement.roles,
        have=tuple(name for name in able if name in approvals),
        could=tuple(name for name in able if name not in approvals),
    )
