"""Progress: a bar on the terminal while a command works, and nothing where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from hffix.reports.messages import Messages

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ENGLISH: Final = Messages("en")


class Watched(Protocol):
    """How far a command has come."""

    @property
    def name(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """How many rows are done."""

    @property
    def total(self) -> int | None:
        """Of how many, where that is known."""

    @property
    def conflicts(self) -> int:
        """How many of them are conflicts."""


Watch = Callable[[Watched], None]


@contextmanager
def watching(*, enabled: bool, say: Messages = ENGLISH, file: TextIO | None = None) -> Iterator[Watch]:
    """Give a function that shows each step on stderr; silent where that is no terminal or it is not enabled."""
    stream = sys.stderr if file is None else file
    if not (enabled and stream.isatty()):
        yield _unseen
        return
    progress = _bar(stream)
    tasks = _Tasks(progress, say)
    with progress:
        yield tasks.show


class _Tasks:
    """One bar for each thing that is done."""

    def __init__(self, progress: "Progress", say: Messages) -> None:
        self._progress = progress
        self._say = say
        self._tasks: dict[str, TaskID] = {}

    def show(self, step: Watched) -> None:
        if step.name not in self._tasks:
            # What an earlier session did must not count into this one's speed.
            self._tasks[step.name] = self._progress.add_task(self._say.word(step.name), counts="", completed=step.done)
        self._progress.update(
            self._tasks[step.name], total=step.total, completed=step.done, counts=counts_of(step, say=self._say)
        )


def counts_of(step: Watched, *, say: Messages) -> str:
    """Say how many rows are done, of how many, and with how many conflicts."""
    total = "" if step.total is None else f" / {step.total:,}"
    conflicts = say("{conflicts:conflict|conflicts}", conflicts=step.conflicts) if step.conflicts else ""
    return f"{step.done:,}{total}   {conflicts}".rstrip()


def _bar(stream: TextIO) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Speed(ProgressColumn):
        """Rows a second, as measured of late."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    return Progress(
        TextColumn("  {task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        Speed(),
        TimeRemainingColumn(compact=True),
        console=Console(file=stream),
    )


def _unseen(step: Watched) -> None:
    """Show nothing."""
