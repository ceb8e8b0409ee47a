"""What a run was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from hffix.changelog.reader import Control
    from hffix.reports.messages import Messages
    from hffix.store.changesets import ChangeSet


def steered_answer(
    asked: Control, change_set: ChangeSet, *, after: str, say: Messages, width: int, paced: bool = False
) -> Answer:
    """Say what holds for a run from its next chunk's edge on."""
    state = "is paused from its next chunk's edge on" if asked.paused else "may go on"
    facts = [("rows a chunk", f"{asked.chunk_rows:,}")] if asked.chunk_rows and not paced else []
    if paced:
        text = "Change set {id}: {rows:row|rows} a chunk from its next chunk's edge on."
        verdict = say(text, id=change_set.id, rows=asked.chunk_rows)
        facts += [("state", say.word("paused"))] if asked.paused else []
    else:
        verdict = say("Change set {id} {state}.", id=change_set.id, state=say.word(state))
    facts += [("asked by", safe(f"{asked.by}, {asked.at}"))] if asked.by else []
    data = {
        "change_set": change_set.id,
        "paused": asked.paused,
        "chunk_rows": asked.chunk_rows,
        "by": asked.by,
        "at": asked.at,
    }
    return Answer(page=page(verdict, say=say, width=width, facts=facts, after=after), data=data)
