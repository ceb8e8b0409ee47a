"""Verifying the lines of change sets at hand: only what an erase record names may be gone from them."""

from collections.abc import Collection, Iterator

from hffix.errors import HffixError
from hffix.errors.changesets import RowsMissing
from hffix.model import merkle
from hffix.model.run import Past
from hffix.store import changesets
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import is_erased, leaf_of
from hffix.store.verified import UNRESOLVED, part_name
from hffix.workflow.setting import Setting
from hffix.workflow.verify_findings import Findings


def check_erased_lines(
    setting: Setting, past: Past, *, only: Collection[str] | None, erased: Collection[str], findings: Findings
) -> None:
    """Look into every change set of the lineage that is here, or only into some; their roots are not looked at."""
    try:
        known = changesets.all_change_sets(setting.project)
    except HffixError as fault:
        findings.note(f"the change sets could not be looked into for erased lines: {fault.message}")
        return
    for change_set in known:
        if change_set.manifest.target.lineage == past.found.lineage and (only is None or change_set.digest in only):
            _check(change_set, erased=erased, findings=findings)


def tell_standing(where: str, lines: int, findings: Findings) -> None:
    """Tell of lines that were erased by a record, but not yet from a file of this machine."""
    if lines:
        findings.note(f"{where}: {lines:,} lines that were erased still stand on this machine: run hffix erase")


def _check(change_set: ChangeSet, *, erased: Collection[str], findings: Findings) -> None:
    standing = 0
    for name, blocks in _files(change_set):
        try:
            for lines in blocks:
                gone = [line for line in lines if line.startswith(b'"')]
                if any(is_erased(line) and leaf_of(line).hex() not in erased for line in gone):
                    where = f"change set {change_set.id}, {name}"
                    findings.problem("erased-unnamed", where, "a line of it is gone, and no erase record names it")
                    break
                standing += sum(merkle.leaf(line).hex() in erased for line in lines) if erased else 0
        except RowsMissing:
            continue
        except HffixError as fault:
            findings.note(fault.message)
    tell_standing(f"change set {change_set.id}", standing, findings)


def _files(change_set: ChangeSet) -> Iterator[tuple[str, Iterator[list[bytes]]]]:
    for number in range(1, len(change_set.manifest.parts) + 1):
        yield part_name(number), change_set.unverified(part_name(number))
    yield UNRESOLVED, change_set.unverified(UNRESOLVED)
