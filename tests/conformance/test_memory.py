"""What a server sends is not gathered in memory: neither the rows of a query nor those of a scan."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database

ROWS, WIDTH = 30_000, 2000
MOST_MEGABYTES = 25
QUERIES = {
    "postgresql": f"SELECT n, repeat('x', {WIDTH}) FROM generate_series(1, {ROWS}) AS n",
    "mysql": f"SELECT seq, repeat('x', {WIDTH}) FROM seq_1_to_{ROWS}",
}
READER = """
import resource, sys
from pathlib import Path
from hffix.database import open_for_reading

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

with open_for_reading(sys.argv[1], folder=Path(".")) as snapshot:
    table = snapshot.table("doc")
    for _ in snapshot.select("SELECT 1, 'x'").pages:
        pass
    before = peak()
    queried = sum(map(len, snapshot.select(sys.argv[2]).pages))
    scanned = sum(map(len, snapshot.scan(table, columns=("page",))))
    print(queried, scanned, peak() - before)
"""


@pytest.fixture(params=QUERIES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with engine_named(request.param).fresh(tmp_path) as made:
        yield made


def test_rows_of_a_server_are_read_in_flat_memory(database: Database) -> None:
    query = QUERIES[database.engine.name]
    database.run(f"CREATE TABLE doc (id int PRIMARY KEY, page varchar({WIDTH}))", f"INSERT INTO doc {query}")

    read = subprocess.run(
        [sys.executable, "-c", READER, database.url, query], capture_output=True, text=True, check=True
    )

    queried, scanned, megabytes = map(int, read.stdout.split())
    assert (queried, scanned) == (ROWS, ROWS)
    # All of the rows at once would be at least sixty.
    assert megabytes < MOST_MEGABYTES
