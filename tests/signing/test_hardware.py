"""Keys in hardware: made in software here, verified as those of devices are, and never without a touch."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import BadSignature, NoKey
from hffix.signing import algorithms, sshsig, wire
from hffix.signing.agent import agent_keys
from hffix.signing.find import choose_key
from hffix.signing.keys import PublicKey
from hffix.signing.signers import Signers, parse_signers
from tests.signing.device import ECDSA, ED25519, KINDS, TOUCHED_AND_VERIFIED, Device, agent_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.signing.conftest import OpenSsh

MESSAGE = b'{"person":"zhang.min"}'


def line_of(device: Device, person: str = "zhang.min") -> str:
    return f'{person} namespaces="hffix" {device.public.line}\n'


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_a_device_reads_and_names_itself_as_ssh_keygen_does(
    openssh: OpenSsh, kind: str, tmp_path: Path
) -> None:
    device = Device(kind)
    path = tmp_path / "key.pub"
    path.write_text(device.public.line + "\n")
    assert device.public.algorithm == kind
    assert PublicKey.from_line(device.public.line) == device.public
    assert device.public.fingerprint == openssh.run("-l", "-f", path).split()[1]


@pytest.mark.parametrize("flags", [0x01, TOUCHED_AND_VERIFIED])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_device_signs_is_verified_here_and_by_ssh_keygen(openssh: OpenSsh, kind: str, flags: int) -> None:
    device = Device(kind, flags)
    signature = sshsig.sign(MESSAGE, key=device)
    assert sshsig.verify(MESSAGE, signature) == device.public
    assert openssh.accepts(MESSAGE, signature, signers=line_of(device), person="zhang.min")
    with pytest.raises(BadSignature, match="not made by this key"):
        sshsig.verify(MESSAGE + b" ", signature)


@pytest.mark.parametrize("flags", [0x00, 0x04])
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_signed_without_a_touch_does_not_hold(kind: str, flags: int) -> None:
    with pytest.raises(BadSignature, match="not touched by its owner") as refused:
        sshsig.verify(MESSAGE, sshsig.sign(MESSAGE, key=Device(kind, flags)))
    assert refused.value.objection == "signature-touch"


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_any_byte_of_a_devices_signature_is_refused(kind: str) -> None:
    device = Device(kind)
    blob = sshsig.dearmor(sshsig.sign(MESSAGE, key=device))
    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, sshsig.armor(changed))
    for size in range(len(blob)):
        with pytest.raises(BadSignature):
            sshsig.verify(MESSAGE, sshsig.armor(blob[:size]))


def test_a_plain_signature_is_no_devices_and_a_devices_is_no_plain_one(openssh: OpenSsh) -> None:
    device = Device()
    pair = device.sign(MESSAGE)
    plain = device.private
    with pytest.raises(ValueError, match="are not taken"):
        algorithms.verify(device.public.blob, wire.string(b"ssh-ed25519") + pair[4 + len(ED25519) :], MESSAGE)
    with pytest.raises(ValueError, match="bytes follow its end"):
        algorithms.verify(algorithms.write_public(plain.public_key()), pair, MESSAGE)
    said = wire.string(ED25519.encode()) + wire.string(plain.sign(MESSAGE)) + b"\x01\0\0\0\1"  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="not made by this key"):
        algorithms.verify(device.public.blob, said, MESSAGE)


def test_a_key_of_another_application_is_another_key() -> None:
    device = Device()
    other = Device(application=b"ssh:other")
    other.private = device.private
    assert other.public != device.public
    with pytest.raises(ValueError, match="not made by this key"):
        algorithms.verify(other.public.blob, device.sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_devices_key_has_one_encoding_and_one_owner(kind: str) -> None:
    device = Device(kind)
    with pytest.raises(ValueError, match="bytes follow its end"):
        PublicKey.from_blob(device.public.blob + b"\0")
    (entry,) = parse_signers(line_of(device).encode()).entries
    assert (entry.person, entry.key) == ("zhang.min", device.public)


@pytest.mark.parametrize("kind", KINDS)
def test_a_devices_key_is_found_in_the_agent_and_signs_through_it(kind: str) -> None:
    device = Device(kind)
    signers = parse_signers(line_of(device).encode())
    with agent_with(Device(ECDSA), device) as path:
        assert len(agent_keys(path)) == 2
        key = choose_key(path=None, agent_socket=path, git_key=lambda: None, signers=signers, ask=None, person=None)
        assert sshsig.verify(MESSAGE, sshsig.sign(MESSAGE, key=key)) == device.public


def test_a_device_that_signs_without_a_touch_is_refused_before_anything_is_written() -> None:
    with agent_with(Device(flags=0)) as path, pytest.raises(NoKey, match="not touched by its owner"):
        agent_keys(path)[0].sign(MESSAGE)


def test_the_file_of_a_devices_key_signs_through_the_agent_only(tmp_path: Path) -> None:
    device = Device()
    path = tmp_path / "key"
    head = b"openssh-key-v1\0" + wire.string(b"none") * 2 + wire.string(b"") + wire.uint32(1)
    blob = base64.b64encode(head + wire.string(device.public.blob) + wire.string(b"a handle")).decode()
    path.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{blob}\n-----END OPENSSH PRIVATE KEY-----\n")
    path.chmod(0o600)
    signers = Signers(())
    with pytest.raises(NoKey, match="belongs to a device") as refused:
        choose_key(path=path, agent_socket=None, git_key=lambda: None, signers=signers, ask=None, person=None)
    assert refused.value.advice == f"Plug the device in and put its key into an agent: ssh-add {path}"
    with agent_with(device) as agent:
        key = choose_key(path=path, agent_socket=agent, git_key=lambda: None, signers=signers, ask=None, person=None)
        assert key.public == device.public
