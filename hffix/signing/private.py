"""Private key files as ssh-keygen writes them (OpenSSH, PROTOCOL.key)."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from hffix.errors.approvals import NoKey
from hffix.signing import algorithms
from hffix.signing.hardware import HARDWARE
from hffix.signing.keys import PublicKey, SigningKey
from hffix.signing.wire import Reader

Ask = Callable[[str], str]

BEGIN: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"
END: Final = b"-----END OPENSSH PRIVATE KEY-----"
MAGIC: Final = b"openssh-key-v1\x00"
LARGEST_FILE: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A private key in memory."""

    public: PublicKey
    private: algorithms.Private

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.fingerprint})"

    def sign(self, data: bytes) -> bytes:
        """Sign data; give SSH's pair of the algorithm's name and the signature."""
        return algorithms.sign(self.private, data)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KeyFile:
    """A private key file that was read but not opened: its public half is never encrypted."""

    path: Path
    public: PublicKey
    encrypted: bool
    mode: int
    data: bytes

    def open(self, *, ask: Ask | None) -> SigningKey:
        """Open the file if only its owner can read it, asking for the passphrase if it has one."""
        if self.mode & 0o077:
            raise NoKey(f"{self.path} can be read by others than its owner", hint=f"Run: chmod 600 {self.path}")
        if self.public.algorithm in HARDWARE:
            # The file holds no private key, only a handle that its device knows.
            hint = f"Plug the device in and put its key into an agent: ssh-add {self.path}"
            raise NoKey(f"{self.path} belongs to a device, which signs only through an ssh-agent", hint=hint)
        passphrase = _ask_passphrase(self.path, ask=ask) if self.encrypted else None
        try:
            private = load_ssh_private_key(self.data, passphrase)
        except UnsupportedAlgorithm as fault:
            hint = f"Put the key into an agent first: ssh-add {self.path}"
            raise NoKey(f"{self.path} is locked with a cipher that is not known here", hint=hint) from fault
        except (ValueError, TypeError) as fault:
            reason = "the passphrase is another, or the file is damaged" if self.encrypted else "it is damaged"
            raise NoKey(f"{self.path} cannot be opened: {reason}") from fault
        if not isinstance(private, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise NoKey(f"{self.path} holds a key of an algorithm that is not taken")
        if algorithms.write_public(private.public_key()) != self.public.blob:
            raise NoKey(f"{self.path} is damaged: its two halves are not one key")
        return PrivateKey(public=self.public, private=private)


def load_private_key(path: Path, *, ask: Ask | None) -> SigningKey:
    """Open an OpenSSH private key file that only its owner can read; without `ask` a passphrase refuses it."""
    return read_key_file(path).open(ask=ask)


def read_key_file(path: Path) -> KeyFile:
    """Read a private key file without opening it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(LARGEST_FILE)
    except OSError as fault:
        raise NoKey(f"{path} cannot be read: {fault.strerror}") from fault
    if not data.startswith(BEGIN):
        hint = f"Convert an older form with: ssh-keygen -p -f {path}"
        raise NoKey(f"{path} is not an OpenSSH private key file", hint=hint)
    try:
        encrypted, public = _read_head(data)
    except ValueError as fault:
        raise NoKey(f"{path} cannot be used: {fault}") from fault
    return KeyFile(path=path, public=public, encrypted=encrypted, mode=mode, data=data)


def _read_head(data: bytes) -> tuple[bool, PublicKey]:
    armored = data.partition(BEGIN)[2].partition(END)[0]
    reader = Reader(base64.b64decode(b"".join(armored.split()), validate=True))
    if reader.raw(len(MAGIC)) != MAGIC:
        raise ValueError("it has another form")
    cipher = reader.name()
    reader.string()  # the key derivation
    reader.string()  # and its salt and rounds
    if reader.uint32() != 1:
        raise ValueError("it does not hold exactly one key")
    return cipher != "none", PublicKey.from_blob(reader.string())


def _ask_passphrase(path: Path, *, ask: Ask | None) -> bytes:
    if ask is None:
        hint = f"Put the key into an agent first: ssh-add {path}"
        raise NoKey(f"{path} has a passphrase, and nobody may be asked for it here", hint=hint)
    return ask(f"Passphrase for {path}").encode()
