"""Pages read ahead: while one is worked on, a server gives the next one to a thread of its own."""

import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from hffix.database.session import Row

# Whoever interrupts waits for the page that is being read: where pages take longer, none is read ahead.
_QUICK_SECONDS: Final = 1.0


def read_ahead(pages: Iterator[list[Row]]) -> Generator[list[Row]]:
    """Give pages, and read the next one meanwhile; until this is closed, nobody else may use their session."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hffix-page") as thread:
        page, took = _read(pages)
        while page is not None:
            reading = thread.submit(_read, pages) if took < _QUICK_SECONDS else None
            yield page
            page, took = reading.result() if reading else _read(pages)


def _read(pages: Iterator[list[Row]]) -> tuple[list[Row] | None, float]:
    began = time.monotonic()
    return next(pages, None), time.monotonic() - began
