"""A wire between a client and a server that can be cut after a message has passed, and before its answer has."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Thread

from sqlalchemy import make_url

from tests.conformance.engine import Database

PORTS = {"postgresql": 5432, "mysql": 3306}


@dataclass
class Proxy:
    """Passes bytes on; with `cut_at` set, the client is cut off by the first message that holds it.

    The server still gets that message, after so many seconds; never, where `late` is None.
    """

    server: tuple[str, int]
    listening: socket.socket
    cut_at: bytes | None = None
    late: float | None = 0.0
    threads: list[Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                self._spawn(client)

    def _spawn(self, client: socket.socket) -> None:
        thread = Thread(target=self._pass, args=(client, socket.create_connection(self.server)))
        thread.start()
        self.threads.append(thread)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        back = Thread(target=copy, args=(server, client))
        back.start()
        with suppress(OSError):
            while data := client.recv(65536):
                if self.cut_at is not None and self.cut_at in data:
                    self.cut_at = None
                    client.shutdown(socket.SHUT_RDWR)
                    if self.late is not None:
                        time.sleep(self.late)
                        server.sendall(data)
                    break
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)
        back.join()
        client.close()
        server.close()


def copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on what one side says until it hangs up."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """Pass bytes to a server until the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Proxy((host, port), listening)
        serving = Thread(target=made.serve)
        serving.start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()
            for thread in made.threads:
                thread.join()


@contextmanager
def behind_a_proxy(database: Database) -> Iterator[tuple[Database, Proxy]]:
    """See the same database over a wire that can be cut."""
    url = make_url(database.url)
    query = {"sslmode": "disable"} if database.engine.name == "postgresql" else {}
    with proxy(str(url.host), url.port or PORTS[database.engine.name]) as made:
        seen = url.set(host="127.0.0.1", port=made.port, query=query)
        yield replace(database, url=seen.render_as_string(hide_password=False)), made
