"""A page followed to its end in an empty folder: its files are written and its commands given, one after the other."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import Block, Step, blocks_of, steps_of
from tests.docs.varying import Ids

# Gives a command in a folder and after a status; tells what came, the status it left, and the folder.
Give = Callable[[str, Path, int], tuple[str, int, Path]]
# What a page shows of the place where its folder stands.
PLACE = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A command as the page shows it and as it was given, what came, and how it ended."""

    block: Block
    step: Step
    given: str
    came: str
    status: int
    # What the page shows and what came, with the ids of each by their turn.
    steady_shown: str
    steady_came: str


def follow(page: str, folder: Path, *, give: Give | None = None) -> Iterator[Answered]:
    """Follow a page in a folder, as somebody does who copies its ids from the answers and not from the page."""
    work, status = folder, 0
    shown_ids, came_ids = Ids(), Ids()
    for block in blocks_of(page):
        if block.path is not None:
            path = work / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        if block.language != "console":
            continue
        for step in steps_of(block.text):
            given = shown_ids.told_by(came_ids, step.command)
            came, status, work = give(given, work, status) if give else _give(given, work, home=folder, status=status)
            came_ids.steady(given)
            yield Answered(
                block=block,
                step=step,
                given=given,
                came=came,
                status=status,
                steady_shown=shown_ids.steady(step.shown),
                steady_came=came_ids.steady(came),
            )


def _give(command: str, work: Path, *, home: Path, status: int) -> tuple[str, int, Path]:
    """Give a command to bash as a terminal would, in the folder and after the status that the last one left."""
    left = home / ".left"
    text = f'(exit {status})\n{command}\nended=$?\npwd > "{left}"\nexit $ended\n'
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=work,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    came = done.stdout.replace(str(home), PLACE).rstrip("\n")
    return came, done.returncode, Path(left.read_text(encoding="utf-8").rstrip("\n"))


def _environment(home: Path) -> dict[str, str]:
    """Keep this machine's own settings out: git's, ssh's, the language, and pytest's when a test asks."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        "HFFIX_LANG": "en",
    }
