"""Guards hold under fire: no write of anybody is lost, on any engine, whatever comes between."""

from pathlib import Path

import pytest

from tests.conformance.conftest import ENGINES, engine_named
from tests.fire.fire import fight

SEEDS = 20
# The same servers once more, through other drivers: `make fire` fights more of them.
SEEDS_AGAIN = 3


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        (name, seed)
        for name in ENGINES
        for seed in range(1, (SEEDS_AGAIN if name.startswith("generic_") else SEEDS) + 1)
    ],
)
def test_no_write_is_lost_beside_an_apply(name: str, seed: int, tmp_path: Path) -> None:
    with engine_named(name).fresh(tmp_path) as database:
        fought = fight(database, tmp_path / "office", seed=seed)

    assert fought.written
    assert fought.applied
