"""Returning: a server that crashed, or is started again, is waited for; it is nearly always back in a moment."""

import time
from typing import Final

from hffix.database.session import Session
from hffix.errors.targets import CannotReach, ConnectionLost

# Nothing is locked meanwhile.
RETURN_SECONDS: Final = 30.0
_WAIT_SECONDS: Final = 1.0


def renew(session: Session) -> None:
    """Connect anew, also to a server that is just being started."""
    began = time.monotonic()
    while True:
        try:
            return session.renew()
        except (CannotReach, ConnectionLost):
            if time.monotonic() - began > RETURN_SECONDS:
                raise
            time.sleep(_WAIT_SECONDS)
