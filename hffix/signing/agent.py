"""A client of ssh-agent: which keys it holds, and signatures made by them (draft-ietf-sshm-ssh-agent)."""

import socket
from dataclasses import dataclass
from typing import Final

from hffix.errors.approvals import NoKey
from hffix.signing import algorithms, wire
from hffix.signing.keys import PublicKey
from hffix.signing.wire import Reader

REQUEST_IDENTITIES: Final = 11
IDENTITIES_ANSWER: Final = 12
SIGN_REQUEST: Final = 13
SIGN_RESPONSE: Final = 14
USE_RSA_SHA2_512: Final = 4
LARGEST_ANSWER: Final = 256 * 1024
# A key may wait for its owner's touch or word before it signs; a list waits for nobody.
SECONDS_TO_LIST: Final = 10
SECONDS_TO_SIGN: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKey:
    """A key whose private half stays in the agent."""

    agent_socket: str
    public: PublicKey
    comment: str

    def sign(self, data: bytes) -> bytes:
        """Sign data; give SSH's pair of the algorithm's name and the signature."""
        flags = USE_RSA_SHA2_512 if self.public.algorithm == "ssh-rsa" else 0
        body = wire.string(self.public.blob) + wire.string(data) + wire.uint32(flags)
        answer = _ask(self.agent_socket, bytes([SIGN_REQUEST]) + body, seconds=SECONDS_TO_SIGN)
        try:
            signature = _read_signature(answer)
            # A broken token would otherwise be noticed only when others check the file.
            algorithms.verify(self.public.blob, signature, data)
        except ValueError as fault:
            raise NoKey(f"the ssh-agent gave no signature by {self.public.fingerprint}: {fault}") from fault
        return signature


def agent_keys(agent_socket: str) -> tuple[AgentKey, ...]:
    """List the agent's keys that hffix takes, in the agent's order; others are passed over."""
    answer = _ask(agent_socket, bytes([REQUEST_IDENTITIES]), seconds=SECONDS_TO_LIST)
    try:
        identities = _read_identities(answer)
    except ValueError as fault:
        raise NoKey(f"the ssh-agent at {agent_socket} does not list its keys: {fault}") from fault
    return tuple(
        AgentKey(agent_socket=agent_socket, public=public, comment=comment.decode("utf-8", "replace"))
        for blob, comment in identities
        if (public := _taken(blob)) is not None
    )


def _read_signature(answer: bytes) -> bytes:
    reader = Reader(answer)
    _expect(reader, kind=SIGN_RESPONSE)
    signature = reader.string()
    reader.end()
    return signature


def _read_identities(answer: bytes) -> list[tuple[bytes, bytes]]:
    reader = Reader(answer)
    _expect(reader, kind=IDENTITIES_ANSWER)
    identities = [(reader.string(), reader.string()) for _ in range(reader.uint32())]
    reader.end()
    return identities


def _expect(reader: Reader, *, kind: int) -> None:
    if reader.byte() != kind:
        raise ValueError("it declined")


def _taken(blob: bytes) -> PublicKey | None:
    try:
        return PublicKey.from_blob(blob)
    except ValueError:
        return None


def _ask(agent_socket: str, request: bytes, *, seconds: int) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(seconds)
            line.connect(agent_socket)
            line.sendall(wire.string(request))
            size = int.from_bytes(_receive(line, size=4))
            if size > LARGEST_ANSWER:
                raise NoKey(f"the ssh-agent at {agent_socket} answers with {size} bytes, more than any agent does")
            return _receive(line, size=size)
    except OSError as fault:
        raise NoKey(f"the ssh-agent at {agent_socket} does not answer: {fault}") from fault


def _receive(line: socket.socket, *, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = line.recv(size - len(received))
        if not part:
            raise ConnectionResetError("it hung up")
        received += part
    return bytes(received)
