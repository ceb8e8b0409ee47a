"""What was signed, where it lies, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import LOOK, page
from hffix.model.quorum import Quorum
from hffix.reports.approval import signed_text
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.workflow.approve import SignedStatement
    from hffix.workflow.judge import Ignored


def signed_answer(signed: SignedStatement, *, project: Path, say: Messages, width: int) -> Answer:
    """Say that an approval is signed, and whether more are needed."""
    del width
    file = str(signed.path.relative_to(project))
    quorum = signed.judgement.quorum if signed.judgement else Quorum(())
    after = f"hffix apply {signed.change_set.id}" if quorum else f"hffix status {signed.change_set.id}"
    text = signed_text(file, quorum=quorum, say=say)
    ignored = signed.judgement.ignored if signed.judgement else ()
    lines = [f"  {safe(one.file)}: {safe(str(one.objection))}" for one in ignored]
    return Answer(
        page="\n".join([text, *lines, say("Next: {command}", command=after)]),
        data={
            **_data(signed, file=file),
            "approved": bool(quorum),
            "approvals": [str(part) for part in quorum.parts],
            "ignored": [as_facts(one) for one in ignored],
        },
    )


def signed_together_answer(signed: Sequence[SignedStatement], *, project: Path, say: Messages, width: int) -> Answer:
    """Say that one statement over several change sets is signed, and what each of them still lacks."""
    answers = [signed_answer(one, project=project, say=say, width=width) for one in signed]
    file = str(signed[0].path.relative_to(project))
    facts = [
        (one.change_set.id, "; ".join(map(str, one.judgement.quorum.parts)) if one.judgement else "") for one in signed
    ]
    named = " ".join(one.change_set.id for one in signed)
    approved = all(one.judgement and one.judgement.quorum for one in signed)
    written = page(
        say("One statement over {count:change set|change sets} is signed.", count=len(signed)),
        say=say,
        width=width,
        facts=facts,
        lines=["  " + say("{file} + .sig", file=safe(file))],
        after=f"hffix apply {named}" if approved else "hffix status",
    )
    return Answer(page=written, data={"statement": file, "results": [dict(one.data) for one in answers]})


def revoked_answer(signed: SignedStatement, *, project: Path, say: Messages, width: int) -> Answer:
    """Say that a change set is withdrawn, and whether its target knows."""
    file = str(signed.path.relative_to(project))
    reached = "The target's change log says so too: a running apply stops at its next chunk."
    unreached = "The target could not be told; until its next open or resume this stops nobody there."
    verdict = say("Change set {id} is withdrawn for good.", id=signed.change_set.id)
    return Answer(
        page=page(
            verdict,
            say=say,
            width=width,
            mark=LOOK,
            lines=[f"  {say.word(reached if signed.recorded else unreached)}", f"  {safe(file)} + .sig"],
            after=f"hffix status {signed.change_set.id}",
        ),
        data={**_data(signed, file=file), "recorded": bool(signed.recorded)},
    )


def as_facts(ignored: Ignored) -> dict[str, str]:
    """Give a statement that does not count, and why, for a program."""
    return {"file": ignored.file, "code": ignored.objection.code, "reason": ignored.objection.reason}


def _data(signed: SignedStatement, *, file: str) -> dict[str, object]:
    statement = signed.statement
    return {
        "change_set": signed.change_set.id,
        "digest": signed.change_set.digest,
        "person": statement.person,
        "purpose": statement.purpose,
        "signed": statement.signed,
        "expires": statement.expires,
        "statement": file,
    }
