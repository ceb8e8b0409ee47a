"""A proposal: the fixes that a branch adds, each with its review, and what stands against them, as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hffix.errors import HffixError
from hffix.model.quorum import Part
from hffix.reports.messages import Messages
from hffix.reports.review import Review
from hffix.reports.review_markdown import LONGEST, as_markdown
from hffix.reports.safe import markdown_code, markdown_text

# Beyond so many characters a fix's own part tells too little to be worth its place.
LEAST: Final = 6_000
MOST_NAMED: Final = 50
_HEADINGS: Final = ("fix", "rows changed", "left to people", "risk", "who must sign")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedFix:
    """One script that a branch adds or changes: its review, or what refused it; whose signatures it will need.

    `waits` says that it could only not be planned here and now, which is no fault of the script.
    """

    id: str
    review: Review | None = None
    parts: tuple[Part, ...] = ()
    refused: HffixError | None = None
    waits: bool = False

    @property
    def stands_against(self) -> bool:
        """Say whether it cannot be planned, or whether nobody is left who could approve it."""
        return (self.refused is not None and not self.waits) or any(part.hopeless for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a branch proposes, on which target it was planned, and what stands against it: files, each with why."""

    target: str | None
    fixes: tuple[ProposedFix, ...]
    against: tuple[tuple[str, str], ...]

    @property
    def faults(self) -> int:
        """Count what stands against it."""
        return len(self.against) + sum(fix.stands_against for fix in self.fixes)


def proposal_as_markdown(proposal: Proposal, *, say: Messages) -> str:
    """Write a proposal as a comment of fewer than 60,000 characters; what had no room is named."""
    lines = list(_head(proposal, say=say))
    size = sum(len(line) + 1 for line in lines)
    shown = [fix for fix in proposal.fixes if fix.review is not None]
    for place, fix in enumerate(shown):
        room = (LONGEST - size) // (len(shown) - place) - 200
        if fix.review is None or room < LEAST:
            left = len(shown) - place
            lines += ["", say("{count:fix has|fixes have} no room here; plan each to see it.", count=left)]
            break
        part = ["", f"### {markdown_code(fix.id)}", "", as_markdown(fix.review, say=say, longest=room, proposed=True)]
        size += sum(len(line) + 1 for line in part)
        lines += part
    return "\n".join(lines)


def _head(proposal: Proposal, *, say: Messages) -> Iterator[str]:
    yield f"**{_verdict(proposal, say=say)}**"
    yield ""
    for where, why in proposal.against[:MOST_NAMED]:
        yield f"- {markdown_code(where)}: {markdown_text(say.word(why), longest=300)}"
    if (more := len(proposal.against) - MOST_NAMED) > 0:
        yield say("{count} more {what} had no room here.", count=more, what=say.word("files"))
    if proposal.against:
        yield ""
    if proposal.fixes:
        yield f"| {' | '.join(map(say.word, _HEADINGS))} |"
        yield "|---|--:|--:|---|---|"
        yield from (_row(fix, say=say) for fix in proposal.fixes[:MOST_NAMED])
        yield ""
    if proposal.target is not None and proposal.fixes:
        text = "Planned on {target}; what people sign is planned again where it will be applied."
        yield say(text, target=markdown_code(proposal.target))


def _verdict(proposal: Proposal, *, say: Messages) -> str:
    if proposal.faults:
        return "✗ " + say("{count:thing stands|things stand} against this proposal.", count=proposal.faults)
    if not proposal.fixes:
        return "✓ " + say.word("This proposal brings no fix, and nothing stands against it.")
    return "✓ " + say("{count:fix is|fixes are} proposed, and nothing stands against it.", count=len(proposal.fixes))


def _row(fix: ProposedFix, *, say: Messages) -> str:
    name = markdown_code(fix.id)
    if fix.review is None:
        told = say.word("not planned")
        if fix.refused is not None:
            mark = "" if fix.waits else "✗ "
            told = f"{mark}{fix.refused.code} {markdown_text(fix.refused.message, longest=300)}"
        return f"| {name} | | | | {told} |"
    counts, risk = fix.review.manifest.counts, say.word(fix.review.manifest.fix.risk)
    return f"| {name} | {counts.changed:,} | {counts.unresolved:,} | {risk} | {_signers(fix, say=say)} |"


def _signers(fix: ProposedFix, *, say: Messages) -> str:
    return "<br>".join(
        say(
            "✗ {needed} of {roles}, and too few could: {could}" if part.hopeless else "{needed} of {roles}: {could}",
            needed=part.needed,
            roles=markdown_text(say.word(" or ").join(map(say.word, part.roles or (say.word("anybody"),)))),
            could=markdown_text(", ".join(part.could) or say.word("nobody")),
        )
        for part in fix.parts
    )
