"""Guards hold under fire: no write of anybody is lost, on any engine, whatever comes between."""

from pathlib import Path

import pytest

from tests.conformance.conftest import ENGINES, engine_named
from tests.fire.fire import fight

SEEDS = range(1, 21)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ENGINES)
def test_no_write_is_lost_beside_an_apply(name: str, seed: int, tmp_path: Path) -> None:
    with engine_named(name).fresh(tmp_path) as database:
        fought = fight(database, tmp_path / "office", seed=seed)

    assert fought.written
    assert fought.applied
