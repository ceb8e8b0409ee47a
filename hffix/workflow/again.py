"""Again: a transaction that only another's lock, or a broken connection, undid is done once more from its beginning."""

import time
from collections.abc import Callable
from typing import Final

from hffix.database import Session
from hffix.errors.targets import Busy, ConnectionLost

# Nobody is waited for longer than that; whoever runs the command again later loses nothing.
PATIENCE: Final = 5.0
_WAITS: Final = (0.1, 0.3, 0.9, 1.5)


def again(session: Session, work: Callable[[], None]) -> None:
    """Do a transaction, a few times if need be; one whose commit is not known is never done twice."""
    began = time.monotonic()
    for wait in _WAITS:
        try:
            return work()
        except (Busy, ConnectionLost) as passing:
            if time.monotonic() - began > PATIENCE:
                raise
            time.sleep(wait)
            if isinstance(passing, ConnectionLost):
                session.renew()
    return work()
