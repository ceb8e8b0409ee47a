"""Space: what a run writes beside the target must fit where it lies."""

from shutil import disk_usage
from typing import Final

from hffix.errors.applying import NoSpace
from hffix.model.manifest import Manifest
from hffix.workflow.setting import Setting

SPACE_FACTOR: Final = 4
LEAST_SPACE: Final = 64 * 1024 * 1024


def refuse_full(setting: Setting, manifest: Manifest) -> None:
    """Refuse to begin where the backup parts may not fit."""
    free = disk_usage(setting.project.folder).free
    needed = LEAST_SPACE + manifest.leaves * 1024 // SPACE_FACTOR
    if free < needed:
        raise NoSpace(f"{free // 2**20} MB are free where backups/ lies, {needed // 2**20} MB may be needed")
