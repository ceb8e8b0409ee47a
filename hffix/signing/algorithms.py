"""The key and signature algorithms that hffix takes, and their byte forms (RFC 4253, 5656, 8332, 8709).

DSA, SHA-1 and RSA below 3072 bits are too weak, and certificates are not read. All of them are refused by name.
"""

from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hffix.signing import wire
from hffix.signing.hardware import HARDWARE, HardwareKey, read_press
from hffix.signing.wire import Reader

Plain = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
Public = Plain | HardwareKey
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

SMALLEST_RSA: Final = 3072
LARGEST_RSA: Final = 16384
CURVES: Final[Mapping[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
RSA_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "rsa-sha2-256": hashes.SHA256(),
    "rsa-sha2-512": hashes.SHA512(),
}
ALGORITHMS: Final = ("ssh-ed25519", *(f"ecdsa-sha2-{curve}" for curve in CURVES), "ssh-rsa", *HARDWARE)


class Flaw(ValueError):
    """Why a signature does not hold, with the code by which that is known."""

    def __init__(self, reason: str, *, objection: str) -> None:
        super().__init__(reason)
        self.objection = objection


def read_public(blob: bytes) -> tuple[str, Public]:
    """Read a public key's algorithm and value; a ValueError says why it cannot serve.

    Only the one encoding that `write_public` gives is taken, so that equal keys have equal bytes.
    """
    reader = Reader(blob)
    algorithm = reader.name()
    key: Public
    if algorithm not in ALGORITHMS:
        raise ValueError(f"{algorithm} keys are not taken, only {', '.join(ALGORITHMS)}")
    if algorithm == "ssh-rsa":
        key = _read_rsa(reader)
    elif algorithm in HARDWARE:
        key = HardwareKey(_read_curve(HARDWARE[algorithm], reader), reader.string())
    else:
        key = _read_curve(algorithm, reader)
    reader.end()
    if write_public(key) != blob:
        raise ValueError("it is not in the usual encoding")
    return algorithm, key


def _read_curve(algorithm: str, reader: Reader) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if algorithm == "ssh-ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(reader.string())
    curve = reader.name()
    if algorithm != f"ecdsa-sha2-{curve}":
        raise ValueError("it names two curves")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[curve][0], reader.string())


def _read_rsa(reader: Reader) -> rsa.RSAPublicKey:
    exponent, modulus = reader.positive(), reader.positive()
    if not SMALLEST_RSA <= modulus.bit_length() <= LARGEST_RSA:
        raise ValueError(f"RSA of {modulus.bit_length()} bits is not taken, only {SMALLEST_RSA} to {LARGEST_RSA}")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def write_public(key: Public) -> bytes:
    """Write a public key in the form that SSH hashes, compares and sends."""
    if isinstance(key, HardwareKey):
        # The plain key's fields under the device's name, and the application after them.
        plain = write_public(key.key)
        named = Reader(plain).name()
        name = next(kind for kind, algorithm in HARDWARE.items() if algorithm == named)
        return wire.string(name.encode()) + plain[4 + len(named) :] + wire.string(key.application)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return wire.string(b"ssh-ed25519") + wire.string(key.public_bytes_raw())
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return wire.string(b"ssh-rsa") + wire.mpint(numbers.e) + wire.mpint(numbers.n)
    curve = _curve_of(key)
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return wire.string(f"ecdsa-sha2-{curve}".encode()) + wire.string(curve.encode()) + wire.string(point)


def _curve_of(key: ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) -> str:
    for name, (curve, _) in CURVES.items():
        if key.curve.name == curve.name:
            return name
    raise ValueError(f"the curve {key.curve.name} is not taken, only {', '.join(CURVES)}")


def sign(key: Private, data: bytes) -> bytes:
    """Sign data; give SSH's pair of the algorithm's name and the signature."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return wire.string(b"ssh-ed25519") + wire.string(key.sign(data))
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(data, padding.PKCS1v15(), RSA_HASHES["rsa-sha2-512"])
        return wire.string(b"rsa-sha2-512") + wire.string(signature)
    curve = _curve_of(key)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(CURVES[curve][1])))
    return wire.string(f"ecdsa-sha2-{curve}".encode()) + wire.string(wire.mpint(r) + wire.mpint(s))


def verify(blob: bytes, signature: bytes, data: bytes) -> None:
    """Prove that the key made the signature over the data; a ValueError says why it did not.

    What a device signed counts only where its owner touched it.
    """
    algorithm, key = read_public(blob)
    reader = Reader(signature)
    named, value = reader.name(), reader.string()
    touched = True
    if isinstance(key, HardwareKey):
        press = read_press(reader)
        touched, data, key = press.touched, press.signed(key.application, data), key.key
    reader.end()
    fitting = tuple(RSA_HASHES) if algorithm == "ssh-rsa" else (algorithm,)
    if named not in fitting:
        raise ValueError(f"{named} signatures by a key of {algorithm} are not taken, only {' or '.join(fitting)}")
    try:
        _verify(key, value, data, named=named)
    except InvalidSignature as fault:
        raise Flaw("it was not made by this key over these bytes", objection="signature-bytes") from fault
    if not touched:
        raise Flaw("the device was not touched by its owner when it signed", objection="signature-touch")


def _verify(key: Plain, value: bytes, data: bytes, *, named: str) -> None:
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(value, data)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(value, data, padding.PKCS1v15(), RSA_HASHES[named])
    else:
        parts = Reader(value)
        pair = encode_dss_signature(parts.positive(), parts.positive())
        parts.end()
        key.verify(pair, data, ec.ECDSA(CURVES[_curve_of(key)][1]))
