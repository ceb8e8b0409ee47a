"""The settings under which PostgreSQL's texts are exact, set and asserted at the start of each transaction."""

from collections.abc import Mapping
from typing import Final

from psycopg import Connection

from hffix.errors.targets import NotDurable, NotPinned

PINNED: Final[Mapping[str, str]] = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "search_path": "public, pg_temp",
    "row_security": "off",
    "client_min_messages": "notice",
    # How arrays are read and how the catalog's functions write identifiers.
    "array_nulls": "on",
    "quote_all_identifiers": "off",
    "lock_timeout": "2s",
    # A replica's role fires neither triggers nor foreign keys; only who may set it needs to have it set back.
    "session_replication_role": "origin",
}
# A plan may think for long, and keeps nobody waiting.
READING: Final[Mapping[str, str]] = {
    **PINNED,
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
WRITING: Final[Mapping[str, str]] = {
    **PINNED,
    "synchronous_commit": "on",
    "statement_timeout": "1min",
    "idle_in_transaction_session_timeout": "1min",
}
_READ_ONLY_TO_US: Final = frozenset({"session_replication_role"})
_DURABLE: Final = ("synchronous_commit", "fsync", "full_page_writes")


def pin(driver: Connection, pins: Mapping[str, str], *, local: bool) -> None:
    """Set the settings, for this transaction or for the session, and refuse a server that does not take them."""
    asked = [
        f"pg_catalog.current_setting('{name}')"
        if name in _READ_ONLY_TO_US
        else f"pg_catalog.set_config('{name}', '{value}', {str(local).lower()})"
        for name, value in pins.items()
    ]
    found = driver.execute(f"SELECT {', '.join(asked)}".encode()).fetchone() or ()
    other = [name for (name, value), kept in zip(pins.items(), found, strict=True) if kept != value]
    if other:
        raise NotPinned(f"the server keeps another value of {', '.join(other)}")


def durable(driver: Connection) -> dict[str, str]:
    """Assert that a commit is on disk when it returns, and say by which settings."""
    asked = ", ".join(f"pg_catalog.current_setting('{name}')" for name in _DURABLE)
    values = driver.execute(f"SELECT {asked}".encode()).fetchone() or ()
    found = {name: str(value) for name, value in zip(_DURABLE, values, strict=True)}
    off = [name for name, value in found.items() if value != "on"]
    if off:
        raise NotDurable(
            f"{', '.join(off)} is off, so a commit may be lost", hint="Ask who runs the server to set it on."
        )
    return found
