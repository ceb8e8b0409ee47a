"""What init-target and doctor say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.cli.page import BAD, GOOD, LOOK, page
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hffix.cli.doctor import Finding
    from hffix.reports.messages import Messages
    from hffix.workflow.init_target import Initialised


MOST_REASON: Final = 1_000


def initialised_answer(done: Initialised, *, target: str, say: Messages, width: int) -> Answer:
    """Say what a target has now."""
    if done.declared == "move":
        verdict = say("{target} stands at its new place now, and its lineage goes on.", target=safe(target))
    elif done.declared == "copy":
        verdict = say("{target} is a copy: it has a change log and a lineage of its own now.", target=safe(target))
    elif done.founded:
        verdict = say("{target} has its change log now, and a lineage of its own.", target=safe(target))
    elif done.before != done.revision:
        verdict = say("{target}: the change log is upgraded to revision {to}.", target=safe(target), to=done.revision)
    else:
        verdict = say("{target} has its change log already, at its newest revision.", target=safe(target))
    facts = [("lineage", done.lineage), ("revision", done.revision)]
    if done.receipt or done.pending:
        pending = say("pending: {reason}", reason=safe(say.word(done.pending or ""), longest=MOST_REASON))
        facts.append(("receipt", done.receipt or pending))
    facts += [("note", safe(say.word(note), longest=MOST_REASON)) for note in done.notes]
    data = {
        "target": target,
        "lineage": done.lineage,
        "revision": done.revision,
        "before": done.before,
        "founded": done.founded,
        "receipt": done.receipt,
        "pending": done.pending,
        "notes": list(done.notes),
    }
    return Answer(page=page(verdict, say=say, width=width, facts=facts, after="hffix list"), data=data)


def doctor_answer(findings: Sequence[Finding], *, say: Messages, width: int) -> Answer:
    """Say what is there and what is missing; the first thing that is missing ends the command."""
    missing = [finding for finding in findings if finding.problem is not None]
    facts = [(finding.name, f"{BAD if finding.problem else GOOD} {safe(finding.told)}") for finding in findings]
    if missing:
        verdict = say("{count:thing is|things are} missing.", count=len(missing))
    else:
        verdict = say.word("Nothing is missing.")
    mark, after = (LOOK, None) if missing else (GOOD, "hffix list")
    checks = [
        {"name": finding.name, "ok": not finding.problem, "told": finding.told}
        | ({"grants": list(finding.remedies)} if finding.remedies else {})
        for finding in findings
    ]
    # Never folded, so that they can be copied.
    remedies = [f"    {safe(remedy, longest=MOST_REASON)}" for finding in findings for remedy in finding.remedies]
    return Answer(
        page=page(verdict, say=say, width=width, mark=mark, facts=facts, lines=remedies, after=after),
        data={"ok": not missing, "checks": checks},
        problem=missing[0].problem if missing else None,
        always=1 if missing else 0,
    )
