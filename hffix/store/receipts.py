"""The receipts of each lineage, in `approvals/receipts/`."""

import re
from pathlib import Path
from typing import Final

from hffix.errors.changesets import BadManifest, NotCanonical
from hffix.errors.evidence import BadReceipt
from hffix.model.receipt import Receipt, read_receipt
from hffix.store.approvals import Signed, signature_path, write_signed
from hffix.store.files import read, storing
from hffix.store.projects import Project

_NAME: Final = re.compile(r"([0-9]{8,})\..+\.json")
_LINEAGE: Final = re.compile(r"[0-9a-f]{32}")


def write_receipt(project: Project, receipt: Receipt, *, data: bytes, signature: bytes) -> Path:
    """Write a receipt and its signature, never overwriting one."""
    return write_signed(project.receipts / receipt.lineage / receipt.name, data=data, signature=signature)


def receipts(project: Project, lineage: str) -> tuple[Signed, ...]:
    """Give the receipts of a lineage by number; one that lost its signature refuses, since to leave it out hides it."""
    folder = project.receipts / lineage
    numbered: list[tuple[int, Path]] = []
    with storing(folder):
        for path in folder.glob("*.json"):
            named = _NAME.fullmatch(path.name)
            if not named or not signature_path(path).is_file():
                raise BadReceipt(f"{path} is not named as a receipt is, or has no signature beside it")
            numbered.append((int(named[1]), path))
    return tuple(
        Signed(path=path, data=read(path), signature=read(signature_path(path))) for _, path in sorted(numbered)
    )


def lineages(project: Project) -> tuple[str, ...]:
    """Name every lineage with a folder of receipts."""
    with storing(project.receipts):
        folders = list(project.receipts.iterdir()) if project.receipts.is_dir() else []
    return tuple(sorted(one.name for one in folders if _LINEAGE.fullmatch(one.name)))


def lineages_of(project: Project, target_name: str) -> tuple[str, ...]:
    """Name the lineages with a receipt for a target, the one with the newest first."""
    newest: list[tuple[str, int, str]] = []
    for lineage in lineages(project):
        for signed in reversed(receipts(project, lineage)):
            receipt = _parse(signed)
            if receipt.target == target_name:
                newest.append((receipt.time, receipt.number, lineage))
                break
    return tuple(lineage for _, _, lineage in sorted(newest, reverse=True))


def _parse(signed: Signed) -> Receipt:
    try:
        return read_receipt(signed.data)
    except (NotCanonical, BadManifest) as fault:
        raise BadReceipt(f"{signed.path}: {fault.message}") from fault
