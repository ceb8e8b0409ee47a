"""A pooler that gives a client's next transaction to another session of the server, as poolers do."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Thread

from sqlalchemy import make_url

from tests.conformance.engine import Database
from tests.conformance.proxy import PORTS, copy

# What PostgreSQL says when a session is ready for its first statement.
READY = b"Z\x00\x00\x00\x05I"


@dataclass
class Pooler:
    """Has two sessions for each client; `switch` gives what clients say from then on to the second one."""

    engine: str
    server: tuple[str, int]
    listening: socket.socket
    second: bool = False
    threads: list[Thread] = field(default_factory=list)

    def switch(self) -> None:
        self.second = True

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                passing = Thread(target=self._pass, args=(client,))
                passing.start()
                self.threads.append(passing)

    def _pass(self, client: socket.socket) -> None:
        sessions = [socket.create_connection(self.server) for _ in range(2)]
        greetings = [session.recv(65536) if self.engine == "mysql" else b"" for session in sessions]
        client.sendall(greetings[0])
        hello = client.recv(65536)
        for session in sessions:
            session.sendall(hello)
        answer = sessions[1].recv(65536)
        while self.engine == "postgresql" and not answer.endswith(READY):
            answer += sessions[1].recv(65536)
        copies = [Thread(target=copy, args=(session, client)) for session in sessions]
        for copying in copies:
            copying.start()
        with suppress(OSError):
            while data := client.recv(65536):
                sessions[self.second].sendall(data)
        for session in sessions:
            with suppress(OSError):
                session.shutdown(socket.SHUT_RDWR)
        client.close()
        for copying in copies:
            copying.join()
        for session in sessions:
            session.close()


@contextmanager
def behind_a_pooler(database: Database) -> Iterator[tuple[Database, Pooler]]:
    """See the same database through a pooler."""
    url, name = make_url(database.url), database.engine.name
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Pooler(name, (str(url.host), url.port or PORTS[name]), listening)
        serving = Thread(target=made.serve)
        serving.start()
        query = {"sslmode": "disable"} if name == "postgresql" else {}
        seen = url.set(host="127.0.0.1", port=int(listening.getsockname()[1]), query=query)
        try:
            yield replace(database, url=seen.render_as_string(hide_password=False)), made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()
            for thread in made.threads:
                thread.join()
