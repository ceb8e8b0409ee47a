"""Connections break at any moment, all of them at once: nothing is lost, done twice, or told as anything else.

A seed chooses the moment; who is just in the midst of what is left to the machine. More of them:
HFFIX_TEST_BREAKS=200 pytest tests/conformance/test_breaks.py
"""

import os
import random
import time
from contextlib import suppress
from pathlib import Path

import pymysql
import pytest

from hffix.errors import HffixError
from hffix.errors.applying import AlreadyApplied
from hffix.errors.targets import CannotReach, ConnectionLost
from hffix.workflow import failpoints
from hffix.workflow.verify import verify
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.engine_postgresql import kill as end_sessions
from tests.conformance.offices import open_office
from tests.workflow.office import Office, acting_at

SERVERS = ("postgresql", "mysql", "generic_postgresql", "generic_mysql")
SEEDS = int(os.environ.get("HFFIX_TEST_BREAKS", "6"))
LOANS = 60
CHUNK_ROWS = 10
FIX = '''\
"""Notes of all loans."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "'new'"}, where="t.note = 'old'", at_most=100)
'''
SHORTLY = 0.02
CHUNKS = LOANS // CHUNK_ROWS
KINDS = ["found", "open", *["chunk"] * CHUNKS, "close"]
ENOUGH = 5


def hang_up(database: Database) -> None:
    """End every connection to the database but one's own."""
    if "postgresql" in database.engine.name:
        end_sessions(database)
        return
    with database.outsider() as outsider:
        sessions = "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()"
        for (thread,) in outsider.ask(sessions):
            # One that has ended meanwhile is unknown.
            with suppress(pymysql.err.OperationalError):
                outsider.run(f"KILL {thread}")


def applied_at_last(office: Office, digest: str) -> int:
    """Apply until the run is done, as an operator would; give how many calls that took."""
    for call in range(1, ENOUGH + 1):
        try:
            applied = office.apply(office.find(digest), chunk_rows=CHUNK_ROWS)
        except (ConnectionLost, CannotReach):
            continue
        if applied.problem is None or (call > 1 and isinstance(applied.problem, AlreadyApplied)):
            return call
        assert isinstance(applied.problem, HffixError)
    pytest.fail(f"the run is not done: {applied.problem!r}")


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
@pytest.mark.parametrize("name", SERVERS)
def test_a_run_outlives_the_loss_of_all_its_connections(name: str, seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    moment, at = chosen.choice(failpoints.NAMES), chosen.randint(1, CHUNKS)
    delay = chosen.choice([0.0, SHORTLY * chosen.random()])
    with engine_named(name).fresh(tmp_path) as database:
        rows = ", ".join(f"({n}, 'old')" for n in range(1, LOANS + 1))
        database.run("CREATE TABLE loan (id int PRIMARY KEY, note varchar(9))", f"INSERT INTO loan VALUES {rows}")
        office = open_office(database, tmp_path / "office", fixes={"0001_noted": FIX})
        digest = office.approved("1").digest

        def break_all() -> None:
            time.sleep(delay)
            hang_up(database)

        with acting_at(moment, break_all, time=at if moment.startswith("chunk") else 1):
            calls = applied_at_last(office, digest)

        told = f"{moment} {at} {delay}"
        assert database.ask("SELECT count(*) FROM loan WHERE note = 'new'") == [(LOANS,)], told
        assert database.ask("SELECT count(*), count(DISTINCT seq) FROM hffix_change") == [(LOANS, LOANS)], told
        kinds = [kind for (kind,) in database.ask("SELECT kind FROM hffix_record ORDER BY number")]
        assert [kind for kind in kinds if kind != "resume"] == KINDS, told
        assert verify(office.setting(), data=True).problems == (), told
        # Once it is open, a run goes on over new connections by itself.
        assert calls == 1 or moment.startswith("open") or "resume" in kinds, told
