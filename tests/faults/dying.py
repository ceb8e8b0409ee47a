"""Work that ends as a power cut ends it: in a process of its own, by SIGKILL, at a named boundary."""

import os
import signal
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from hffix.workflow.erase import erase
from hffix.workflow.failpoints import failpoints
from hffix.workflow.plan import plan
from hffix.workflow.setting import Step
from tests.workflow.office import OPERATOR, Office

CONTEXT = get_context("forkserver")


def apply_until(office: Office, digest: str, *, boundary: str, time: int = 1) -> int | None:
    """Apply, and be killed when a boundary is reached for the given time; give the exit status."""
    return _end_of(CONTEXT.Process(target=_apply, args=(office.folder, digest, boundary, time)))


def plan_until_first_page(office: Office) -> int | None:
    """Plan, and be killed when the first rows are drafted; give the exit status."""
    return _end_of(CONTEXT.Process(target=_plan, args=(office.folder,)))


def erase_until(office: Office, rows: tuple[tuple[str, str], ...], *, boundary: str, time: int = 1) -> int | None:
    """Erase, and be killed when a boundary is reached for the given time; give the exit status."""
    return _end_of(CONTEXT.Process(target=_erase, args=(office.folder, rows, boundary, time)))


def _end_of(process: ForkServerProcess) -> int | None:
    CONTEXT.set_forkserver_preload([__name__])
    process.start()
    process.join(timeout=30)
    return process.exitcode


def _apply(folder: Path, digest: str, boundary: str, time: int) -> None:
    _die_at(boundary, time)
    office = Office(folder)
    office.apply(office.find(digest), by=OPERATOR)


def _erase(folder: Path, rows: tuple[tuple[str, str], ...], boundary: str, time: int) -> None:
    _die_at(boundary, time)
    erase(Office(folder).setting(OPERATOR), rows, confirm=lambda _: None)


def _die_at(boundary: str, time: int) -> None:
    left = time

    def reach(name: str) -> None:
        nonlocal left
        left -= name == boundary
        if name == boundary and left == 0:
            _die()

    failpoints.on_reach = reach


def _plan(folder: Path) -> None:
    def watch(step: Step) -> None:
        _die()

    plan(replace(Office(folder).setting(), watch=watch), fix="1")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
