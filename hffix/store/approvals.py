"""The folder `approvals/`: signed statements, and the policy and signers that they are judged by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hffix.errors.approvals import BadPolicy
from hffix.model.canonical import digest
from hffix.store.files import read, storing, write_once
from hffix.store.projects import Project
from hffix.store.verified import MANIFEST

SIGNATURE: Final = ".sig"
_ID: Final = re.compile(r"[0-9a-f]{12}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed file and its signature, as bytes; nothing is said of whether they hold."""

    path: Path
    data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The policy and the signers in force, with the revoked keys, as bytes."""

    policy: bytes
    signers: bytes
    revoked: bytes | None

    @property
    def policy_digest(self) -> str:
        """The digest by which statements and records name the policy."""
        return digest(self.policy)

    @property
    def signers_digest(self) -> str:
        """The digest by which statements and records name the signers."""
        return digest(self.signers)

    @property
    def revoked_digest(self) -> str | None:
        """The digest by which records name the revoked keys."""
        return None if self.revoked is None else digest(self.revoked)


def all_statements(project: Project) -> tuple[Signed, ...]:
    """Give every signed statement, by folder and name; a file without a signature beside it is none."""
    return tuple(
        Signed(path=path, data=read(path), signature=read(beside))
        for path in _statement_files(project.approvals)
        if (beside := signature_path(path)).is_file()
    )


def unsigned(project: Project) -> tuple[Path, ...]:
    """Name every statement without a signature beside it, and every signature without its statement."""
    files = list(_statement_files(project.approvals))
    alone = [path for path in files if not signature_path(path).is_file()]
    orphans = [
        path
        for folder in _folders(project.approvals)
        for path in folder.glob(f"*.json{SIGNATURE}")
        if not path.with_name(path.name.removesuffix(SIGNATURE)).is_file()
    ]
    return tuple(sorted(alone + orphans))


def statements(project: Project, change_set_digest: str) -> tuple[Signed, ...]:
    """Give the statements that may be about a change set: those of its folder, and those that name it.

    One that lost its signature is given with an empty one, so that it can be named.
    """
    named, folder = change_set_digest.encode(), change_set_digest[:12]
    files = (path for path in unsigned(project) if not path.name.endswith(SIGNATURE))
    bare = (Signed(path=path, data=read(path), signature=b"") for path in files)
    return tuple(
        one for one in (*all_statements(project), *bare) if one.path.parent.name == folder or named in one.data
    )


def write_statement(project: Project, *, subject: str, name: str, data: bytes, signature: bytes) -> Path:
    """Write a statement into the folder of its first subject, never overwriting one."""
    return write_signed(project.approvals / subject[:12] / name, data=data, signature=signature)


def write_signed(path: Path, *, data: bytes, signature: bytes) -> Path:
    """Write a file and its signature, the signature first, so that the file never stands without it."""
    write_once(signature_path(path), signature)
    write_once(path, data)
    return path


def signature_path(path: Path) -> Path:
    """Name the file of a signature: beside what it signs."""
    return path.with_name(path.name + SIGNATURE)


def current_pair(project: Project) -> Pair:
    """Read the policy and the signers in force; both must be there."""
    revoked = project.approvals / "revoked_keys"
    return Pair(
        policy=_required(project.approvals / "policy.toml"),
        signers=_required(project.approvals / "allowed_signers"),
        revoked=read(revoked) if revoked.exists() else None,
    )


def keep_history(project: Project, pair: Pair) -> None:
    """Keep each file of a pair under its digest, so that years later it is there to judge by."""
    for data in (pair.policy, pair.signers, pair.revoked):
        if data is not None:
            write_once(_history(project, digest(data)), data)


def from_history(project: Project, wanted: str) -> bytes:
    """Give the policy, signers or revoked keys of a digest."""
    if not _DIGEST.fullmatch(wanted):
        raise BadPolicy("a file of approvals/history is named by 64 hex digits")
    data = _required(_history(project, wanted))
    if digest(data) != wanted:
        raise BadPolicy(f"approvals/history/{wanted} does not hold the bytes that it is named for")
    return data


def kept_digests(project: Project) -> tuple[str, ...]:
    """Name every file of the history by its digest, sorted; that each holds its bytes is checked when it is read."""
    folder = project.approvals / "history"
    with storing(folder):
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name for name in names if _DIGEST.fullmatch(name)))


def _history(project: Project, wanted: str) -> Path:
    return project.approvals / "history" / wanted


def _required(path: Path) -> bytes:
    if not path.is_file():
        raise BadPolicy(f"{path} is not there", hint="Take it from git, or make it with: hffix init")
    return read(path)


def _folders(approvals: Path) -> list[Path]:
    with storing(approvals):
        found = [one for one in approvals.iterdir() if _ID.fullmatch(one.name)] if approvals.is_dir() else []
    return sorted(found)


def _statement_files(approvals: Path) -> Iterator[Path]:
    with storing(approvals):
        for folder in _folders(approvals):
            yield from (path for path in sorted(folder.glob("*.json")) if path.name != MANIFEST)
