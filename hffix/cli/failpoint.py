"""A hook for fault tests: HFFIX_FAILPOINT=name[:n] ends the process at a boundary, as a power cut would."""

import os
import signal
from collections.abc import Mapping
from typing import Final

from hffix.errors.project import UsageError

VARIABLE: Final = "HFFIX_FAILPOINT"


def install(environment: Mapping[str, str]) -> None:
    """Arm the failpoint that the environment names, if it names one."""
    if not (told := environment.get(VARIABLE)):
        return
    from hffix.workflow.failpoints import NAMES, OTHER_NAMES, failpoints

    name, _, count = told.partition(":")
    if name not in (*NAMES, *OTHER_NAMES) or not (count or "1").isdecimal() or int(count or "1") < 1:
        raise UsageError(f"{VARIABLE} takes name[:n], and one of the names {', '.join((*NAMES, *OTHER_NAMES))}")
    failpoints.on_reach = _Killer(name, int(count or "1"))


class _Killer:
    """Ends the process when a boundary is reached for the n-th time."""

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._left = count

    def __call__(self, name: str) -> None:
        self._left -= name == self._name
        if name == self._name and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
