"""Every value that a column can hold is read as it stands, goes through its canonical form, and is written back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hffix.database import Session
from hffix.database.target import open_scratch
from hffix.database.unsettled import Unsettled
from hffix.model import canonical
from hffix.model.schema import Table
from hffix.model.value import Raw, decode_value, encode_value
from tests.conformance.engine import Database, Engine
from tests.conformance.offices import open_office
from tests.workflow.office import Office

GIVEN_BACK = '''\
"""What stands there, given back."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
NAMES = {names}

@fix.rows("held", writes=NAMES, at_most=1000)
def given_back({parameters}):
    """Give every value back as it came."""
    return dict(zip(NAMES, ({parameters},), strict=True))
'''


def columns_of(database: Database, kinds: list[str]) -> list[str]:
    """Make a table with a column of each type, and one row; give the columns' names."""
    names = [f"c{number}" for number in range(len(kinds))]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    database.run(f"CREATE TABLE held (id {database.words.integer} PRIMARY KEY, {columns})")
    return names


def cell(session: Session, table: Table, column: str) -> Raw:
    (row,) = session.rows(table, keys=[(1,)]).values()
    return row[table.names.index(column)]


@contextmanager
def written(database: Database) -> Iterator[tuple[Session, Table]]:
    """Write in a session what is not kept."""
    with database.writing() as session:
        session.begin()
        yield session, session.table("held")
        session.rollback()


def test_a_value_is_read_as_the_database_holds_it(database: Database) -> None:
    held = database.engine.held
    names = columns_of(database, [one.type for one in held])
    database.run(f"INSERT INTO held VALUES (1, {', '.join(one.sql for one in held)})")

    with database.reading() as snapshot:
        (row,) = snapshot.rows(snapshot.table("held"), keys=[(1,)]).values()
        ((scanned,),) = snapshot.scan(snapshot.table("held"), columns=names)

    assert list(zip(held, map(repr, row[1:]), strict=True)) == [(one, repr(one.raw)) for one in held]
    assert repr(scanned) == repr(row)


def test_a_value_that_was_read_can_be_written_and_stands_there_as_before(database: Database) -> None:
    held = database.engine.held
    names = columns_of(database, [one.type for one in held])
    empty = ", ".join("NULL" for _ in held)
    database.run(
        f"INSERT INTO held VALUES (1, {', '.join(one.sql for one in held)})",
        f"INSERT INTO held VALUES (2, {empty})",
    )

    with written(database) as (session, table):
        rows = session.rows(table, keys=[(1,)])
        values = [decode_value(encode_value(value)) for value in rows[1,][1:]]
        assert session.update(table, columns=names, rows=[((2,), tuple(values))]) == 1
        assert session.insert(table, columns=("id", *names), rows=[(3, *values)]) == 1
        found = session.rows(table, keys=[(2,), (3,)])

    assert {key: repr(row[1:]) for key, row in found.items()} == dict.fromkeys([(2,), (3,)], repr(rows[1,][1:]))


def test_a_value_comes_back_from_a_scratch_database_as_it_was_put(database: Database) -> None:
    held = database.engine.held
    columns_of(database, [one.type for one in held])
    with database.reading() as snapshot:
        table = snapshot.table("held")
    row = (1, *(one.raw for one in held))

    with open_scratch(None, like=snapshot.dialect) as scratch:
        scratch.put(table, [row])
        (found,) = scratch.get(table)

    assert repr(found) == repr(row)


def test_values_that_the_engine_can_tell_apart_have_encodings_of_their_own(engine: Engine) -> None:
    encoded = {canonical.encode(encode_value(one.raw)) for one in engine.held}
    assert len(encoded) == len({repr(one.raw) for one in engine.held})


def test_a_value_settles_to_what_the_column_then_holds(database: Database) -> None:
    settled = database.engine.settled
    names = columns_of(database, [one.type for one in settled])

    with written(database) as (session, table):
        found = [session.settle(table, n, value=one.given) for n, one in zip(names, settled, strict=True)]
        session.insert(table, columns=("id", *names), rows=[(1, *(one.held for one in settled))])
        held = [cell(session, table, name) for name in names]

    assert list(zip(settled, map(repr, found), strict=True)) == [(one, repr(one.held)) for one in settled]
    assert list(zip(settled, map(repr, held), strict=True)) == [(one, repr(one.held)) for one in settled]


def test_a_value_that_would_lose_something_goes_to_people(database: Database) -> None:
    unsettled = database.engine.unsettled
    names = columns_of(database, [one.type for one in unsettled])
    taken = []

    with database.reading() as snapshot:
        table = snapshot.table("held")
        for name, one in zip(names, unsettled, strict=True):
            try:
                taken.append((one, snapshot.settle(table, name, value=one.given)))
            except Unsettled:
                continue

    assert taken == []


def test_what_a_column_keeps_of_many_texts_settles_as_it_is(database: Database) -> None:
    held = database.engine.held
    names = columns_of(database, [one.type for one in held])
    texts = ["张", "12", "2024-03-05", "", "a ", "a\x00b", "\u00e9", "𠮷", "x" * 300, "true"]
    kept: list[tuple[str, str]] = []

    with database.reading() as snapshot:
        table = snapshot.table("held")
        for name in names:
            keeps = snapshot.keeper(table, name)
            assert keeps(texts) == all(keeps([text]) for text in texts)
            kept += [(name, text) for text in texts if keeps([text])]
        settled = [snapshot.settle(table, name, value=text) for name, text in kept]

    assert settled == [text for _, text in kept]
    assert bool(kept) != database.engine.name.startswith("generic")


@pytest.fixture
def written_into(database: Database) -> Iterator[tuple[Session, Table]]:
    names = columns_of(database, [one.type for one in database.engine.generated])
    empty = ", ".join("NULL" for _ in names)
    database.run(f"INSERT INTO held VALUES (1, {empty})")
    with written(database) as opened:
        yield opened


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=some.data())
def test_what_settles_is_held_exactly_and_settles_again_to_itself(
    engine: Engine, written_into: tuple[Session, Table], data: some.DataObject
) -> None:
    session, table = written_into
    row: list[Raw] = []
    for number, one in enumerate(engine.generated):
        given_value = data.draw(one.values)
        try:
            row.append(session.settle(table, f"c{number}", value=given_value))
        except Unsettled:
            row.append(None)
            continue
        again = session.settle(table, f"c{number}", value=row[-1])
        assert repr(again) == repr(row[-1])
    names = [f"c{number}" for number in range(len(row))]
    through = [decode_value(canonical.decode(canonical.encode(encode_value(value)))) for value in row]

    session.update(table, columns=names, rows=[((1,), tuple(through))])

    (found,) = session.rows(table, keys=[(1,)]).values()
    assert repr(found[1:]) == repr(tuple(row))


def giving_back(database: Database, folder: Path, names: Sequence[str]) -> Office:
    """Make an office with a fix that changes nothing."""
    script = GIVEN_BACK.format(names=tuple(names), parameters=", ".join(names))
    return open_office(database, folder, fixes={"0001_given_back": script})


def test_a_value_that_a_fix_gives_back_is_no_change(database: Database, tmp_path: Path) -> None:
    held = database.engine.held
    names = columns_of(database, [one.type for one in held])
    database.run(f"INSERT INTO held VALUES (1, {', '.join(one.sql for one in held)})")
    counts = giving_back(database, tmp_path / "office", names).plan("1").manifest.counts

    assert (counts.scanned, counts.changed, counts.reasons) == (1, 0, {})


@pytest.fixture
def given_back(database: Database, tmp_path: Path) -> Office:
    names = columns_of(database, [one.type for one in database.engine.generated])
    return giving_back(database, tmp_path / "office", names)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=some.data())
def test_what_was_settled_and_written_is_planned_again_without_a_change(
    engine: Engine, database: Database, given_back: Office, data: some.DataObject
) -> None:
    database.run("DELETE FROM held")
    with database.writing() as session:
        table = session.table("held")
        session.begin()
        rows = [
            (
                key,
                *(
                    settled_or_null(session, table, f"c{n}", data.draw(one.values))
                    for n, one in enumerate(engine.generated)
                ),
            )
            for key in range(6)
        ]
        session.insert(table, columns=table.names, rows=rows)
        session.commit()

    counts = given_back.plan("1").manifest.counts

    assert (counts.scanned, counts.changed, counts.reasons) == (6, 0, {})


def settled_or_null(session: Session, table: Table, column: str, value: Raw) -> Raw:
    try:
        return session.settle(table, column, value=value)
    except Unsettled:
        return None
