"""The demo's walk: from a wrong row to a proved correction and back, each step by the command line itself."""

import csv
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from hffix.demo.servers import LOCAL

Say = Callable[[str], None]
Word = Callable[[str], str]

# Three people take part: who wrote the script, who answers for it, who applies it.
AUTHOR: Final = ("--as", "li.wei")
LEADER: Final = ("--sign-with", "keys/zhang.min", "--no-input")
OPERATOR: Final = ("--sign-with", "keys/wang.qiang")

# The first run is record 2 of the chain: the change log itself is record 1.
_EDIT: Final = "UPDATE hffix_change SET {after} = replace({after}, '-', '/') WHERE run_id = 2 AND seq = 1"
TAMPER: Final = f"""\
DROP TRIGGER hffix_change_update;
    {_EDIT.format(after="after")}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One command: why it is given, and its words after `hffix`."""

    why: str
    words: tuple[str, ...]


def walk(folder: Path, *, say: Say, word: Word = str, url: str = LOCAL) -> int:
    """Give each command in a fresh demo project and show what it answers; stop at the first that fails."""
    steps = _steps(folder)
    say(f"$ cd {shlex.quote(str(folder))}")
    for number, step in enumerate(steps, start=1):
        say(f"\n# {number}. {word(step.why)}\n$ hffix {shlex.join(step.words)}")
        status = _run(folder, step.words, say=say)
        if status:
            say(f"\n{word('The walk stopped: step')} {number} {word('ended with exit status')} {status}.")
            return status
    say(_what_next(folder, word=word, url=url))
    return 0


def _steps(folder: Path) -> Iterator[_Step]:
    """List the steps; each is worked out when those before it have been taken."""
    row = _mended_person(folder / "truth.csv")
    yield _Step(why="The operator gives the database its change log.", words=("init-target", *OPERATOR))
    yield _Step(
        why="The author plans the first script; a trial applies it and takes it back on a copy.",
        words=("plan", "0001", "--trial", *AUTHOR),
    )
    change_set = _by_age(folder / "changesets")[-1]
    yield _Step(why="Reviewers see the changes by their shape, rarest first.", words=("show", change_set))
    yield _Step(
        why="The leader signs exactly these rows.",
        words=("approve", change_set, "-m", "同意；周末执行", *LEADER),
    )
    yield _Step(why="The operator applies them, and nothing else.", words=("apply", change_set, *OPERATOR))
    yield _Step(why="Where does the change set stand?", words=("status", change_set))
    run = _newest_run(folder / "backups")
    yield _Step(
        why="An auditor asks who changed this cell, why, and on whose word.",
        words=("trace", "person", row, "--column", "birth_date"),
    )
    yield _Step(why="Is the record whole, and does the database hold it?", words=("verify", run, "--data"))
    yield _Step(why="Second thoughts: the author plans the exact inverse of the run.", words=("rollback", run, *AUTHOR))
    inverse = _by_age(folder / "changesets")[-1]
    yield _Step(why="Taking back needs a signature too.", words=("approve", inverse, "-m", "先退回", *LEADER))
    yield _Step(why="The operator applies the inverse.", words=("apply", inverse, *OPERATOR))
    yield _Step(why="Both runs stand in the record, signed and chained.", words=("verify",))


def _run(folder: Path, words: tuple[str, ...], *, say: Say) -> int:
    """Run a command; its progress and its errors go to this process's stderr as they come."""
    program = (sys.executable, "-m", "hffix.cli.main", *words)
    # Nothing is to be asked: what would wait for an answer shall fail instead.
    ended = subprocess.run(  # noqa: S603 - our own program, no shell
        program, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    say(ended.stdout.decode(errors="replace").rstrip("\n"))
    return ended.returncode


def _mended_person(truth: Path) -> str:
    """Choose a person whose birth date was written in the Minguo era, which the first script mends."""
    with truth.open(encoding="utf-8", newline="") as file:
        return next(line["key"] for line in csv.DictReader(file) if line["kind"] == "D06" and not line["hint"])


def _by_age(changesets: Path) -> list[str]:
    """Name the change sets, the oldest first."""
    manifests = sorted(changesets.glob("*/manifest.json"), key=lambda manifest: manifest.stat().st_mtime_ns)
    return [manifest.parent.name for manifest in manifests]


def _newest_run(backups: Path) -> str:
    """Name the run that left the newest backup."""
    return str(max(int(part.name) for part in backups.iterdir() if part.name.isdecimal()))


def way_in(folder: Path) -> str:
    """Give the line after which `hffix` in this shell, in the project's folder, is the program that runs now."""
    change = f"cd {shlex.quote(str(folder))}"
    programs, found = Path(sys.executable).parent, shutil.which("hffix")
    if found is not None and Path(found).resolve().parent == programs.resolve():
        return change
    near = Path(os.path.relpath(programs, folder))
    if (programs / "activate").is_file():
        return f"{change} && source {shlex.quote(str(near / 'activate'))}"
    return f'{change} && export PATH={shlex.quote(str(programs))}:"$PATH"'


def _what_next(folder: Path, *, word: Word, url: str) -> str:
    first = _by_age(folder / "changesets")[0]
    proposed = {
        "hffix list": "the other scripts; plan, show, approve and apply one",
        "hffix plan 0004 --trial": "a delete of high risk: keys/chen.jing must sign it too",
        "hffix plan 0003": "what came back from banks, each cell with its origin",
        f"hffix show {first} --format markdown": "what a pull request should say",
        "less truth.csv": "every cell that was soiled, with its clean value",
    }
    widest = max(map(len, proposed))
    lines = [f"  {command:{widest}}   {word(why)}" for command, why in proposed.items()]
    return "\n".join(
        [
            f"\n{word('The walk is done. To try next:')}\n",
            f"  {way_in(folder)}",
            *lines,
            f"\n{word('And tamper with the record, then ask again; the answer is exit status 6 and the place:')}\n",
            f"  {_tampering(url)}",
            "  hffix verify",
        ]
    )


def _tampering(url: str) -> str:
    """Give the command by which a database's owner would edit the record."""
    place = make_url(url)
    match place.get_backend_name():
        case "sqlite":
            return f'sqlite3 fund.db "{TAMPER}"'
        case "postgresql":
            edit = f"ALTER TABLE hffix_change DISABLE TRIGGER ALL;\n    {_EDIT.format(after='after')}"
            return f'psql "{place.set(drivername="postgresql").render_as_string()}" -c "{edit}"'
        case _:
            edit = f"DROP TRIGGER hffix_change_update;\n    {_EDIT.format(after='`after`')}"
            return f"mariadb {place.database} -e {shlex.quote(edit)}"
