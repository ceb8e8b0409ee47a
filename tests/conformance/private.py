"""Servers of one's own, which a test may crash, fill or set up otherwise without anybody being disturbed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.conformance import engine_mysql, engine_postgresql
from tests.conformance.engine import Database, Outsider, in_ci

PATIENCE = 30.0


class Server(ABC):
    """A server with its data in a folder of its own, on a port of its own."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def make(self) -> None:
        """Make the data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command that runs the server."""

    @abstractmethod
    def database(self, name: str, folder: Path) -> Database:
        """Make an empty database."""

    @abstractmethod
    def outsider(self, name: str) -> Outsider:
        """Connect as somebody who does not use hffix."""

    @abstractmethod
    def answers(self) -> bool:
        """Say whether the server takes connections."""

    def start(self, *options: str) -> None:
        self._process = self.run([*self.command(), *options])
        began = time.monotonic()
        while not self.answers():
            assert time.monotonic() - began < PATIENCE, (self.folder / "log").read_text()
            time.sleep(0.05)

    def run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, user=self.user())

    def run_to_its_end(self, command: Sequence[str]) -> None:
        assert self.run(command).wait(PATIENCE) == 0, (self.folder / "log").read_text()

    def user(self) -> str | None:
        return None

    def crash(self) -> None:
        """Take its power away."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None


class PostgreSQLServer(Server):
    """PostgreSQL, which root may not run."""

    name = "postgresql"

    @staticmethod
    def programs() -> Path | None:
        told = shutil.which("pg_config")
        folder = subprocess.run([told, "--bindir"], capture_output=True, text=True, check=True).stdout if told else ""
        found = [Path(folder.strip()), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        return next((path for path in found if (path / "initdb").exists()), None)

    def user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None

    def make(self) -> None:
        if (owner := self.user()) is not None:
            shutil.chown(self.folder, owner)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self.run_to_its_end([f"{self.programs()}/initdb", *options, "data"])

    def command(self) -> list[str]:
        place = ["-p", str(self.port), "-k", str(self.folder), "-c", "listen_addresses=127.0.0.1"]
        return [f"{self.programs()}/postgres", "-D", "data", *place]

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def database(self, name: str, folder: Path) -> Database:
        with closing(self.outsider("postgres")) as outsider:
            outsider.run(f"CREATE DATABASE {name} TEMPLATE template0")
        connect = partial(self.outsider, name)
        return Database(engine=engine_postgresql.PostgreSQLEngine(), url=self.url(name), folder=folder, connect=connect)

    def outsider(self, name: str) -> engine_postgresql.Stranger:
        return engine_postgresql.Stranger(self.url(name))

    def answers(self) -> bool:
        ready = [f"{self.programs()}/pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        return subprocess.run(ready, check=False).returncode == 0


class MariaDBServer(Server):
    """MariaDB."""

    name = "mysql"

    def make(self) -> None:
        options = ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", *self._data()]
        self.run_to_its_end(["mariadb-install-db", *options])

    def _data(self) -> list[str]:
        user = ["--user=root"] if os.geteuid() == 0 else []
        return [f"--datadir={self.folder}/data", *user]

    def command(self) -> list[str]:
        place = [f"--socket={self.folder}/socket", f"--port={self.port}", "--bind-address=127.0.0.1"]
        return [str(shutil.which("mariadbd")), "--no-defaults", *self._data(), *place]

    def url(self, name: str) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}"

    def database(self, name: str, folder: Path) -> Database:
        with closing(self.outsider("")) as outsider:
            outsider.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        connect = partial(self.outsider, name)
        return Database(engine=engine_mysql.MySQLEngine(), url=self.url(name), folder=folder, connect=connect)

    def outsider(self, name: str) -> engine_mysql.Stranger:
        return engine_mysql.Stranger(self.url(name))

    def answers(self) -> bool:
        try:
            self.outsider("").close()
        except engine_mysql.NOT_THERE:
            return False
        return True

    def stop(self) -> None:
        self._end(signal.SIGTERM)


def missing(name: str) -> str | None:
    """Say why a server of one's own cannot be started here; None where it can."""
    if name == "postgresql":
        return None if PostgreSQLServer.programs() else "the programs of PostgreSQL are not here"
    needed = [program for program in ("mariadbd", "mariadb-install-db") if shutil.which(program) is None]
    return f"{needed[0]} is not here" if needed else None


@contextmanager
def private_server(name: str) -> Iterator[Server]:
    """Make and start a server; a failure in CI where it cannot be, a counted skip elsewhere."""
    why = missing(name)
    if why is not None:
        pytest.fail(why) if in_ci() else pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="hffix-server-") as folder:
        made = (PostgreSQLServer if name == "postgresql" else MariaDBServer)(Path(folder))
        made.make()
        try:
            made.start()
            yield made
        finally:
            made.stop()
