"""The project's own file of events: one line a call, appended and never rewritten."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from hffix.errors.changesets import NotCanonical
from hffix.model import canonical
from hffix.store.files import FILE_MODE, make_folder, read, storing
from hffix.store.projects import Project

FILE: Final = "events.jsonl"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call of a command: who gave it, where, when, about what, and how it ended; no value of any row."""

    time: str
    person: str | None
    host: str
    command: str
    subject: str | None
    outcome: str


def path_of(project: Project) -> Path:
    """Give the file's place: beside the backups, which are in no repository."""
    return project.backups / FILE


def make_ready(project: Project) -> None:
    """Make sure that a line could be appended; refuse where it could not."""
    path = path_of(project)
    with storing(path):
        make_folder(path.parent)
        os.close(_open(path))


def append(project: Project, event: Event) -> None:
    """Append an event; it is on the disk when this returns."""
    path = path_of(project)
    with storing(path):
        make_folder(path.parent)
        handle = _open(path)
        try:
            # In one write, at the end as it then is: two commands may append at the same time.
            os.write(handle, _line_end(path) + canonical.encode(msgspec.to_builtins(event)) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def events(project: Project) -> Iterator[Event]:
    """Read the events, oldest first; a line that a crash cut is passed over."""
    path = path_of(project)
    for line in read(path).split(b"\n") if path.exists() else ():
        try:
            told = canonical.decode(line)
        except NotCanonical:
            continue
        if isinstance(told, Mapping):
            try:
                yield msgspec.convert(told, Event)
            except msgspec.ValidationError:
                continue


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, FILE_MODE)


def _line_end(path: Path) -> bytes:
    """Give the line end that a crash left out."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return b""
        file.seek(-1, os.SEEK_END)
        return b"" if file.read(1) == b"\n" else b"\n"
