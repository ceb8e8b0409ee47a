"""The SSHSIG format: detached signatures that `ssh-keygen -Y verify` checks (OpenSSH, PROTOCOL.sshsig)."""

import base64
import hashlib
import re
from typing import Final

from hffix.errors.approvals import BadSignature
from hffix.signing import algorithms, wire
from hffix.signing.algorithms import Flaw
from hffix.signing.keys import PublicKey, SigningKey, from_base64
from hffix.signing.wire import Reader

NAMESPACE: Final = "hffix"
MAGIC: Final = b"SSHSIG"
VERSION: Final = 1
BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
END: Final = "-----END SSH SIGNATURE-----"
COLUMNS: Final = 70
HASHES: Final = ("sha256", "sha512")

_ARMORED: Final = re.compile(rf"{BEGIN}\n((?:[A-Za-z0-9+/=]{{1,76}}\n)+){END}\n?")


def sign(message: bytes, *, key: SigningKey, namespace: str = NAMESPACE) -> str:
    """Sign a message, in the bytes that `ssh-keygen -Y sign` would write for a key of Ed25519."""
    signature = key.sign(_signed_data(message, namespace=namespace, hashed="sha512"))
    blob = (
        MAGIC
        + wire.uint32(VERSION)
        + wire.string(key.public.blob)
        + wire.string(namespace.encode())
        + wire.string(b"")
        + wire.string(b"sha512")
        + wire.string(signature)
    )
    return armor(blob)


def verify(message: bytes, armored: bytes | str, *, namespace: str = NAMESPACE) -> PublicKey:
    """Give the key that made the signature over the message; whose key it is, the signers say."""
    try:
        return _verify(message, dearmor(armored), namespace=namespace)
    except ValueError as fault:
        objection = fault.objection if isinstance(fault, Flaw) else "signature-form"
        raise BadSignature(f"the signature does not hold: {fault}", objection=objection) from fault


def _verify(message: bytes, blob: bytes, *, namespace: str) -> PublicKey:
    reader = Reader(blob)
    if reader.raw(len(MAGIC)) != MAGIC:
        raise ValueError("it does not begin as an SSH signature")
    if (version := reader.uint32()) != VERSION:
        raise ValueError(f"version {version} of the form is not known")
    key = _key(reader.string())
    if (named := reader.name()) != namespace:
        raise Flaw(f"it was made for the namespace {named}, not {namespace}", objection="signature-namespace")
    if reader.string():
        raise ValueError("its reserved field is not empty")
    if (hashed := reader.name()) not in HASHES:
        raise ValueError(f"the hash {hashed} is not taken, only {' or '.join(HASHES)}")
    signature = reader.string()
    reader.end()
    algorithms.verify(key.blob, signature, _signed_data(message, namespace=namespace, hashed=hashed))
    return key


def _key(blob: bytes) -> PublicKey:
    try:
        return PublicKey.from_blob(blob)
    except ValueError as fault:
        raise Flaw(str(fault), objection="signature-key") from fault


def _signed_data(message: bytes, *, namespace: str, hashed: str) -> bytes:
    return (
        MAGIC
        + wire.string(namespace.encode())
        + wire.string(b"")
        + wire.string(hashed.encode())
        + wire.string(hashlib.new(hashed, message).digest())
    )


def armor(blob: bytes) -> str:
    """Write a signature's bytes as the text of a `.sig` file."""
    text = base64.b64encode(blob).decode("ascii")
    lines = (text[at : at + COLUMNS] for at in range(0, len(text), COLUMNS))
    return "\n".join((BEGIN, *lines, END, ""))


def dearmor(armored: bytes | str) -> bytes:
    """Read the text of a `.sig` file; a ValueError refuses anything beside the one signature."""
    text = armored if isinstance(armored, str) else armored.decode("latin-1")
    found = _ARMORED.fullmatch(text)
    if found is None:
        raise ValueError("it is not one armored SSH signature")
    return from_base64(found[1].replace("\n", ""))
