"""Keys in hardware: what a device signs is bound to an application, a counter, and its owner's touch (PROTOCOL.u2f)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from hffix.signing import wire
from hffix.signing.wire import Reader

# Each kind of key with the plain algorithm by which its device signs.
HARDWARE: Final[Mapping[str, str]] = {
    "sk-ssh-ed25519@openssh.com": "ssh-ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ecdsa-sha2-nistp256",
}
TOUCHED: Final = 0x01


@dataclass(frozen=True, slots=True)
class HardwareKey:
    """A public key whose private half never leaves a device, and the application that it was made for."""

    key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
    application: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """What a device says of one signature: its flags, and how many it has made."""

    flags: int
    counter: int

    @property
    def touched(self) -> bool:
        """Say whether its owner touched it."""
        return bool(self.flags & TOUCHED)

    def signed(self, application: bytes, data: bytes) -> bytes:
        """Give the bytes that the device signed."""
        said = bytes([self.flags]) + wire.uint32(self.counter)
        return sha256(application).digest() + said + sha256(data).digest()


def read_press(reader: Reader) -> Press:
    """Take what follows a device's signature."""
    return Press(flags=reader.byte(), counter=reader.uint32())
