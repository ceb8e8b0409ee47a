"""What ci says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import BAD, page
from hffix.errors.project import ProposalRefused
from hffix.reports.proposal import Proposal, proposal_as_markdown
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hffix.reports.messages import Messages
    from hffix.reports.proposal import ProposedFix

Against = tuple[str, str]


def proposed_answer(proposal: Proposal, *, say: Messages) -> Answer:
    """Give the page for a pull request, and what a program wants to know of it."""
    things = "1 thing stands" if proposal.faults == 1 else f"{proposal.faults} things stand"
    refused = ProposalRefused(f"{things} against this proposal") if proposal.faults else None
    data = {
        "target": proposal.target,
        "fixes": [_told(fix) for fix in proposal.fixes],
        "against": [{"where": where, "why": why} for where, why in proposal.against],
        "markdown": proposal_as_markdown(proposal, say=say),
    }
    return Answer(page=str(data["markdown"]), data=data, problem=refused)


def staged_answer(against: Sequence[Against], *, say: Messages, width: int) -> Answer:
    """Say which files of the next commit hold rows of people."""
    data = {"against": [{"where": where, "why": why} for where, why in against]}
    if not against:
        return Answer(page=say.word("The next commit holds no rows of people."), data=data)
    verdict = say("{count:file|files} of the next commit must not be in git.", count=len(against))
    lines = [f"  {safe(where)}: {say.word(why)}" for where, why in against]
    refused = ProposalRefused(
        f"{'1 file' if len(against) == 1 else f'{len(against)} files'} of the next commit may not be in git",
        hint="git restore --staged FILE",
    )
    return Answer(page=page(verdict, say=say, width=width, mark=BAD, lines=lines), data=data, problem=refused)


def _told(fix: ProposedFix) -> dict[str, object]:
    counts = fix.review.manifest.counts if fix.review else None
    return {
        "fix": fix.id,
        "change_set": fix.review.id if fix.review else None,
        "changed": counts.changed if counts else None,
        "unresolved": counts.unresolved if counts else None,
        "refused": None if fix.refused is None else fix.refused.code,
        "waits": fix.waits,
    }
