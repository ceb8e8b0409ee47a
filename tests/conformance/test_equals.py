"""Values that the engine calls equal are two: what differs in case, width, padding, scale or blanks is a change."""

from pathlib import Path
from typing import Final

import pytest

from hffix.model.value import Raw, Typed
from hffix.workflow.rollback import rollback
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.offices import open_office

# The type of a column, what it holds, and what a fix makes of it.
Pair = tuple[str, str, object]
TEXTS: Final = (("ABC", "abc"), ("ＡＢ", "AB"), ("ab ", "ab"), ("ab", "ab  "), ("é", "e\u0301"), ("ß", "ss"))
OF_POSTGRESQL: Final[tuple[Pair, ...]] = (
    ("numeric", "1.1", "1.10"),
    ("float8", "0", -0.0),
    ("jsonb", '{"a": 1.0}', '{"a": 1.00}'),
    ("json", '{"a":1}', '{"a": 1}'),
    ("interval", "1 mon", "30 days"),
    ("citext", "ABC", "abc"),
    ("char(4)", "ABC", "abc"),
)
OF_MYSQL: Final[tuple[Pair, ...]] = (
    *((f"varchar(20) CHARACTER SET {name}", "中Ａ ", "中A") for name in ("gbk", "utf8mb3")),
    ("char(4)", "ABC", "abc"),
    ("json", '{"a":1}', '{"a": 1}'),
    ("enum('A','ß','ss')", "ß", "ss"),
    ("varbinary(4)", "a", b"a\x00"),
)
COLLATIONS: Final = {
    "sqlite": "TEXT COLLATE NOCASE",
    "postgresql": "text COLLATE alike",
    "mysql": "varchar(20) COLLATE utf8mb4_general_ci",
}
COLLATED: Final = COLLATIONS | {f"generic_{name}": COLLATIONS[name] for name in ("postgresql", "mysql")}
SCRIPT: Final = '''\
"""Values that only look like those that stand there."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
BECOMES = {becomes}

@fix.rows("held", writes=tuple(BECOMES), at_most=100)
def other({parameters}):
    """Give each column its other value."""
    return BECOMES
'''


def pairs_of(engine: str) -> tuple[Pair, ...]:
    more = {"postgresql": OF_POSTGRESQL, "mysql": OF_MYSQL}.get(engine, ())
    return (*((COLLATED[engine], before, after) for before, after in TEXTS), *more)


@pytest.fixture
def alike(database: Database) -> Database:
    """One row under a key in capitals, in a table whose texts are compared loosely."""
    name = database.engine.name
    if name.endswith("postgresql"):
        database.run(
            "CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
            "CREATE EXTENSION citext",
        )
    kinds = [kind for kind, *_ in pairs_of(name)]
    columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(kinds))
    values = ", ".join(f"'{before}'" for _, before, _ in pairs_of(name))
    database.run(
        f"CREATE TABLE held (id {COLLATED[name]} PRIMARY KEY NOT NULL, {columns})",
        f"INSERT INTO held VALUES ('Key ', {values})",
    )
    return database


def stored(database: Database) -> tuple[Raw, ...]:
    with database.reading() as snapshot:
        ((row,),) = snapshot.scan(snapshot.table("held"), columns=snapshot.table("held").names[1:])
    return tuple(value.text if isinstance(value, Typed) else value for value in row)


def test_what_the_engine_calls_equal_is_corrected_proved_and_taken_back(alike: Database, tmp_path: Path) -> None:
    pairs = pairs_of(alike.engine.name)
    names = [f"c{n}" for n in range(len(pairs))]
    becomes = {name: after for name, (_, _, after) in zip(names, pairs, strict=True)}
    script = SCRIPT.format(becomes=becomes, parameters=", ".join(names))
    office = open_office(alike, tmp_path / "office", fixes={"0001_other": script})
    before = stored(alike)
    planned = office.plan("1", trial=True)
    office.approve(planned)
    applied = office.apply(planned)

    assert (planned.manifest.irreversible, applied.problem, applied.applied) == (0, None, 1)
    assert planned.manifest.counts.tables["held"].columns == dict.fromkeys(names, 1)
    after = stored(alike)
    assert after[0] == "Key "
    assert list(map(str, after[1:])) == [
        str(value).ljust(4 if kind == "char(4)" and alike.engine.name == "postgresql" else 0)
        for kind, _, value in pairs
    ]
    assert verify(office.setting(), data=True).problems == ()
    back = rollback(office.setting(), applied.run)
    office.approve(back.change_set)
    assert office.apply(back.change_set).problem is None
    assert list(map(repr, stored(alike))) == list(map(repr, before))


def test_a_row_whose_key_only_counts_as_equal_is_another_one(alike: Database, tmp_path: Path) -> None:
    script = SCRIPT.format(becomes={"c0": "other"}, parameters="c0")
    office = open_office(alike, tmp_path / "office", fixes={"0001_other": script})
    planned = office.approved("1")
    columns = ", ".join(f"c{n}" for n in range(len(pairs_of(alike.engine.name))))
    alike.run(f"CREATE TABLE kept AS SELECT {columns} FROM held", "DELETE FROM held")
    alike.run(f"INSERT INTO held SELECT 'KEY ', {columns} FROM kept")

    problem = office.apply(planned).problem

    assert problem is not None
    assert "the row is gone" in problem.message
    assert stored(alike)[:2] == ("KEY ", "ABC")
