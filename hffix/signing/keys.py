"""Keys: public ones as values, and what it takes to be something that signs."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from hffix.signing import algorithms


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that hffix takes; two are equal exactly when their bytes are."""

    algorithm: str
    blob: bytes

    @classmethod
    def from_blob(cls, blob: bytes) -> "PublicKey":
        """Read SSH's bytes of a key; a ValueError says why it cannot serve."""
        return cls(algorithms.read_public(blob)[0], blob)

    @classmethod
    def from_line(cls, line: str) -> "PublicKey":
        """Read a line of a `.pub` file: algorithm, base64 and perhaps a comment."""
        match line.split(maxsplit=2):
            case [algorithm, encoded, *_]:
                key = cls.from_blob(from_base64(encoded))
                if key.algorithm != algorithm:
                    raise ValueError(f"it says {algorithm} but holds a key of {key.algorithm}")
                return key
            case _:
                raise ValueError("it is not an algorithm and a key")

    @property
    def fingerprint(self) -> str:
        """Name the key as `ssh-keygen -l` prints it."""
        digest = base64.b64encode(sha256(self.blob).digest()).decode("ascii")
        return f"SHA256:{digest.rstrip('=')}"

    @property
    def line(self) -> str:
        """Write the key as a `.pub` file holds it, without a comment."""
        return f"{self.algorithm} {base64.b64encode(self.blob).decode('ascii')}"


class SigningKey(Protocol):
    """Something that can sign for a public key: a file that was opened, or a key in an agent."""

    @property
    def public(self) -> PublicKey:
        """The key that verifies."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign data; give SSH's pair of the algorithm's name and the signature."""
        ...


def from_base64(text: str) -> bytes:
    """Read base64 in its one form, with padding (RFC 4648); a ValueError refuses any other."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ValueError("it is not base64") from fault
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("its base64 is not in the usual form")
    return data
