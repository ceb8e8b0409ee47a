"""Again: a transaction that only another's lock, or a broken connection, undid is done once more from its beginning."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from hffix.database import Session
from hffix.database.returning import renew
from hffix.errors import HffixError
from hffix.errors.targets import Busy, ConnectionLost

Answer = TypeVar("Answer")

# Nobody is waited for longer than that; whoever runs the command again later loses nothing.
PATIENCE: Final = 5.0
_WAITS: Final = (0.1, 0.3, 0.9, 1.5)


def again(
    session: Session,
    work: Callable[[], Answer],
    *,
    renewed: Callable[[], None] = lambda: None,
    patience: float | None = None,
) -> Answer:
    """Do a transaction, a few times if need be; one whose commit is not known is never done twice.

    `renewed` looks at where a new connection leads. With `patience`, locks are waited for as long as that.
    """
    began = time.monotonic()
    most = PATIENCE if patience is None else patience
    waits = iter(_WAITS)
    while True:
        try:
            return work()
        except Exception as fault:
            passing = passing_of(session, fault)
            if passing is None:
                raise
            wait = next(waits, None if patience is None else _WAITS[-1])
            if wait is None or time.monotonic() - began > most:
                if passing is fault:
                    raise
                raise passing from fault
            time.sleep(wait)
            if isinstance(passing, ConnectionLost):
                renew(session)
                renewed()


def passing_of(session: Session, fault: BaseException) -> Busy | ConnectionLost | None:
    """Give the typed error of a fault after which a transaction may be done again; a driver may raise it anywhere."""
    told = fault if isinstance(fault, HffixError) else session.passing(fault)
    return told if isinstance(told, Busy | ConnectionLost) else None
