"""A branch in git: which files it changes beside the branch that it is proposed to, and what git would keep of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hffix.errors.project import NoBranch
from hffix.store.history import ask_git

# What a proposal goes to, where nobody says it: the first of these that git knows.
_SCRIPT: Final = re.compile(r"[0-9]{4}_[a-z0-9_]+\.py")
_BASES: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file as git would keep it: its path in the project, and its bytes."""

    path: PurePosixPath
    data: bytes


def scripts_of(files: tuple[Kept, ...]) -> tuple[str, ...]:
    """Name the scripts among files, by id."""
    found = (file.path for file in files if file.path.parent.name == "fixes" and len(file.path.parts) == 2)
    return tuple(sorted(path.stem for path in found if _SCRIPT.fullmatch(path.name)))


def proposed(folder: Path, *, base: str | None) -> tuple[Kept, ...]:
    """Give every file that a branch adds or changes since it left its base, as its last commit holds it."""
    since = _merge_base(folder, base)
    told = ask_git(folder, "diff", "--name-only", "-z", "--relative", "--diff-filter=d", since, "HEAD")
    return tuple(_kept(folder, _names(told), at="HEAD:./"))


def staged(folder: Path) -> tuple[Kept, ...]:
    """Give every file that the next commit would add or change, as it would be kept."""
    _refuse_outside(folder)
    told = ask_git(folder, "diff", "--cached", "--name-only", "-z", "--relative", "--diff-filter=d")
    return tuple(_kept(folder, _names(told), at=":./"))


def _kept(folder: Path, names: set[str], *, at: str) -> Iterator[Kept]:
    for name in sorted(names):
        data = ask_git(folder, "cat-file", "blob", f"{at}{name}")
        if data is not None:
            yield Kept(path=PurePosixPath(name), data=data)


def _merge_base(folder: Path, base: str | None) -> str:
    _refuse_outside(folder)
    for name in _BASES if base is None else (base,):
        told = ask_git(folder, "merge-base", "--end-of-options", name, "HEAD")
        if told is not None:
            return told.decode().strip()
    wanted = base or " or ".join(_BASES)
    raise NoBranch(f"git knows no {wanted} that this branch left", hint="Fetch it whole, or name it with --base.")


def _refuse_outside(folder: Path) -> None:
    if ask_git(folder, "rev-parse", "--is-inside-work-tree") != b"true\n":
        raise NoBranch("the project is in no git repository, or git is not installed")


def _names(told: bytes | None) -> set[str]:
    return {name.decode("utf-8", "surrogateescape") for name in (told or b"").split(b"\0") if name}
