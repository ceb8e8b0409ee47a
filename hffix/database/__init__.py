"""The only room that knows an engine: reading rows raw, writing them by key, and what a table is."""

from hffix.database.session import Session, Snapshot
from hffix.database.target import open_for_reading, open_for_trial, open_for_writing, run_lock

__all__ = ["Session", "Snapshot", "open_for_reading", "open_for_trial", "open_for_writing", "run_lock"]
