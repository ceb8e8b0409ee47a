"""The block that an approver reads before signing: what is signed, as whom, for what and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hffix.model.acts import Act
from hffix.model.manifest import Manifest
from hffix.model.quorum import Part, Quorum
from hffix.reports import statements
from hffix.reports.messages import Messages
from hffix.reports.safe import safe
from hffix.reports.widths import fold, labelled

PURPOSES: Final = {
    "apply": "apply",
    "apply+rollback": "apply, and exact rollback",
    "rollback": "exact rollback",
    "revoke": "withdraw for good",
    "waive": "accept findings",
    "erase": "erase a person's data",
}
_ENDS: Final = 3
_KIND: Final = "SHA256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What somebody is about to sign."""

    manifest: Manifest
    digest: str
    person: str
    name: str | None
    fingerprint: str
    purpose: str
    expires: str | None
    acts: tuple[Act, ...] | None = ()


def what_is_signed(
    manifest: Manifest,
    digest: str,
    *,
    person: str,
    name: str | None,
    fingerprint: str,
    purpose: str,
    expires: str | None,
    acts: tuple[Act, ...] | None = (),
) -> Facts:
    """Gather the facts of one signature over one change set; `acts` is None where they are not known here."""
    return Facts(
        manifest=manifest, digest=digest, person=person, name=name, fingerprint=fingerprint, purpose=purpose,
        expires=expires, acts=acts,
    )  # fmt: skip


def signing_text(facts: Facts, *, say: Messages, width: int = 100) -> str:
    """Write the block that is shown before the question, at most `width` columns wide."""
    opening = fold(say("You are about to sign, as {who}:", who=_who(facts, say=say)), width=width)
    return "\n".join([*opening, *labelled(tuple(_pairs(facts, say=say)), width=width)])


def question(facts: Facts, *, say: Messages) -> str:
    """Ask for the number of rows, which only a reader of the block knows; it is to be typed without separators."""
    return say("Type the number of rows to sign: {answer}", answer=answer(facts))


def answer(facts: Facts) -> str:
    """Give the only answer to the question that signs."""
    return str(facts.manifest.counts.changed)


def signed_text(file: str, *, quorum: Quorum, say: Messages) -> str:
    """Say that a statement is written, where, and where the approvals stand with it."""
    sentences = [say.word("Signed."), *(_held(part, say=say) for part in quorum.parts)]
    if quorum.met:
        sentences.append(say.word("This change set may be applied."))
    elif any(part.hopeless for part in quorum.parts):
        sentences.append(say.word("Nobody is left who could give the rest."))
    return f"✓ {say.word(' ').join(sentences)}\n  {say('{file} + .sig', file=safe(file))}"


def _held(part: Part, *, say: Messages) -> str:
    roles = say.word(" or ").join(say.word(safe(role)) for role in part.roles or ("anybody",))
    return say("Approvals: {held} of {needed} ({roles}).", held=len(part.have), needed=part.needed, roles=roles)


def _who(facts: Facts, *, say: Messages) -> str:
    print_of_key = facts.fingerprint.removeprefix(_KIND)
    key = safe(f"{_KIND}{print_of_key[:_ENDS]}…{print_of_key[-_ENDS:]}")
    if facts.name is None:
        return say("{person} ({key})", person=safe(facts.person), key=key)
    return say("{person} {name} ({key})", person=safe(facts.person), name=safe(facts.name), key=key)


def _pairs(facts: Facts, *, say: Messages) -> Iterator[tuple[str, str]]:
    manifest = facts.manifest
    if manifest.irreversible:
        text = "{rows:row|rows} could not be put back as they were: no rollback restores them"
        yield say.word("no way back"), say(text, rows=manifest.irreversible)
    yield say.word("change set"), f"{facts.digest[:12]}   {statements.fix_of(manifest, say=say)}"
    yield say.word("written by"), statements.source_of(manifest, say=say)
    yield say.word("target"), statements.target_of(manifest, say=say)
    label = say.word("it writes")
    for table, counts in manifest.counts.tables.items():
        yield label, statements.writes_of(table, counts, say=say)
        label = ""
    yield say.word("it leaves"), _left(manifest, say=say)
    yield from statements.cautions_of(manifest, say=say)
    yield from statements.acts_of(facts.acts, say=say)
    yield say.word("purpose"), f"{_purpose(facts, say=say)}      {_expiry(facts, say=say)}"
    yield say.word("trial"), statements.trial_of(manifest, say=say)
    yield say.word("digest"), facts.digest


def _left(manifest: Manifest, *, say: Messages) -> str:
    unresolved = manifest.counts.unresolved
    if manifest.struck is None:
        return say("{unresolved:unresolved row|unresolved rows} as they are", unresolved=unresolved)
    text = "{unresolved:unresolved row|unresolved rows} and {struck:struck row|struck rows} as they are"
    return say(text, unresolved=unresolved, struck=manifest.struck.count)


def _purpose(facts: Facts, *, say: Messages) -> str:
    return say.word(PURPOSES[facts.purpose]) if facts.purpose in PURPOSES else safe(facts.purpose)


def _expiry(facts: Facts, *, say: Messages) -> str:
    if facts.expires is None:
        return say.word("does not expire")
    return say("expires {day}", day=safe(facts.expires[:10]))
