"""A new policy or new signers: what changes, shown before it is signed, and who is still missing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.reports.safe import safe, safe_tree
from hffix.reports.widths import fold, labelled

if TYPE_CHECKING:
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.workflow.approve_pair import PairSigning, SignedPair


def pair_text(signing: PairSigning, *, say: Messages, width: int) -> str:
    """Write what differs between the files in force and those that judge them, line by line."""
    statement = signing.statement
    name = "" if signing.name is None else f" {signing.name}"
    opening = say("You are about to sign, as {who}:", who=safe(f"{statement.person}{name} ({statement.key})"))
    facts = (
        (say.word("purpose"), say.word("a new policy or new signers, for every target")),
        (say.word("digest"), statement.subjects[0]),
    )
    before, after = signing.before, signing.after
    changes = (
        *_differences("approvals/policy.toml", before.policy, after.policy),
        *_differences("approvals/allowed_signers", before.signers, after.signers),
    )
    shown = (line for change in changes for line in fold(str(safe_tree(change)), width=width))
    return "\n".join([*fold(opening, width=width), *shown, *labelled(facts, width=width)])


def answer_to_sign(signing: PairSigning) -> str:
    """Give the only answer that signs: the first digits of the digest, which stands under the changes."""
    return signing.statement.subjects[0][:12]


def signed_pair_answer(signed: SignedPair, *, project: Path, say: Messages, width: int) -> Answer:
    """Say that a new policy or new signers are signed, and whether more signatures are needed."""
    file, statement = str(signed.path.relative_to(project)), signed.statement
    stands = "Signed. The policy and signers stand, and judge what is approved from now on."
    missing = "Signed. The policy and signers do not stand yet."
    parts = [str(part) for part in signed.quorum.parts]
    return Answer(
        page=page(
            say.word(stands if signed.quorum else missing),
            say=say,
            width=width,
            facts=[("approvals", safe(part)) for part in parts],
            lines=["  " + say("{file} + .sig", file=safe(file))],
            after="hffix status" if signed.quorum else "hffix approve --purpose policy",
        ),
        data={
            "subject": statement.subjects[0],
            "person": statement.person,
            "purpose": statement.purpose,
            "signed": statement.signed,
            "statement": file,
            "approved": bool(signed.quorum),
            "approvals": parts,
        },
    )


def _differences(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """Give the unified difference of two versions of a file; both were read as UTF-8 already."""
    old, new = (data.decode("utf-8").split("\n") for data in (before, after))
    return difflib.unified_diff(old, new, fromfile=name, tofile=name, lineterm="")
