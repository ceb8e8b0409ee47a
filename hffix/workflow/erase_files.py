"""Erasing from files: a line's leaf is put in its place, so that roots stay and texts go."""

from collections.abc import Set as AbstractSet

from hffix.errors import HffixError
from hffix.store import backups
from hffix.store.line_files import erase_lines
from hffix.workflow.erase_find import FileLines, Found
from hffix.workflow.failpoints import failpoints
from hffix.workflow.setting import Setting, Step


def erase_from_files(setting: Setting, found: Found, leaves: AbstractSet[str]) -> tuple[int, tuple[str, ...]]:
    """Erase from the files of this machine every line that was found and has one of these leaves.

    Give how many were erased, and what kept hffix from erasing others: one file that fails keeps no other back.
    """
    erased = 0
    faults: list[str] = []
    for number, file in enumerate(found.files, start=1):
        here = frozenset(map(bytes.fromhex, file.leaves & leaves))
        try:
            if here:
                failpoints.reach("erase.file")
                erased += _erase_from(file, here)
        except HffixError as fault:
            faults.append(fault.message)
        setting.watch(Step(name="erase", done=number, total=len(found.files)))
    return erased, tuple(faults)


def _erase_from(file: FileLines, leaves: frozenset[bytes]) -> int:
    if file.kind == "backup":
        return backups.erase_in_part(file.path, leaves, stated=file.stated)
    return erase_lines(file.path, leaves, stated=file.stated)
