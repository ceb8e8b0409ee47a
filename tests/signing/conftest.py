import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BITS = {"rsa": 3072, "rsa2048": 2048, "ecdsa256": 256, "ecdsa384": 384, "ecdsa521": 521}


@dataclass(frozen=True)
class OpenSsh:
    """The real ssh-keygen, with the keys that it made."""

    folder: Path
    made: dict[str, Path] = field(default_factory=dict)

    def run(self, *words: str | Path, message: bytes = b"", status: int = 0) -> str:
        done = subprocess.run(["ssh-keygen", *words], input=message, capture_output=True, check=False)
        assert done.returncode == status, done.stderr.decode()
        return done.stdout.decode()

    def key(self, name: str = "ed25519", *, passphrase: str = "") -> Path:
        """Make a key once; digits after the kind of a curve or RSA are its size, a dash begins a name."""
        if name not in self.made:
            path = self.folder / name
            kind = name.partition("-")[0]
            bits = ("-b", str(BITS[kind])) if kind in BITS else ()
            word = kind.rstrip("0123456789") if kind in BITS else kind
            self.run("-q", "-t", word, *bits, "-N", passphrase, "-C", name, "-Z", "aes256-ctr", "-f", path)
            self.made[name] = path
        return self.made[name]

    def line(self, name: str = "ed25519") -> str:
        """The key as a line of a .pub file, without its comment."""
        return " ".join(self.key(name).with_suffix(".pub").read_text().split()[:2])

    def sign(self, name: str, message: bytes, *, namespace: str = "hffix", hashed: str = "sha512") -> str:
        hash_option = f"hashalg={hashed}"
        return self.run("-q", "-Y", "sign", "-n", namespace, "-O", hash_option, "-f", self.key(name), message=message)

    def accepts(self, message: bytes, signature: str, *, signers: str, person: str) -> bool:
        """Ask ssh-keygen -Y verify."""
        with tempfile.TemporaryDirectory() as folder:
            allowed, beside = Path(folder, "allowed_signers"), Path(folder, "message.sig")
            allowed.write_text(signers)
            beside.write_text(signature)
            words = ("ssh-keygen", "-Y", "verify", "-n", "hffix", "-I", person, "-f", allowed, "-s", beside)
            return subprocess.run(words, input=message, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Agent:
    """A real ssh-agent of this test's own."""

    socket: str

    def add(self, path: Path) -> None:
        environment = {**os.environ, "SSH_AUTH_SOCK": self.socket}
        subprocess.run(["ssh-add", "-q", path], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> OpenSsh:
    return OpenSsh(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def agent() -> Iterator[Agent]:
    # A socket's path may have 108 bytes; pytest's folders are often longer.
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "agent")
        process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        try:
            for _ in range(500):
                if socket.exists():
                    break
                time.sleep(0.01)
            yield Agent(str(socket))
        finally:
            process.terminate()
            process.wait()
