from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hffix.signing import wire
from hffix.signing.keys import PublicKey, from_base64

if TYPE_CHECKING:
    from tests.signing.conftest import OpenSsh


@pytest.mark.parametrize("name", ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa"])
def test_a_key_reads_and_names_itself_as_ssh_keygen_does(openssh: OpenSsh, name: str) -> None:
    key = PublicKey.from_line(openssh.key(name).with_suffix(".pub").read_text())
    assert key.line == openssh.line(name)
    assert key.fingerprint == openssh.run("-l", "-f", openssh.key(name)).split()[1]
    assert PublicKey.from_blob(key.blob) == key


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "not an algorithm and a key"),
        ("ssh-ed25519", "not an algorithm and a key"),
        ("ssh-ed25519 !!!!", "not base64"),
        ("ssh-ed25519 AAAA", "cut short"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAABAAAAAA=", "32 bytes"),
    ],
)
def test_a_line_that_is_no_key_is_refused(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PublicKey.from_line(line)


def test_a_line_that_says_another_algorithm_is_refused(openssh: OpenSsh) -> None:
    with pytest.raises(ValueError, match="it says ssh-rsa but holds a key of ssh-ed25519"):
        PublicKey.from_line(openssh.line().replace("ssh-ed25519", "ssh-rsa"))


def test_keys_of_other_algorithms_are_refused_by_name(openssh: OpenSsh) -> None:
    with pytest.raises(ValueError, match="ssh-dss keys are not taken"):
        PublicKey.from_blob(wire.string(b"ssh-dss") + wire.string(bytes(128)))
    with pytest.raises(ValueError, match="RSA of 2048 bits is not taken"):
        PublicKey.from_line(openssh.line("rsa2048"))


def test_a_certificate_is_refused_by_name(openssh: OpenSsh) -> None:
    subject = openssh.key("ed25519-certified")
    openssh.run("-q", "-s", openssh.key("ed25519-authority"), "-I", "id", "-n", "boss", subject.with_suffix(".pub"))
    line = subject.with_name(f"{subject.name}-cert.pub").read_text()
    with pytest.raises(ValueError, match=r"ssh-ed25519-cert-v01@openssh\.com keys are not taken"):
        PublicKey.from_line(line)


def test_one_key_has_one_encoding(openssh: OpenSsh) -> None:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    compressed = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = wire.string(b"ecdsa-sha2-nistp256") + wire.string(b"nistp256")
    with pytest.raises(ValueError, match="not in the usual encoding"):
        PublicKey.from_blob(head + wire.string(compressed))
    plain = PublicKey.from_line(openssh.line())
    with pytest.raises(ValueError, match="bytes follow its end"):
        PublicKey.from_blob(plain.blob + b"\x00")


def test_a_curve_under_anothers_name_is_refused(openssh: OpenSsh) -> None:
    blob = PublicKey.from_line(openssh.line("ecdsa256")).blob
    with pytest.raises(ValueError, match="names two curves"):
        PublicKey.from_blob(blob.replace(b"sha2-nistp256", b"sha2-nistp384"))


def test_an_rsa_number_with_a_needless_zero_is_refused(openssh: OpenSsh) -> None:
    blob = PublicKey.from_line(openssh.line("rsa")).blob
    exponent = wire.mpint(65537)
    assert exponent in blob
    with pytest.raises(ValueError, match="not in its shortest form"):
        PublicKey.from_blob(blob.replace(exponent, wire.string(b"\x00\x01\x00\x01")))


@pytest.mark.parametrize("text", ["YQ", "YQ=", "YR==", "Y Q==", "YQ==\n", "Y-==", "é"])
def test_base64_has_one_form(text: str) -> None:
    assert from_base64("YQ==") == b"a"
    with pytest.raises(ValueError, match="base64"):
        from_base64(text)
