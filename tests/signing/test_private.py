from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import NoKey
from hffix.signing import sshsig
from hffix.signing.keys import PublicKey
from hffix.signing.private import load_private_key, read_key_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.signing.conftest import OpenSsh


def test_a_key_without_passphrase_asks_nobody(openssh: OpenSsh) -> None:
    def ask(question: str) -> str:
        raise AssertionError(question)

    key = load_private_key(openssh.key(), ask=ask)
    assert key.public == PublicKey.from_line(openssh.line())


def test_a_key_with_a_passphrase_asks_for_it_once(openssh: OpenSsh) -> None:
    path = openssh.key("ed25519-locked", passphrase="正确 horse")
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "正确 horse"

    key = load_private_key(path, ask=ask)
    assert questions == [f"Passphrase for {path}"]
    assert sshsig.verify(b"m", sshsig.sign(b"m", key=key)) == PublicKey.from_line(openssh.line("ed25519-locked"))


def test_a_wrong_passphrase_is_refused(openssh: OpenSsh) -> None:
    path = openssh.key("ed25519-locked", passphrase="正确 horse")
    with pytest.raises(NoKey, match="the passphrase is another"):
        load_private_key(path, ask=lambda _: "wrong")


def test_a_cipher_that_is_not_known_is_refused(openssh: OpenSsh, tmp_path: Path) -> None:
    path = tmp_path / "key"
    openssh.run("-q", "-t", "ed25519", "-N", "a passphrase", "-Z", "chacha20-poly1305@openssh.com", "-f", path)
    with pytest.raises(NoKey, match="a cipher that is not known here"):
        load_private_key(path, ask=lambda _: "a passphrase")


def test_a_passphrase_that_may_not_be_asked_for_is_refused(openssh: OpenSsh) -> None:
    path = openssh.key("ed25519-locked", passphrase="正确 horse")
    with pytest.raises(NoKey, match="nobody may be asked") as refused:
        load_private_key(path, ask=None)
    assert refused.value.advice == f"Put the key into an agent first: ssh-add {path}"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601, 0o644])
def test_a_key_that_others_can_reach_is_refused(openssh: OpenSsh, tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    shutil.copyfile(openssh.key(), path)
    path.chmod(mode)
    with pytest.raises(NoKey, match="can be read by others") as refused:
        load_private_key(path, ask=None)
    assert refused.value.advice == f"Run: chmod 600 {path}"
    path.chmod(0o400)
    assert load_private_key(path, ask=None).public == PublicKey.from_line(openssh.line())


def test_the_public_half_is_read_without_opening_the_file(openssh: OpenSsh) -> None:
    file = read_key_file(openssh.key("ed25519-locked", passphrase="正确 horse"))
    assert (file.encrypted, file.public) == (True, PublicKey.from_line(openssh.line("ed25519-locked")))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match="No such file"):
        load_private_key(tmp_path / "none", ask=None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not an OpenSSH private key file"),
        ("-----BEGIN RSA PRIVATE KEY-----\n", "is not an OpenSSH private key file"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "cut short"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END OPENSSH PRIVATE KEY-----\n", "cannot be used"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(NoKey, match=reason):
        load_private_key(path, ask=None)


def test_a_damaged_file_is_refused(openssh: OpenSsh, tmp_path: Path) -> None:
    lines = openssh.key().read_text().splitlines(keepends=True)
    path = tmp_path / "key"
    path.write_text("".join((*lines[:-2], lines[-1])))
    path.chmod(0o600)
    with pytest.raises(NoKey, match="it is damaged"):
        load_private_key(path, ask=None)


def test_a_weak_key_cannot_sign(openssh: OpenSsh) -> None:
    with pytest.raises(NoKey, match="RSA of 2048 bits is not taken"):
        load_private_key(openssh.key("rsa2048"), ask=None)


def test_a_private_key_does_not_show_itself(openssh: OpenSsh) -> None:
    key = load_private_key(openssh.key(), ask=None)
    assert repr(key) == f"PrivateKey({key.public.fingerprint})"
