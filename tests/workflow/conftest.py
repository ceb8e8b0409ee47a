from pathlib import Path

import pytest

from tests.workflow.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office of its own, in which nothing was corrected yet."""
    return open_office(tmp_path / "office")


@pytest.fixture(scope="session")
def settled_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with two runs in four chunks; copy it, never change it."""
    office = open_office(tmp_path_factory.mktemp("settled") / "office")
    office.correct("1", chunk_rows=4)
    office.correct("2")
    return office
