"""Auditing: each call of a command leaves its event, however it ends."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hffix.errors import HffixError
from hffix.errors.project import StorageFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hffix.cli.answer import Answer
    from hffix.cli.call import Call
    from hffix.store.events import Event

DONE = "done"
INTERRUPTED = "interrupted"
INTERNAL = "HFX-000"


@dataclass(slots=True, kw_only=True)
class Audit:
    """What a call leaves: its command, with the switch that shows personal data whole, and how each answer ended."""

    call: Call
    command: str
    writes: bool
    left: int = 0

    def begin(self) -> None:
        """Refuse a command that writes where it could leave no event; one that finds no target refuses by itself."""
        if self.writes:
            from hffix.workflow.audited import refuse_unaudited

            try:
                setting = self.call.setting()
            except HffixError:
                return
            refuse_unaudited(setting)

    def answered(self, answer: Answer) -> None:
        """Leave the event of one answer; where several change sets are named, each has one."""
        problem = answer.problem
        state = answer.data.get("state")
        ended = state if self.writes and isinstance(state, str) else DONE
        outcome = problem.code if problem is not None else ended
        self.leave(outcome, known={**self.call.known, **answer.data})

    def leave(self, outcome: str, *, known: Mapping[str, object]) -> None:
        """Leave an event; a command that only read goes on where it cannot."""
        self.left += 1
        try:
            self._leave(outcome, known=known)
        except StorageFailed as fault:
            sys.stderr.write(f"{self.call.say.word('note')}: {self.call.say('no event was left')}: {fault.message}\n")
        except HffixError:
            return  # there is no project here, so there is nobody to tell

    def _leave(self, outcome: str, *, known: Mapping[str, object]) -> None:
        from hffix.workflow.event import account_of, leave_in_file, make_event, who_calls

        project, setting = self.call.project, self.call.last
        host = socket.gethostname()
        person = self.call.acting or (
            who_calls(setting) if setting is not None else account_of(self.call.environment, host=host)
        )
        event: Event = make_event(
            command=self.command, subject=_subject(known), outcome=outcome, person=person, host=host
        )
        if self.writes and setting is not None:
            from hffix.workflow.audited import leave

            leave(setting, event)
        else:
            leave_in_file(project, event)


def _subject(known: Mapping[str, object]) -> str | None:
    """Name what a command was about: never by a word that was only typed, which may be a person's."""
    change_set, run, fix = known.get("change_set"), known.get("run"), known.get("fix")
    if isinstance(change_set, str):
        return change_set
    if isinstance(run, int):
        return f"run {run}"
    return fix if isinstance(fix, str) else None
