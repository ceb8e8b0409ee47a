"""What the policy asks, in words: of itself, and for one change set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import BAD, GOOD, LOOK, page
from hffix.cli.render_signed import as_facts
from hffix.errors.approvals import PolicyNotReached
from hffix.model.statement import PARTS
from hffix.reports.review import COVERED
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hffix.model.policy import Requirement
    from hffix.model.quorum import Part
    from hffix.reports.messages import Messages
    from hffix.workflow.check_policy import Asked, Checked, Member
    from hffix.workflow.explain import Demand, Explained


UNSIGNED: Final = "The policy and signers changed, and too few have signed that: they do not stand."


def checked_answer(checked: Checked, *, say: Messages, width: int) -> Answer:
    """Say whom the policy knows, what it asks, what is worth knowing, and whether it stands."""
    people, keys = len(checked.members), sum(len(member.keys) for member in checked.members)
    lacking = [] if checked.standing is None else [str(part) for part in checked.standing.lacking]
    text = "The policy can be met: {people:person|people}, {keys:key|keys}, {asked:requirement|requirements}."
    facts = [
        *_labelled("people", (_member(one, say=say) for one in checked.members)),
        *_labelled("asks", (_asked(one, say=say) for one in checked.asked)),
        *_labelled("to know", (safe(say(one.text, **dict(one.facts))) for one in checked.notes)),
    ]
    if lacking:
        facts += _labelled("not signed", map(safe, lacking))
    problem = (
        PolicyNotReached("policy.toml or allowed_signers changed, and the change is not approved: " + lacking[0])
        if lacking
        else None
    )
    verdict = say(text, people=people, keys=keys, asked=len(checked.asked))
    if lacking:
        verdict = say.word(UNSIGNED)
    mark = BAD if lacking else LOOK if checked.notes else GOOD
    return Answer(
        page=page(verdict, say=say, width=width, mark=mark, facts=facts, after=None if lacking else "hffix status"),
        data={
            "people": [
                {"person": one.name, "roles": list(one.person.roles), "keys": len(one.keys), "keyed": one.keyed}
                for one in checked.members
            ],
            "asks": [
                {"line": one.line, "approvals": one.requirement.approvals, "could": list(one.able)}
                for one in checked.asked
            ],
            "notes": [one.text.format(**dict(one.facts)) for one in checked.notes],
            "stands": not lacking,
            "lacking": lacking,
        },
        problem=problem,
    )


def explained_answer(told: Explained, *, say: Messages, width: int) -> Answer:
    """Say what a change set needs, what it has, and what never counts for it."""
    verdict, mark, after = _verdict(told, say=say)
    facts = [
        ("it is", _claims(told, say=say)),
        *_labelled("asks", (_demand(one, say=say) for one in told.demands)),
        *_labelled("signed", (_word(one.person, one.signed, one.expires, one.comment, say=say) for one in told.words)),
        *_labelled("never counts", (safe(f"{person}: {say.word(PARTS[part])}") for person, part in told.barred)),
        *_labelled(
            "nobody's",
            (
                safe(say("{email} is in the fix's history, and nobody's in the policy", email=one))
                for one in told.strangers
            ),
        ),
        *_labelled("ignored", (safe(f"{one.file}: {one.objection}") for one in told.ignored)),
    ]
    if not told.stands:
        facts.append(("to know", say.word(UNSIGNED)))
    return Answer(
        page=page(verdict, say=say, width=width, mark=mark, facts=facts, after=after),
        data={
            "change_set": told.change_set.id,
            "digest": told.change_set.digest,
            "approved": bool(told.quorum) and not told.revoked,
            "revoked": told.revoked,
            "hopeless": told.hopeless,
            "covered_by": told.covered_by,
            "stands": told.stands,
            "asks": [_demand_data(one) for one in told.demands],
            "signed": [
                {"person": one.person, "purpose": one.purpose, "signed": one.signed, "expires": one.expires}
                for one in told.words
            ],
            "never_count": [{"person": person, "part": part} for person, part in told.barred],
            "nobodys": list(told.strangers),
            "ignored": [as_facts(one) for one in told.ignored],
        },
    )


def _verdict(told: Explained, *, say: Messages) -> tuple[str, str, str]:
    name = told.change_set.id
    if told.revoked:
        return say("Change set {id} is withdrawn for good.", id=name), BAD, f"hffix show {name}"
    if not told.quorum.parts:
        return (
            say("No requirement of the policy covers change set {id}: nothing is approved.", id=name),
            BAD,
            "hffix policy check",
        )
    if not told.quorum and told.covered_by is not None:
        return say(COVERED, run=str(told.covered_by), id=name), GOOD, f"hffix apply {name}"
    if told.hopeless:
        return say("Nobody is left who could give what change set {id} lacks.", id=name), BAD, "hffix policy check"
    if not told.quorum:
        return say("Change set {id} is not approved yet.", id=name), LOOK, f"hffix approve {name}"
    return say("Change set {id} has every approval that the policy asks for.", id=name), GOOD, f"hffix apply {name}"


def _claims(told: Explained, *, say: Messages) -> str:
    claims = told.claims
    text = "risk {risk}, {rows:row|rows} of {tables}, for {purpose}"
    return say(
        text,
        risk=say.word(claims.risk),
        rows=claims.rows,
        tables=safe(say.word(", ").join(claims.tables)),
        purpose=claims.purpose,
    )


def _demand(demand: Demand, *, say: Messages) -> str:
    asked = f"{_line(demand.line, say=say)}{_wants(demand.requirement, say=say)}"
    if demand.part is None:
        return safe(f"{asked}{say.word(': ')}{say.word('not about this')}")
    return safe(f"{asked}{say.word(': ')}{_part(demand.part, say=say)}")


def _part(part: Part, *, say: Messages) -> str:
    names = say.word(", ")
    signed = say("signed by {people}", people=names.join(part.have)) if part.have else say.word("nobody has signed")
    if part.met:
        return signed
    could = (
        say("{people} could sign", people=names.join(part.could)) if part.could else say.word("nobody else could sign")
    )
    return f"{signed}{say.word('; ')}{could}{say.word(', which is not enough') if part.hopeless and part.could else ''}"


def _asked(asked: Asked, *, say: Messages) -> str:
    able = (
        say("{people} could sign", people=say.word(", ").join(asked.able))
        if asked.able
        else say.word("nobody else could sign")
    )
    return safe(f"{_line(asked.line, say=say)}{_wants(asked.requirement, say=say)}{say.word(': ')}{able}")


def _line(line: int | None, *, say: Messages) -> str:
    return "" if line is None else say("line {line}, ", line=str(line))


def _wants(asked: Requirement, *, say: Messages) -> str:
    """Say how many people of which roles are asked for, and when."""
    roles = say.word(" or ").join(map(say.word, asked.roles or ("anybody",)))
    conditions = list(_conditions(asked, say=say))
    when = say.word("; ").join(conditions) if conditions else say.word("always")
    return say("{count} of {roles}, {when}", count=asked.approvals, roles=roles, when=when)


def _conditions(asked: Requirement, *, say: Messages) -> Iterator[str]:
    any_of = say.word(" or ")
    if asked.risk is not None:
        yield say("at risk {risks}", risks=any_of.join(map(say.word, asked.risk)))
    if asked.from_rows is not None:
        yield say("from {rows:row|rows}", rows=asked.from_rows)
    if asked.tables is not None:
        yield say("where {tables} changes", tables=any_of.join(asked.tables))
    if asked.columns is not None:
        yield say("where {tables} changes", tables=any_of.join(asked.columns))
    if asked.purposes is not None:
        yield say("for {purposes}", purposes=any_of.join(asked.purposes))


def _member(member: Member, *, say: Messages) -> str:
    name = f" {member.person.name}" if member.person.name else ""
    roles = say.word(", ").join(map(say.word, member.person.roles)) or say.word("no role")
    return safe(
        f"{member.name}{name}{say.word(': ')}{roles}{say.word('; ')}{say('{keys:key|keys}', keys=len(member.keys))}"
    )


def _word(person: str, signed: str, expires: str | None, comment: str | None, *, say: Messages) -> str:
    until = (
        say("{person} on {day}, until {until}", person=person, day=signed[:10], until=expires[:10])
        if expires
        else say("{person} on {day}", person=person, day=signed[:10])
    )
    return safe(until + (f' "{comment}"' if comment else ""))


def _demand_data(demand: Demand) -> dict[str, object]:
    part = demand.part
    return {
        "line": demand.line,
        "approvals": demand.requirement.approvals,
        "roles": None if demand.requirement.roles is None else list(demand.requirement.roles),
        "about_this": part is not None,
        "signed": list(part.have) if part else [],
        "could": list(part.could) if part else [],
        "missing": part.missing if part else 0,
    }


def _labelled(label: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        yield label, text
        label = ""
