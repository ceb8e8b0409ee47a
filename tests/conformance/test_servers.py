"""Servers that crash, run full, follow another one, or are set up by somebody who knows nothing of hffix."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import make_url

from hffix.errors.targets import CannotReach
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.offices import open_office
from tests.conformance.private import Server, private_server
from tests.workflow.office import Office, acting_at

FIX = '''\
"""Notes of all loans."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "'new'"}, where="t.note = 'old'", at_most=100)
'''
NUMBERS = count(1)
ALL_NEW, ALL_OLD = [("new", 30)], [("old", 30)]


@pytest.fixture(scope="module", params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with private_server(request.param) as made:
        yield made


@pytest.fixture
def office_on(server: Server, tmp_path: Path) -> Callable[[], tuple[Office, Database]]:
    """Make an office whose database holds thirty loans with an old note."""

    def made() -> tuple[Office, Database]:
        database = server.database(f"fund{next(NUMBERS)}", tmp_path)
        rows = ", ".join(f"({n}, 'old')" for n in range(1, 31))
        database.run("CREATE TABLE loan (id int PRIMARY KEY, note varchar(80))", f"INSERT INTO loan VALUES {rows}")
        return open_office(database, tmp_path / f"office{next(NUMBERS)}", fixes={"0001_noted": FIX}), database

    return made


def notes(database: Database) -> list[tuple[str, int]]:
    return [(str(note), int(n)) for note, n in database.ask("SELECT note, count(*) FROM loan GROUP BY note")]


OfficeOn = Callable[[], tuple[Office, Database]]


def test_a_run_outlives_its_server(server: Server, office_on: OfficeOn) -> None:
    office, database = office_on()
    planned = office.approved("1")

    def crash() -> None:
        server.crash()
        back = Timer(0.7, server.start)
        back.start()

    with acting_at("chunk.written", crash, time=2):
        applied = office.apply(planned, chunk_rows=10)

    assert (applied.problem, applied.state, applied.applied) == (None, "done", 30)
    assert notes(database) == ALL_NEW
    verified = verify(office.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), ())


@pytest.mark.usefixtures("alone")
def test_a_run_whose_server_stays_away_says_how_far_it_came_and_is_gone_on_with_later(
    server: Server, office_on: OfficeOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, database = office_on()
    planned = office.approved("1")
    monkeypatch.setattr("hffix.database.returning.RETURN_SECONDS", 0.0)

    with acting_at("chunk.written", server.crash, time=2):
        stopped = office.apply(planned, chunk_rows=10)
    server.start()

    assert (type(stopped.problem), stopped.state, stopped.receipt) == (CannotReach, "stopped", None)
    assert dict(notes(database)).get("new", 0) == stopped.applied == 10
    applied = office.apply(planned)
    assert (applied.problem, applied.state, applied.applied) == (None, "done", 30)
    assert verify(office.setting(), data=True).problems == ()


def follow(server: Server, *, follows: bool) -> None:
    """Make the server one that only reads, as a replica is, or let it be its own master again."""
    if server.name == "mysql":
        with closing(server.outsider("")) as outsider:
            outsider.run(f"SET GLOBAL read_only = {int(follows)}")
        return
    server.stop()
    signal = server.folder / "data" / "standby.signal"
    signal.touch() if follows else signal.unlink()
    server.start()


def test_a_server_that_follows_another_is_refused_before_anything_is_written(
    server: Server, office_on: OfficeOn
) -> None:
    office, database = office_on()
    planned = office.approved("1")

    follow(server, follows=True)
    with pytest.raises(CannotReach, match=r"a replica|read-only"):
        office.apply(planned)
    follow(server, follows=False)

    assert notes(database) == ALL_OLD
    assert office.apply(planned).state == "done"


LOOSE = {
    "mysql": (
        "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL time_zone = '+09:00'",
        "SET GLOBAL character_set_server = gbk, GLOBAL tx_isolation = 'SERIALIZABLE', GLOBAL max_error_count = 0",
        "SET GLOBAL init_connect = 'SET sql_mode = \"\", NAMES latin1, foreign_key_checks = 0, autocommit = 0'",
        "CREATE USER clerk",
        "GRANT ALL ON *.* TO clerk",
        "REVOKE SUPER, CONNECTION ADMIN ON *.* FROM clerk",
    ),
    "postgresql": (
        "CREATE ROLE clerk LOGIN SUPERUSER",
        *(f"ALTER ROLE clerk SET {setting}" for setting in (
            "TimeZone = 'Asia/Shanghai'", "DateStyle = 'SQL, DMY'", "default_transaction_isolation = serializable",
            "default_transaction_read_only = on", "default_transaction_deferrable = on", "search_path = other",
            "client_encoding = GBK", "extra_float_digits = 0", "statement_timeout = '3s'", "lock_timeout = 1",
            "standard_conforming_strings = off", "backslash_quote = on", "synchronous_commit = off",
            "client_min_messages = error", "array_nulls = off", "idle_in_transaction_session_timeout = 1",
        )),
    ),
}  # fmt: skip


QUOTING = """\
'Days, floats and notes with quotes.'
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("loan", writes="note", where="t.ratio > 0.3 AND t.opened < '2024-03-05 12:00:00'", at_most=100)
def quoted(note: str, opened: object, ratio: float):
    'Write what came beside the note.'
    return f"{note} 'a\\\\b\\"' {opened} {ratio!r}"
"""


def test_settings_of_a_server_and_of_a_user_change_nothing_of_what_is_planned_and_written(
    server: Server, office_on: OfficeOn
) -> None:
    office, database = office_on()
    at = "datetime" if server.name == "mysql" else "timestamp"
    ratio = "0.1e0 + 0.2e0" if server.name == "mysql" else "0.1::float8 + 0.2::float8"
    database.run(
        f"ALTER TABLE loan ADD opened {at}, ADD ratio double precision",
        f"UPDATE loan SET opened = '2024-03-05 10:30:00', ratio = {ratio}",
        *LOOSE[server.name],
    )
    office.write_fix("0001_noted", QUOTING)
    clerk = make_url(database.url).set(username="clerk").render_as_string()
    office = Office(office.folder, {"TARGET": clerk})

    planned = office.plan("1", trial=True)
    office.approve(planned)
    applied = office.apply(planned, chunk_rows=10)

    assert (planned.manifest.irreversible, applied.problem, applied.applied) == (0, None, 30)
    ((note, rows),) = notes(database)
    assert (note, rows) == ("old 'a\\b\"' 2024-03-05 10:30:00 0.30000000000000004", 30)
    assert verify(office.setting(), data=True).problems == ()
