"""What an erasure does not rewrite, and people have to see to: parts that no record names, and what a kill left."""

from collections.abc import Iterator
from pathlib import Path

from hffix.errors import HffixError
from hffix.model.run import Past
from hffix.store import backups
from hffix.store.drafts import DRAFT
from hffix.store.files import TEMPORARY, storing
from hffix.store.projects import Project
from hffix.workflow.erase_sought import Sought


def left_to_people(project: Project, past: Past, sought: Sought) -> Iterator[str]:
    """Name files, relative to the project, that hold one of the rows, or may hold it."""
    for path in (*_strange_parts(project, past, sought), *_left_over(project.changesets), *_left_over(project.backups)):
        yield str(path.relative_to(project.folder))


def _strange_parts(project: Project, past: Past, sought: Sought) -> Iterator[Path]:
    """Find backup parts that hold one of the rows, but are another target's, or a killed run's."""
    named = {
        backups.part_path(project.backups, run=run.id, first=chunk.first, root=chunk.backup.root)
        for run in past.runs.values()
        for chunk in run.chunks
    }
    for path in backups.all_parts(project.backups):
        if path not in named and _may_hold(path, sought):
            yield path


def _may_hold(path: Path, sought: Sought) -> bool:
    try:
        return bool(sought.of_rows(backups.read_part(path)))
    except HffixError:
        return True


def _left_over(folder: Path) -> list[Path]:
    """Find temporary files, and change sets that were never finished."""
    with storing(folder):
        drafts = [path for path in folder.glob(f"{DRAFT}*") if path.is_dir()]
        return sorted([*drafts, *folder.glob(f"*/.*{TEMPORARY}")])
