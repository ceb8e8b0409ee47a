"""Scripts under test: found in the nearest project, loaded with their lint, and handed out as modules."""

from pathlib import Path
from types import ModuleType
from typing import Final

from hffix.authoring.loading import Script, find_script
from hffix.authoring.loading import load as load_script
from hffix.errors.project import BadTestData, NoProject
from hffix.store.projects import Project, find_project

# Where a loaded module keeps the script that it was loaded from.
_SCRIPT: Final = "__hffix_script__"


def load_for(name: str, *, asked_by: Path | None) -> ModuleType:
    """Load a script for a test and give its module."""
    script = load_script(_find(name, asked_by=asked_by))
    setattr(script.module, _SCRIPT, script)
    return script.module


def script_of(module: object) -> Script:
    """Give the script of a module that `load` gave."""
    script = vars(module).get(_SCRIPT) if isinstance(module, ModuleType) else None
    if not isinstance(script, Script):
        raise BadTestData("plan takes what load gave", hint='Write: script = load("0007"); planned = plan(script, …)')
    return script


def nearest_project(asked_by: Path | None) -> Project:
    """Find the project upward from a test's file, else upward from the working folder."""
    if asked_by is not None:
        try:
            return find_project(asked_by.parent)
        except NoProject:
            pass
    return find_project(Path.cwd())


def _find(name: str, *, asked_by: Path | None) -> Path:
    """Find a script; a path holds from the working folder or from the project's."""
    given = Path(name)
    if given.suffix == ".py" and given.is_file():
        return find_script(given.parent, name)
    project = nearest_project(asked_by)
    return find_script(project.fixes, str(project.folder / given) if given.suffix == ".py" else name)
