"""A call of a command: who calls, from where, with which options, and what is known so far."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hffix.cli.answer import Answer, as_object, print_error, print_text
from hffix.errors import HffixError
from hffix.errors.project import NotAnswered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hffix.cli.auditing import Audit
    from hffix.reports.messages import Messages
    from hffix.reports.progress import Watch, Watched
    from hffix.store.changesets import ChangeSet
    from hffix.store.projects import Project
    from hffix.workflow.setting import Setting

WIDEST = 100
NARROWEST = 60


@dataclass(slots=True, kw_only=True)
class Call:
    """What a command's body is given besides its own arguments."""

    say: Messages
    environment: Mapping[str, str]
    as_json: bool
    no_input: bool
    target: str | None
    sign_with: Path | None
    person: str | None
    stack: ExitStack
    known: dict[str, object] = field(default_factory=dict)
    acting: str | None = None
    last: Setting | None = None
    audit: Audit | None = None
    _project: Project | None = None
    _watch: Watch | None = None

    @property
    def project(self) -> Project:
        """The project of the folder in which the command is given."""
        from hffix.store.projects import find_project

        if self._project is None:
            self._project = find_project(Path.cwd())
        return self._project

    @property
    def width(self) -> int:
        """How many columns a page may take."""
        return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))

    @property
    def colour(self) -> bool:
        """Say whether colours are wanted (https://no-color.org)."""
        return not self.environment.get("NO_COLOR")

    def setting(self, *, of: ChangeSet | None = None, target: str | None = None) -> Setting:
        """Gather the setting: --target, else the target of the change set, else the project's default one."""
        from hffix.workflow.setting import Setting

        name = target or self.target or (of.manifest.target.name if of else None)
        self.last = Setting(
            project=self.project,
            target=self.project.target(name),
            environment=self.environment,
            host=socket.gethostname(),
            ask=None if self.no_input else self.ask,
            ask_secret=None if self.no_input else _ask_secret,
            sign_with=self.sign_with,
            person=self.person,
            watch=self.watch,
            acting=self.act,
        )
        return self.last

    def act(self, person: str) -> None:
        """Remember who works: the person whose key was chosen."""
        self.acting = person

    def change_set(self, beginning: str) -> ChangeSet:
        """Find a change set by the beginning of its digest, and remember it for what is said of errors."""
        from hffix.store import changesets

        found = changesets.find(self.project, beginning)
        self.known |= {"change_set": found.id, "digest": found.digest}
        return found

    def watch(self, step: Watched) -> None:
        """Show how far the command has come; the bar begins with the first step, after every question."""
        from hffix.reports.progress import watching

        if self._watch is None:
            self._watch = self.stack.enter_context(watching(enabled=self.colour, say=self.say))
        self._watch(step)

    def ask(self, question: str) -> str:
        """Ask a person; a stream that has ended is no answer."""
        stream = sys.stderr if self.as_json else sys.stdout
        stream.write(f"{question} ")
        stream.flush()
        answer = sys.stdin.readline()
        if not sys.stdin.isatty():
            # Nobody's return key has ended the line of the question.
            stream.write("\n")
        if not answer:
            raise NotAnswered("the question was not answered")
        return answer.strip()

    def tell(self, text: str) -> None:
        """Say something before the answer: on stdout, or beside the JSON on stderr."""
        if self.as_json:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        else:
            print_text(text, colour=self.colour)

    def show(self, answer: Answer) -> None:
        """Show an answer to a person: its page, and what ended it."""
        if answer.page and not self.as_json:
            print_text(answer.page, colour=self.colour)
        if answer.problem is not None:
            known = {**self.known, **answer.data}
            print_error(answer.problem, known=known, say=self.say, colour=self.colour)

    def each(self, names: Sequence[str], one: Callable[[str], Answer], *, go_on: bool) -> Answer:
        """Answer for one name as it is, for several with a list of results; stop at the first failure, or go on."""
        if len(names) == 1:
            return one(names[0])
        answers: list[Answer] = []
        for name in names:
            self.known.clear()
            try:
                answer = one(name)
            except HffixError as error:
                answer = Answer(data={"asked": name, **self.known}, problem=error)
            if self.audit is not None:
                self.audit.answered(answer)
            self.show(answer)
            answers.append(answer)
            if answer.status and not go_on and answer.status != ALREADY:
                break
        self.known.clear()
        problems = [answer.problem for answer in answers if answer.problem is not None]
        serious = [problem for problem in problems if problem.status != ALREADY]
        spent = problems if len(problems) == len(answers) else []
        return Answer(
            data={"results": [as_object(answer, say=self.say) for answer in answers]},
            problem=next(iter(serious or spent), None),
            ended=max(answer.ended for answer in answers),
            shown=True,
        )


ALREADY = 7


def environment() -> Mapping[str, str]:
    """Give the environment of the process."""
    return os.environ


def _ask_secret(question: str) -> str:
    try:
        return getpass.getpass(f"{question} ", stream=sys.stderr)
    except EOFError as fault:
        raise NotAnswered("the passphrase was not given") from fault
