"""Check the policy: that it and the signers can be read and met, that they stand, and what is worth knowing of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hffix.model import moment
from hffix.model.policy import Person, Requirement
from hffix.model.quorum import Quorum
from hffix.model.toml_lines import line_of, lines_of
from hffix.signing.signers import Signer
from hffix.workflow.approve_pair import standing_of_files
from hffix.workflow.forward import refuse_backward
from hffix.workflow.setting import Rules, Setting
from hffix.workflow.status import past_or_none

SOON_DAYS: Final = 30
_FEW: Final = "line {line}: too few have a key that counts now: {people}."
_TIGHT: Final = "line {line}: nobody is to spare: what one of these wrote or applies, too few could approve: {people}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of the policy, with the keys that are his."""

    name: str
    person: Person
    keys: tuple[Signer, ...]
    keyed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One `[[require]]`, its line, and who could meet it now."""

    line: int | None
    requirement: Requirement
    able: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that refuses nothing and that somebody should know: a sentence and its facts."""

    text: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A policy and signers that can be read and met; `standing` tells who signed them where they do not stand yet."""

    members: tuple[Member, ...]
    asked: tuple[Asked, ...]
    notes: tuple[Note, ...]
    standing: Quorum | None


def check_policy(setting: Setting) -> Checked:
    """Read the policy and the signers in force; refuse what is wrong with them, by line, and what would go back."""
    rules, (past, now) = setting.rules(), past_or_none(setting)
    standing = standing_of_files(setting)
    if standing is None and past is not None:
        refuse_backward(setting.project, rules, past=past, opens=True, now=now)
    members = tuple(_members(rules, now=now))
    asked = tuple(_asked(rules, now=now))
    return Checked(
        members=members,
        asked=asked,
        notes=tuple(_notes(rules, members, asked, now=now)),
        standing=standing,
    )


def _members(rules: Rules, *, now: str) -> Iterator[Member]:
    keyed = rules.keyed(at=now)
    for name, person in rules.policy.people:
        keys = tuple(one for one in rules.signers.entries if one.person == name)
        yield Member(name=name, person=person, keys=keys, keyed=name in keyed)


def _asked(rules: Rules, *, now: str) -> Iterator[Asked]:
    lines, keyed = lines_of(rules.pair.policy.decode("utf-8")), rules.keyed(at=now)
    for at, one in enumerate(rules.policy.requirements):
        able = tuple(name for name, person in rules.policy.people if one.takes(person) and name in keyed)
        yield Asked(line=line_of(("require", at), lines), requirement=one, able=able)


def _notes(rules: Rules, members: tuple[Member, ...], asked: tuple[Asked, ...], *, now: str) -> Iterator[Note]:
    for member in members:
        yield from _notes_of(member, rules, now=now)
    if nameless := [member.name for member in members if not member.person.emails]:
        text = "These have no e-mail, so their commits make nobody an author: {people}."
        yield Note(text=text, facts=(("people", ", ".join(nameless)),))
    for name in sorted(set(rules.signers.persons) - {member.name for member in members}):
        yield Note(text="{person} has a key, and is not in the policy.", facts=(("person", name),))
    for one in asked:
        if len(one.able) <= one.requirement.approvals:
            facts = (("line", str(one.line)), ("people", ", ".join(one.able) or "nobody"))
            yield Note(text=_FEW if len(one.able) < one.requirement.approvals else _TIGHT, facts=facts)
    if rules.policy.operators and not rules.keyed(at=now).intersection(rules.policy.operators):
        yield Note(text="Nobody with the role operator has a key that counts now: nothing can be applied.", facts=())


def _notes_of(member: Member, rules: Rules, *, now: str) -> Iterator[Note]:
    facts = (("person", member.name),)
    if not member.keys:
        yield Note(text="{person} has no key, and can sign nothing.", facts=facts)
    elif not member.keyed:
        yield Note(text="{person} has no key that counts now.", facts=facts)
    elif not any(_lasts(one, rules, until=moment.later(now, days=SOON_DAYS)) for one in member.keys):
        ends = max(one.valid_before or "" for one in member.keys)
        yield Note(text="{person}'s last key counts until {time}.", facts=(*facts, ("time", ends)))


def _lasts(key: Signer, rules: Rules, *, until: str) -> bool:
    return key.key.fingerprint not in rules.revoked and (key.valid_before is None or key.valid_before >= until)
