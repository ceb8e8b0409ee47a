"""The lock of a server: its holder is named while he is alive, and waited for when he is gone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hffix.database import lease
from hffix.errors.targets import Held
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database

LOCK_SESSIONS = {
    "postgresql": "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "mysql": "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND COMMAND = 'Sleep'",
}
KILL = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


@pytest.fixture(params=LOCK_SESSIONS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with engine_named(request.param).fresh(tmp_path) as made:
        yield made


@contextmanager
def waited() -> Iterator[list[float]]:
    began, told = time.monotonic(), list[float]()
    yield told
    told.append(time.monotonic() - began)


def test_a_holder_who_is_alive_is_named_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(lease, "SILENT_SECONDS", 1.0)
    with database.locked():
        time.sleep(1.2)
        with waited() as seconds, pytest.raises(Held) as held, database.locked(holder="wang.qiang@desk"):
            pass
    assert seconds[0] < 5
    assert "held by wang.qiang@desk (server " in held.value.message


def test_a_holder_who_says_nothing_any_more_loses_the_lock_to_who_waits_for_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 1)
    monkeypatch.setattr(lease, "SILENT_SECONDS", 0.0)
    with database.locked(), waited() as seconds, database.locked():
        pass
    assert 0.5 < seconds[0] < 10


def test_a_holder_is_not_waited_for_longer_than_thirty_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lease.WAIT_SECONDS == 30
    monkeypatch.setattr(lease, "SILENT_SECONDS", 0.0)
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.4)
    with database.locked(), waited() as seconds, pytest.raises(Held), database.locked():
        pass
    assert 0.3 < seconds[0] < 5


def test_a_lock_whose_connection_broke_is_taken_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.05)
    name = database.engine.name
    with database.locked(), database.outsider() as outsider:
        ((session,),) = outsider.ask(LOCK_SESSIONS[name])
        outsider.ask(KILL[name].format(session)) if name == "postgresql" else outsider.run(KILL[name].format(session))
        while (found := outsider.ask(LOCK_SESSIONS[name])) in ([], [(session,)]):
            time.sleep(0.02)
        with pytest.raises(Held), database.locked():
            pass
    assert len(found) == 1
