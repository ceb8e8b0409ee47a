"""A hardware key made in software, and an agent that holds it: what they sign has the form of what a device signs."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from hffix.signing import algorithms, wire
from hffix.signing.keys import PublicKey

ED25519, ECDSA = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
KINDS = (ED25519, ECDSA)
TOUCHED, TOUCHED_AND_VERIFIED = 0x01, 0x05


@dataclass
class Device:
    """One key; `flags` are what the device says of its owner when it signs."""

    kind: str = ED25519
    flags: int = TOUCHED
    application: bytes = b"ssh:"
    counter: int = 7
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        if self.kind == ED25519:
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> PublicKey:
        plain = wire.Reader(algorithms.write_public(self.private.public_key()))
        plain.string()
        fields = b"".join(wire.string(plain.string()) for _ in range(1 if self.kind == ED25519 else 2))
        return PublicKey.from_blob(wire.string(self.kind.encode()) + fields + wire.string(self.application))

    def sign(self, data: bytes) -> bytes:
        """Sign as PROTOCOL.u2f says."""
        self.counter += 1
        said = bytes([self.flags]) + wire.uint32(self.counter)
        whole = sha256(self.application).digest() + said + sha256(data).digest()
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            value = self.private.sign(whole)
        else:
            r, s = decode_dss_signature(self.private.sign(whole, ec.ECDSA(hashes.SHA256())))
            value = wire.mpint(r) + wire.mpint(s)
        return wire.string(self.kind.encode()) + wire.string(value) + said


@contextmanager
def agent_with(*devices: Device) -> Iterator[str]:
    """Let an agent hold devices; give its socket."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        path = str(Path(folder, "agent"))
        server.bind(path)
        server.listen()
        thread = threading.Thread(target=_serve, args=(server, devices), daemon=True)
        thread.start()
        try:
            yield path
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, devices: tuple[Device, ...]) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line:
            size = int.from_bytes(line.recv(4, socket.MSG_WAITALL))
            line.sendall(wire.string(_answer(line.recv(size, socket.MSG_WAITALL), devices)))


def _answer(request: bytes, devices: tuple[Device, ...]) -> bytes:
    reader = wire.Reader(request)
    if reader.byte() == 11:
        held = b"".join(wire.string(one.public.blob) + wire.string(b"device") for one in devices)
        return b"\x0c" + wire.uint32(len(devices)) + held
    blob, data = reader.string(), reader.string()
    return next((b"\x0e" + wire.string(one.sign(data)) for one in devices if one.public.blob == blob), b"\x05")
