"""One suite, every engine: a test that asks for `database` runs on each; an engine's server that is missing is counted.

An engine is a module `engine_<name>.py` whose class offers what `engine.Engine` says; it is listed in ENGINES.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from hffix.workflow import lanes
from tests.conformance.engine import Database, Engine, in_ci

ENGINES = {
    "sqlite": "SQLiteEngine",
    "postgresql": "PostgreSQLEngine",
    "mysql": "MySQLEngine",
    "generic_postgresql": "KinOfPostgreSQLEngine",
    "generic_mysql": "KinOfMySQLEngine",
}


def engine_named(name: str) -> Engine:
    """Make an engine by its name, or say why it cannot be tested: a failure in CI, a counted skip elsewhere."""
    try:
        module = import_module(f"tests.conformance.engine_{name}")
    except ModuleNotFoundError as missing:
        why: str | None = f"{missing.name} is not there"
    else:
        engine: Engine = getattr(module, ENGINES[name])()
        why = engine.missing()
    if why is None:
        return engine
    if in_ci():
        pytest.fail(f"{name} must be tested here, and cannot be: {why}")
    pytest.skip(f"{name}: {why}")


@pytest.fixture(params=ENGINES, scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_named(request.param)


@pytest.fixture
def database(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database of the engine, dropped at the end; a test of what the engine has not is counted as skipped."""
    lacking = engine.lacking.get(request.node.originalname)
    if lacking is not None:
        pytest.skip(f"{engine.name}: {lacking}")
    with engine.fresh(tmp_path) as made:
        yield made


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no chunk be written beside another: what happens between two chunks then meets no open transaction."""
    monkeypatch.setattr(lanes, "LANES", 0)
