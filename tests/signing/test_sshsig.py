from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import sshsig as independent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hffix.errors.approvals import BadSignature
from hffix.signing import algorithms, sshsig, wire
from hffix.signing.keys import PublicKey
from hffix.signing.private import load_private_key

if TYPE_CHECKING:
    from tests.signing.conftest import OpenSsh

MESSAGE = '{"person":"zhang.min","comment":"张敏"}'.encode()
KINDS = ("ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa")


def public(openssh: OpenSsh, name: str) -> PublicKey:
    return PublicKey.from_line(openssh.line(name))


def signed(openssh: OpenSsh, message: bytes = MESSAGE, *, name: str = "ed25519") -> str:
    return sshsig.sign(message, key=load_private_key(openssh.key(name), ask=None))


@pytest.mark.parametrize("message", [b"", b"x", MESSAGE, bytes(range(256)) * 500])
def test_an_ed25519_signature_is_the_bytes_that_ssh_keygen_writes(openssh: OpenSsh, message: bytes) -> None:
    assert signed(openssh, message) == openssh.sign("ed25519", message)


@pytest.mark.parametrize("name", KINDS)
def test_ssh_keygen_verifies_what_we_sign(openssh: OpenSsh, name: str) -> None:
    signers = f'zhang.min namespaces="hffix" {openssh.line(name)}\n'
    signature = signed(openssh, name=name)
    assert openssh.accepts(MESSAGE, signature, signers=signers, person="zhang.min")
    assert not openssh.accepts(MESSAGE + b" ", signature, signers=signers, person="zhang.min")


@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
@pytest.mark.parametrize("name", KINDS)
def test_we_verify_what_ssh_keygen_signs(openssh: OpenSsh, name: str, hashed: str) -> None:
    signature = openssh.sign(name, MESSAGE, hashed=hashed)
    assert sshsig.verify(MESSAGE, signature) == public(openssh, name)
    assert sshsig.verify(MESSAGE, signature.encode()) == public(openssh, name)


def test_an_independent_implementation_verifies_what_we_sign(openssh: OpenSsh) -> None:
    found = independent.check_signature(MESSAGE, signed(openssh), namespace="hffix")
    assert found.openssh_str() == openssh.line()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(message=some.binary(), other=some.binary())
def test_a_signature_holds_for_its_message_and_no_other(openssh: OpenSsh, message: bytes, other: bytes) -> None:
    signature = signed(openssh, message)
    assert sshsig.verify(message, signature) == public(openssh, "ed25519")
    if other != message:
        with pytest.raises(BadSignature):
            sshsig.verify(other, signature)


@pytest.mark.parametrize("name", KINDS)
def test_a_change_of_any_byte_is_refused(openssh: OpenSsh, name: str) -> None:
    blob = sshsig.dearmor(signed(openssh, name=name))
    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, sshsig.armor(changed))


def test_every_truncation_is_refused(openssh: OpenSsh) -> None:
    blob = sshsig.dearmor(signed(openssh))
    for size in range(len(blob)):
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, sshsig.armor(blob[:size]))


def test_bytes_after_the_end_are_refused(openssh: OpenSsh) -> None:
    blob = sshsig.dearmor(signed(openssh))
    with pytest.raises(BadSignature, match="bytes follow its end"):
        sshsig.verify(MESSAGE, sshsig.armor(blob + b"\x00"))


def test_a_signature_for_git_is_no_approval(openssh: OpenSsh) -> None:
    with pytest.raises(BadSignature, match="namespace git, not hffix"):
        sshsig.verify(MESSAGE, openssh.sign("ed25519", MESSAGE, namespace="git"))


def test_a_signature_over_a_digests_beginning_does_not_hold_for_the_digest(openssh: OpenSsh) -> None:
    digest = b"3f9a1c" * 10 + b"0000"
    with pytest.raises(BadSignature, match="not made by this key over these bytes"):
        sshsig.verify(digest, openssh.sign("ed25519", digest[:12]))


def test_a_key_put_in_anothers_place_is_refused(openssh: OpenSsh) -> None:
    mine, other = public(openssh, "ed25519").blob, public(openssh, "ed25519-other").blob
    blob = sshsig.dearmor(signed(openssh)).replace(mine, other)
    with pytest.raises(BadSignature, match="not made by this key"):
        sshsig.verify(MESSAGE, sshsig.armor(blob))


def forged(
    openssh: OpenSsh,
    *,
    version: int = 1,
    reserved: bytes = b"",
    hashed: bytes = b"sha512",
    named: bytes = b"ssh-ed25519",
    value: bytes = bytes(64),
) -> str:
    """A signature of the right form with one field of the forger's choice."""
    return sshsig.armor(
        b"SSHSIG"
        + wire.uint32(version)
        + wire.string(public(openssh, "ed25519").blob)
        + wire.string(b"hffix")
        + wire.string(reserved)
        + wire.string(hashed)
        + wire.string(wire.string(named) + wire.string(value))
    )


def test_each_field_of_another_kind_is_refused_by_name(openssh: OpenSsh) -> None:
    cases = {
        "version 2 of the form": forged(openssh, version=2),
        "reserved field is not empty": forged(openssh, reserved=b"x"),
        "the hash md5 is not taken": forged(openssh, hashed=b"md5"),
        "the hash SHA512 is not taken": forged(openssh, hashed=b"SHA512"),
        "rsa-sha2-512 signatures by a key of ssh-ed25519": forged(openssh, named=b"rsa-sha2-512"),
        "not made by this key": forged(openssh, value=bytes(63)),
    }
    for reason, armored in cases.items():
        with pytest.raises(BadSignature, match=reason):
            sshsig.verify(MESSAGE, armored)


def test_the_armor_must_hold_one_signature_and_nothing_else(openssh: OpenSsh) -> None:
    good = signed(openssh)
    begin, *lines, end = good.splitlines()
    text = "".join(lines)
    cases = (
        "",
        good + good,
        "x\n" + good,
        good + "x",
        good + "\n",
        good.replace("\n", "\r\n"),
        good.replace("SSH SIGNATURE", "SIGNATURE"),
        "\n".join((begin, *lines)),
        "\n".join((begin, *lines, "", end)),
        "\n".join((begin, f" {lines[0]}", *lines[1:], end)),
        "\n".join((begin, text.rstrip("=")[:-1] + "é", end)),
        f"{begin}\n====\n{end}",
        f"{begin}\n{end}",
    )
    for armored in cases:
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, armored)
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, armored.encode())


def test_base64_in_another_form_is_refused() -> None:
    # "YR==" has the same eight bits as "YQ==", and two that are lost.
    with pytest.raises(BadSignature, match="not in the usual form"):
        sshsig.verify(MESSAGE, f"{sshsig.BEGIN}\nYR==\n{sshsig.END}\n")


def test_lines_of_other_tools_lengths_are_read(openssh: OpenSsh) -> None:
    begin, *lines, end = signed(openssh).splitlines()
    text = "".join(lines)
    wrapped = "\n".join((begin, *(text[at : at + 76] for at in range(0, len(text), 76)), end))
    assert sshsig.verify(MESSAGE, wrapped) == public(openssh, "ed25519")


def test_a_weak_key_is_refused_by_name(openssh: OpenSsh) -> None:
    with pytest.raises(BadSignature, match="RSA of 2048 bits is not taken"):
        sshsig.verify(MESSAGE, openssh.sign("rsa2048", MESSAGE))


def test_bytes_after_the_end_of_an_inner_part_are_refused(openssh: OpenSsh) -> None:
    key = load_private_key(openssh.key("ecdsa256"), ask=None)
    reader = wire.Reader(key.sign(MESSAGE))
    named, numbers = reader.string(), reader.string()
    algorithms.verify(key.public.blob, wire.string(named) + wire.string(numbers), MESSAGE)
    for longer in (
        wire.string(named) + wire.string(numbers + b"\x00"),
        wire.string(named) + wire.string(numbers) + b"\x00",
    ):
        with pytest.raises(ValueError, match="bytes follow its end"):
            algorithms.verify(key.public.blob, longer, MESSAGE)


def test_sha1_is_refused_by_name(openssh: OpenSsh) -> None:
    key = public(openssh, "rsa")
    with pytest.raises(ValueError, match="ssh-rsa signatures by a key of ssh-rsa are not taken"):
        algorithms.verify(key.blob, wire.string(b"ssh-rsa") + wire.string(bytes(384)), b"")


def test_the_armor_comes_back() -> None:
    for size in range(1, 200):
        blob = bytes(range(size))
        armored = sshsig.armor(blob)
        assert sshsig.dearmor(armored) == blob
        assert base64.b64decode("".join(armored.splitlines()[1:-1])) == blob
