"""The demo's folder: emptied and filled again, and never taken for one where somebody works."""

import shutil
from pathlib import Path
from typing import Final

from hffix.errors.project import AlreadyThere
from hffix.store.files import write_once

MARKER: Final = ".hffix-demo"
CACHE: Final = ".cache"
# The data of an embedded PostgreSQL, which may be running.
EMBEDDED: Final = ".postgresql"

_MARKED: Final = "Made by hffix demo, which may remove everything in this folder and make it again.\n"


def prepare(folder: Path) -> None:
    """Empty an earlier demo but for its cache and its server; whatever else stands there is somebody's work."""
    marker = folder / MARKER
    if folder.is_dir() and any(folder.iterdir()):
        if not marker.is_file() or marker.read_text(encoding="utf-8") != _MARKED:
            raise AlreadyThere(
                f"{folder} is not empty, and nothing in it says that hffix demo made it",
                hint="Name a new folder: hffix demo DIR",
            )
        for entry in sorted(folder.iterdir()):
            if entry.name in {MARKER, CACHE, EMBEDDED}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    elif folder.exists() and not folder.is_dir():
        raise AlreadyThere(f"{folder} is a file", hint="Name a new folder: hffix demo DIR")
    write_once(marker, _MARKED.encode())
