"""Rows that are cleaned many at once come to what they come to one by one: lines, counts, reasons and refusals."""

import secrets
import sqlite3
from contextlib import closing
from random import Random

import pytest

from hffix.errors import HffixError
from hffix.workflow import cleaning, drafting
from tests.workflow.planning import Desk, desk_at

VALUES = (
    *(
        "2024/3/5",
        "2024-03-05",
        "2024-02-30",
        "１２３",
        "ＡＢ 1",
        "建设路  １号",
        "锟斤拷",
        " ",
        "",
        "正常",
        "a\nb",
        "x\x00",
    ),
    *(None, None, 5, 2.5, b"ab", "e\u0301", "'\"\\", "\u3000张", "20240305"),
)
TEXT = 'fix.clean("loose", "a", cleaners.text, at_most=9999)\n'
DATE = 'fix.clean("loose", "b", cleaners.date, at_most=9999)\n'


def cleaner(body: str, *, column: str = "a", more: str = "", at_most: int = 9999) -> str:
    return f'def own(value):\n    {body}\nfix.clean("loose", "{column}", own, at_most={at_most}{more})\n'


FIXES = {
    "two columns": TEXT + DATE,
    "some rows of each": TEXT.replace(", at", ', where="id % 3 = 0", at') + DATE.replace(", at", ', where="c > 2", at'),
    "all rows of one": TEXT + DATE.replace(", at", ', where="id % 2 = 0 AND a IS NOT NULL", at'),
    "some rows of one": TEXT.replace(", at", ', where="id % 3 = 0", at'),
    "a number's column": 'fix.clean("loose", "c", cleaners.text, at_most=9999)\n' + TEXT,
    "the file of a composite key": 'fix.clean("pair", "note", cleaners.text, at_most=9999)\n',
    "a column that is unique": 'fix.clean("single", "code", cleaners.text, at_most=9999)\n',
    "a deletion beside": TEXT.replace(", at", ', where="id > 9", at')
    + 'fix.delete("loose", where="id < 9", at_most=9)',
    "NULL where it may": cleaner('return value.strip("0123456789/-") or None', more=", to_null=True"),
    "NULL where it may not": TEXT + cleaner('return None if value == "x\\0" else value + "1"', column="b"),
    "NULL in a column that takes none": cleaner('return value[1:] or None', column="d", more=", to_null=True"),
    "other kinds of values": cleaner('return {"１２３": 5, "正常": 2.5, "": b"x"}.get(value, value)'),
    "what no column holds": cleaner('return value + "\\ud800" if len(value) == 3 else value + "1"'),
    "a fault": TEXT + cleaner("return value + str(1 // (len(value) - 8))", column="b"),
    "more than at_most": TEXT + cleaner('return value + "!"', column="b", at_most=1500),
    "more reasons than are read": TEXT + cleaner("raise Unresolved(f'{value!r:.9} {len(value)}')", column="d"),
    "a reason that is too long": TEXT + cleaner("raise Unresolved('x' * 250 if value == 'v77' else 'y')", column="d"),
    "a total that is kept": cleaner('return value + "1"', column="d") + 'fix.keeps("loose.d")\n',
    "the same column twice": TEXT.replace(", at", ', where="id % 2", at')
    + cleaner('return value + "1"', more=', where="id % 2 = 0"'),
    "what is already clean": cleaner("return value"),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = desk_at(tmp_path_factory.mktemp("cleaning"))
    drawn = Random(5)
    with closing(sqlite3.connect(made.office.database)) as connection, connection:
        connection.execute("CREATE TABLE loose (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c, d TEXT NOT NULL)")
        connection.execute("CREATE TABLE pair (kind TEXT, no INTEGER, note TEXT, PRIMARY KEY (kind, no))")
        connection.execute("CREATE TABLE single (id INTEGER PRIMARY KEY, code TEXT UNIQUE)")
        rows = [
            (n, drawn.choice(VALUES), drawn.choice(VALUES[:14]), drawn.choice(VALUES), f"v{n % 300}")
            for n in range(2600)
        ]
        connection.executemany("INSERT INTO loose VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("UPDATE loose SET a = CAST(x'ff41' AS TEXT) WHERE id = 2100")
        connection.executemany(
            "INSERT INTO pair VALUES (?, ?, ?)", [(f'"{n % 7}é', n, drawn.choice(VALUES)) for n in range(60)]
        )
        connection.executemany("INSERT INTO single VALUES (?, ?)", [(n, f"Ａ{n}") for n in range(20)])
    return made


@pytest.fixture(autouse=True)
def one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda size: b"s" * size)


def planned(desk: Desk, text: str) -> tuple[object, ...]:
    """Give all that a plan comes to, or how it is refused."""
    try:
        made = desk.plan(text)
    except HffixError as refused:
        return type(refused).__name__, refused.message
    lines = [line for block in made.blocks() for line in block]
    return lines, list(made.unresolved()), made.manifest.counts, made.manifest.keeps, made.manifest.root


@pytest.mark.parametrize("fix", FIXES)
@pytest.mark.parametrize("remembered", [30, 20_000])
def test_many_rows_come_to_what_each_of_them_comes_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fix: str, remembered: int
) -> None:
    monkeypatch.setattr(cleaning, "MOST_REMEMBERED", remembered)
    at_once = planned(desk, FIXES[fix])
    monkeypatch.setattr(drafting, "cleanings_of", lambda *_, **__: [])

    assert at_once == planned(desk, FIXES[fix])
