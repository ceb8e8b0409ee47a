"""Offline: what approvals/ and fixes/ alone can be held to, without any database."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from hffix.errors import HffixError
from hffix.model.manifest import Manifest
from hffix.model.receipt import read_receipt
from hffix.model.statement import Statement
from hffix.signing import sshsig
from hffix.signing.keys import PublicKey
from hffix.signing.signers import parse_signers
from hffix.store import approvals, changesets, receipts
from hffix.store.approvals import Signed
from hffix.store.projects import Project

Against = tuple[str, str]
OPEN: Final = "open"


def contradictions(project: Project) -> Iterator[Against]:
    """Name each file that contradicts the rest, and why."""
    for folder in changesets.damaged(project):
        yield f"approvals/{folder}", "its manifest is not the one that the folder is named for"
    yield from _unsigned(project)
    for signed in approvals.all_statements(project):
        why = _why_invalid(project, signed)
        if why is not None:
            yield f"approvals/{signed.path.parent.name}/{signed.path.name}", why
    for manifest in _applied(project):
        yield from _edited(project, manifest)


def _unsigned(project: Project) -> Iterator[Against]:
    for path in approvals.unsigned(project):
        yield str(path.relative_to(project.folder)), "its signature is not beside it"


def _why_invalid(project: Project, signed: Signed) -> str | None:
    """Say why a statement is nobody's word, whatever it would count for."""
    try:
        statement = Statement.from_bytes(signed.data)
        key = sshsig.verify(signed.data, signed.signature)
        owners = _owners(project, statement, key)
    except HffixError as fault:
        return fault.message
    if statement.key != key.fingerprint:
        return "it names another key than the one that signed it"
    if statement.person not in owners:
        return f"the key that signed it is not {statement.person}'s"
    if signed.path.parent.name != statement.folder or signed.path.name != statement.file_name:
        return "it does not lie where its subject and its person say"
    return None


def _owners(project: Project, statement: Statement, key: PublicKey) -> set[str | None]:
    """Name whose key it was by the signers that the statement names, where they are kept, and by those of today."""
    known = {approvals.current_pair(project).signers}
    if statement.signers in approvals.kept_digests(project):
        known.add(approvals.from_history(project, statement.signers))
    return {parse_signers(text).person_of(key, at=None) for text in known}


def _applied(project: Project) -> Iterator[Manifest]:
    """Give the manifests that some receipt says were opened; those of rollbacks are no script's."""
    opened = {
        str(body.get("manifest"))
        for lineage in receipts.lineages(project)
        for signed in receipts.receipts(project, lineage)
        for body in read_receipt(signed.data).records
        if body.get("kind") == OPEN
    }
    for digest in sorted(opened):
        manifest = changesets.known_manifest(project, digest)
        if manifest is not None and manifest.reverts is None:
            yield manifest


def _edited(project: Project, manifest: Manifest) -> Iterator[Against]:
    """Name the files of an applied fix that are no longer what was applied."""
    for name, digest in manifest.fix.files.items():
        path = project.fixes / name
        if not path.is_file():
            yield f"fixes/{name}", f"{manifest.fix.id} was applied, and this file of it is gone"
        elif sha256(path.read_bytes()).hexdigest() != digest:
            yield f"fixes/{name}", f"{manifest.fix.id} was applied, and this file of it was edited: write a new fix"
