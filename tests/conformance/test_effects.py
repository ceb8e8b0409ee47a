"""A column that a server changes by itself: it stops a chunk, or it is declared, signed and recorded as it came."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hffix.errors.fixes import EffectUndeclared, TrialFailed
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database
from tests.conformance.offices import open_office

FIX = '''\
"""Notes of all loans."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql("loan", {"note": "'new'"}, where="1 = 1", at_most=100)
'''
DECLARED = f'{FIX}fix.side_effects("loan", "changed")\n'
MADE = {
    "postgresql": (
        "CREATE TABLE loan (id int PRIMARY KEY, note text, changed timestamptz DEFAULT '2024-03-05 10:30:00+00')",
        """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN NEW.changed = clock_timestamp(); RETURN NEW; END$$""",
        "CREATE TRIGGER touch BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION touch()",
    ),
    "mysql": (
        """CREATE TABLE loan (id int PRIMARY KEY, note varchar(9),
        changed timestamp(6) NOT NULL DEFAULT '2024-03-05 10:30:00' ON UPDATE current_timestamp(6))""",
    ),
}
# What a trigger does shows only when rows are written; what the column itself says is known before.
UNDECLARED = {"postgresql": "column changed", "mysql": "the database itself sets changed"}


@pytest.fixture(params=MADE)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with engine_named(request.param).fresh(tmp_path) as made:
        made.run(*MADE[request.param], "INSERT INTO loan (id, note) VALUES (1, 'old'), (2, 'old')")
        yield made


def test_what_a_server_changes_beside_is_declared_and_recorded_or_refused(database: Database, tmp_path: Path) -> None:
    office = open_office(database, tmp_path / "office", fixes={"0001_noted": FIX, "0002_noted": DECLARED})
    with pytest.raises((TrialFailed, EffectUndeclared), match=UNDECLARED[database.engine.name]):
        office.plan("1", trial=True)

    planned = office.plan("2", trial=True)
    office.approve(planned)
    applied = office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem, applied.applied) == (0, None, 2)
    assert database.ask("SELECT count(observed) FROM hffix_change") == [(2,)]
    assert database.ask("SELECT count(*) FROM loan WHERE changed > '2024-03-06'") == [(2,)]
    back = rollback(office.setting(), applied.run)
    office.approve(back.change_set)
    assert office.apply(back.change_set).problem is None
    assert database.ask("SELECT DISTINCT note FROM loan") == [("old",)]
    assert verify(office.setting(), data=True).problems == ()
