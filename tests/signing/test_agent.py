from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import NoKey
from hffix.signing import sshsig, wire
from hffix.signing.agent import AgentKey, agent_keys
from hffix.signing.keys import PublicKey

if TYPE_CHECKING:
    from pathlib import Path

    from tests.signing.conftest import Agent, OpenSsh


@pytest.mark.parametrize("name", ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa"])
def test_an_agents_key_signs_like_any_other(openssh: OpenSsh, agent: Agent, name: str) -> None:
    agent.add(openssh.key(name))
    (key,) = agent_keys(agent.socket)
    assert (key.public, key.comment) == (PublicKey.from_line(openssh.line(name)), name)
    signature = sshsig.sign(b"message", key=key)
    assert sshsig.verify(b"message", signature) == key.public
    assert openssh.accepts(b"message", signature, signers=f"a {openssh.line(name)}\n", person="a")


def test_keys_that_are_not_taken_are_passed_over(openssh: OpenSsh, agent: Agent) -> None:
    for name in ("rsa2048", "ed25519", "ed25519-other"):
        agent.add(openssh.key(name))
    assert [key.comment for key in agent_keys(agent.socket)] == ["ed25519", "ed25519-other"]


def test_an_empty_agent_has_no_keys(agent: Agent) -> None:
    assert agent_keys(agent.socket) == ()


def test_a_key_that_has_left_the_agent_does_not_sign(openssh: OpenSsh, agent: Agent) -> None:
    key = AgentKey(agent_socket=agent.socket, public=PublicKey.from_line(openssh.line()), comment="")
    with pytest.raises(NoKey, match="declined"):
        key.sign(b"message")


def test_an_agent_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match="does not answer"):
        agent_keys(str(tmp_path / "none"))


class Impostor:
    """Something that listens where an agent should and answers each request with the same bytes."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.path = str(path)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(self.path)
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, args=(answer,))
        self._thread.start()

    def _serve(self, answer: bytes) -> None:
        line, _ = self._server.accept()
        with line:
            line.recv(4096)
            line.sendall(answer)

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._server.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (wire.string(b"\x05"), "declined"),
        (wire.string(b""), "cut short"),
        (wire.string(b"\x0c\xff\xff\xff\xff"), "cut short"),
        (wire.string(b"\x0c\x00\x00\x00\x00x"), "bytes follow"),
        (b"\x7f\xff\xff\xff", "more than any agent"),
        (b"\x00\x00", "hung up"),
    ],
)
def test_an_answer_of_another_form_is_refused(tmp_path: Path, answer: bytes, reason: str) -> None:
    with Impostor(tmp_path / "s", answer) as path, pytest.raises(NoKey, match=reason):
        agent_keys(path)


def test_a_signature_that_does_not_verify_is_not_passed_on(openssh: OpenSsh, tmp_path: Path) -> None:
    public = PublicKey.from_line(openssh.line())
    pair = wire.string(b"ssh-ed25519") + wire.string(bytes(64))
    with Impostor(tmp_path / "s", wire.string(b"\x0e" + wire.string(pair))) as path:
        key = AgentKey(agent_socket=path, public=public, comment="")
        with pytest.raises(NoKey, match="not made by this key"):
            key.sign(b"message")
