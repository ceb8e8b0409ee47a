"""An apply in a process of its own that is stopped within a chunk, as a laptop that is shut, and wakes later."""

import os
import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from hffix.database import lease, mysql_pins, postgresql_pins
from hffix.workflow.failpoints import failpoints
from tests.workflow.office import Office

CONTEXT = get_context("spawn")


class Sleeper:
    """The process, from its first chunk on."""

    def __init__(self, office: Office, digest: str, *, chunk_rows: int) -> None:
        mine, theirs = CONTEXT.Pipe()
        arguments = (office.folder, dict(office.environment), digest, chunk_rows, theirs)
        self._process = CONTEXT.Process(target=_apply, args=arguments)
        self._told = mine
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join(30)
        self._told.close()

    def sleeps(self) -> bool:
        """Wait until it is stopped; False where it ended instead."""
        _, status = os.waitpid(self._process.pid or 0, os.WUNTRACED)
        return os.WIFSTOPPED(status)

    def wake(self) -> tuple[str | None, int]:
        """Let it go on; give what ended it, and how many rows it says are applied."""
        os.kill(self._process.pid or 0, signal.SIGCONT)
        told: tuple[str | None, int] = self._told.recv()
        return told


def hurried() -> None:
    """Let servers end sessions that are silent for a second."""
    lease.LEASE_SECONDS = 1
    lease.BEAT_SECONDS = 0.1
    lease.SILENT_SECONDS = 0.5
    postgresql_pins.WRITING["idle_in_transaction_session_timeout"] = "1s"  # type: ignore[index]
    mysql_pins._WRITING_ON_MARIADB["idle_transaction_timeout"] = "1"  # type: ignore[index]


def _apply(folder: Path, environment: dict[str, str], digest: str, chunk_rows: int, told: Connection) -> None:
    hurried()
    passed = 0

    def reach(name: str) -> None:
        nonlocal passed
        passed += name == "chunk.written"
        if name == "chunk.written" and passed == 2:
            os.kill(os.getpid(), signal.SIGSTOP)

    failpoints.on_reach = reach
    office = Office(folder, environment)
    applied = office.apply(office.find(digest), chunk_rows=chunk_rows)
    told.send((type(applied.problem).__name__ if applied.problem else None, applied.applied))
    told.close()
