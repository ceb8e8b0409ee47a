"""Throwaway people: an author, two approvers and an operator, each with a key that is made for one test."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hffix.signing.sshsig import NAMESPACE
from hffix.store.files import write_once

AUTHOR: Final = "author"
APPROVERS: Final = ("approver", "second.approver")
OPERATOR: Final = "operator"
PEOPLE: Final = (AUTHOR, *APPROVERS, OPERATOR)

POLICY: Final = """\
valid_days = 30

[people]
"author" = { roles = ["author"] }
"approver" = { roles = ["leader"] }
"second.approver" = { roles = ["leader"] }
"operator" = { roles = ["operator"] }

[[require]]
approvals = 1
roles = ["leader"]

[[require]]
risk = ["high"]
approvals = 2
roles = ["leader"]
"""


def make_people(folder: Path) -> None:
    """Write the policy, the signers and everybody's key into a project's folder."""
    signers = "".join(f'{person} namespaces="{NAMESPACE}" {_make_key(key_of(folder, person))}\n' for person in PEOPLE)
    write_once(folder / "approvals" / "policy.toml", POLICY.encode())
    write_once(folder / "approvals" / "allowed_signers", signers.encode())


def key_of(folder: Path, person: str) -> Path:
    """Name the file of a person's private key."""
    return folder / "keys" / person


def new_key() -> tuple[bytes, str]:
    """Make a key as `ssh-keygen -t ed25519` does: the private file, and the line of the public one."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), public.decode("ascii")


def _make_key(path: Path) -> str:
    private, public = new_key()
    write_once(path, private)
    return public
