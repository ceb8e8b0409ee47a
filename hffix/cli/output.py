"""Output: a page that a command writes to a file, never over somebody's work and never into the project's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.errors.project import AlreadyThere
from hffix.reports.safe import safe
from hffix.store.files import replace, storing, write_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hffix.store.projects import Project

OWN_FILES: Final = ("hffix.toml", ".gitignore", ".gitattributes")
_SQLITE: Final = "sqlite:///"


def write_page(page: str, output: Path, *, project: Project, force: bool) -> None:
    """Write a page to a new file; replace one that is there only by `force`, and none of the project's own ever."""
    with storing(output):
        place = output.resolve()
        own = any(place == one or one in place.parents for one in _own(project))
    if own:
        raise AlreadyThere(
            f"{safe(str(output))} is one of the project's own files, or in a folder of them",
            hint="Give -o another place.",
        )
    data = f"{page}\n".encode()
    if force:
        return replace(place, data)
    if output.exists() or output.is_symlink():
        raise AlreadyThere(f"{safe(str(output))} is there already", hint="Give -o another name, or add --force.")
    return write_once(place, data)


def _own(project: Project) -> Iterator[Path]:
    folders = (project.fixes, project.approvals, project.changesets, project.backups, project.corrections)
    files = [project.folder / name for name in OWN_FILES]
    databases = (target.url for target in project.targets.values() if target.url.startswith(_SQLITE))
    files += [project.folder / url.removeprefix(_SQLITE).partition("?")[0] for url in databases]
    yield from (path.resolve() for path in (*folders, *files, project.folder / ".git"))
