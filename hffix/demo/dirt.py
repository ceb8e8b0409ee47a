"""Soil a clean world with all forty kinds of dirt, in an order that lets the scarce ones choose first."""

import sqlite3
from pathlib import Path

from hffix.demo import dirt_dates, dirt_identity, dirt_links, dirt_money, dirt_text, dirt_traps
from hffix.demo.ground import Ground, Kind
from hffix.demo.volumes import Size
from hffix.demo.world import Progress

KINDS: tuple[Kind, ...] = (
    *dirt_traps.KINDS,
    *dirt_links.KINDS,
    *dirt_money.KINDS,
    *dirt_identity.KINDS,
    *dirt_text.KINDS,
    *dirt_dates.KINDS,
)


def soil(
    connection: sqlite3.Connection, *, truth: Path, size: Size, seed: int, wanted: bool, progress: Progress
) -> tuple[tuple[str, int], ...]:
    """Inject every kind and write the truth; without dirt the truth is its header alone."""
    with truth.open("x", encoding="utf-8", newline="") as file:
        ground = Ground(connection, truth=file, size=size, seed=seed)
        for done, kind in enumerate(KINDS if wanted else (), start=1):
            ground.lay(kind)
            progress("dirt", done, len(KINDS))
        return tuple(sorted(ground.injections.items()))
