"""Pages that people learn from, read as a reader follows them: files to write and commands to give, in their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# The line above a block names the file that it is: `fund.sql`, or `fixes/0001_x.py`, whole, and so on.
_NAMED = re.compile(r"^`(?P<path>[\w./-]+)`[^\n`]*:\n\n\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block, with the place where its text begins, and the file that it is, where the page names one."""

    start: int
    language: str
    text: str
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a console block, and what the page shows below it."""

    command: str
    shown: str


def blocks_of(page: str) -> Iterator[Block]:
    """Give the blocks of a page in their order."""
    for found in _FENCE.finditer(page):
        named = _NAMED.search(page, 0, found.start())
        yield Block(
            start=found.start("text"),
            language=found["language"],
            text=found["text"],
            path=named["path"] if named else None,
        )


def steps_of(console: str) -> Iterator[Step]:
    """Give the commands of a console block: `$` begins one, `>` goes on with it, and the rest is the answer."""
    command: list[str] = []
    shown: list[str] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            if command:
                yield Step(command="\n".join(command), shown="\n".join(shown))
            command, shown = [line[2:]], []
        elif line.startswith("> ") and not shown:
            command.append(line[2:])
        else:
            shown.append(line)
    yield Step(command="\n".join(command), shown="\n".join(shown))


def console_of(steps: list[Step]) -> str:
    """Write commands and answers as a console block has them."""
    lines: list[str] = []
    for step in steps:
        lines += [f"{'> ' if place else '$ '}{line}" for place, line in enumerate(step.command.splitlines())]
        lines += step.shown.splitlines()
    return "".join(f"{line}\n" for line in lines)
