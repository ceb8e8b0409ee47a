"""A script's history in git: the commit that holds it as it is, and everyone who wrote it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hffix.store.files import read

# No filter, hook, monitor or replacement of a repository's own making takes part in what is read here.
_PLAIN: Final = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "diff.renames=true",
)
_CO_AUTHORS: Final = "%(trailers:key=Co-authored-by,valueonly,unfold)"
_ADDRESS: Final = re.compile(r"<([^<>\s]+)>")
_CONFIGURING: Final = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What git knows of a script: its commit if it is unchanged since, its authors, whether git knows the folder."""

    commit: str | None = None
    authors: tuple[str, ...] = ()
    inside: bool = False


def history(path: Path, *, beside: Iterable[str] = ()) -> History:
    """Tell a script's history; who wrote a file beside it that it uses is an author too.

    Outside git, or without git, it is empty.
    """
    folder, name = path.parent, path.name
    if ask_git(folder, "rev-parse", "--is-inside-work-tree") != b"true\n":
        return History()
    head = ask_git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    # The very bytes are compared: a filter, or an index that was told to look away, changes nothing.
    same = head is not None and ask_git(folder, "cat-file", "blob", f"HEAD:./{name}") == read(path)
    commit = head.decode().strip() if head is not None and same else None
    authors = {author for file in (name, *beside) for author in _authors(folder, file)}
    return History(commit=commit, authors=tuple(sorted(authors)), inside=True)


def git_email(folder: Path) -> str | None:
    """Give git's user.email, as it holds in a folder."""
    return _setting(folder, "user.email")


def git_signing_key(folder: Path) -> str | None:
    """Give git's user.signingkey, as it holds in a folder."""
    return _setting(folder, "user.signingkey")


def _authors(folder: Path, name: str) -> set[str]:
    # Several people's commits that were squashed into one name their authors in its message.
    # Of a merge, --cc names the file only where the result is neither side's: who merges writes nothing,
    # who changes the file within a merge does. The addresses are the commits' own: a .mailmap could hide an author.
    form = f"--format=%x00%ae%x00%ce%x00{_CO_AUTHORS}%x00"
    told = ask_git(folder, "log", "--follow", "--cc", "--name-only", form, "--", name)
    fields = (told or b"").decode("utf-8", "replace").split("\0")[1:]
    commits = zip(fields[::4], fields[1::4], fields[2::4], fields[3::4], strict=True)
    return {
        address
        for author, committer, together, files in commits
        if files.strip()
        for address in (author, committer, *_ADDRESS.findall(together))
    }


def _setting(folder: Path, key: str) -> str | None:
    told = ask_git(folder, "config", "--get", key)
    return (told.decode("utf-8", "replace").strip() or None) if told else None


def ask_git(folder: Path, *words: str) -> bytes | None:
    """Ask git; None where there is no git, or it refuses."""
    program = shutil.which("git")
    if program is None:
        return None
    # GIT_DIR and its like, as a hook sets them, would answer for another repository.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _CONFIGURING}
    done = subprocess.run(  # noqa: S603
        [str(Path(program).absolute()), "-C", str(folder), *_PLAIN, *words],
        env=plain | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_GRAFT_FILE": os.devnull},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None
