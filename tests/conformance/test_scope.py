"""A row that has left its scope since the plan is not written, whatever its columns are called and its SQL is like."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hffix.errors.targets import QueryFailed
from hffix.workflow.verify import verify
from tests.conformance.engine import Database
from tests.conformance.offices import open_office

# The statement's own line is told where the SQL is refused.
FIX = '''\
"""Notes of the rows in scope."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")
fix.sql({table!r}, {{"说 明": "'new'"}}, where={where!r}, at_most=100)
'''
TABLE, COLUMNS = "账户 表", ("金额（元）", "2024年余额", 'a"b`c', "状态", "select")


def quoted(database: Database, name: str) -> str:
    quote = database.engine.quote
    return quote + name.replace(quote, quote * 2) + quote


@pytest.fixture
def account(database: Database) -> Database:
    """One row, all of whose columns but the key and the note hold 10."""
    words = database.words
    columns = ", ".join(f"{quoted(database, column)} {words.integer}" for column in COLUMNS)
    database.run(
        f"CREATE TABLE {quoted(database, TABLE)} ({quoted(database, '号 码')} {words.key_text} NOT NULL PRIMARY KEY,"
        f" {quoted(database, '说 明')} {words.text}, {columns})",
        f"INSERT INTO {quoted(database, TABLE)} VALUES ('张 1', 'old', 10, 10, 10, 10, 10)",
    )
    return database


def left_scope(account: Database, folder: Path, wheres: Mapping[str, str]) -> dict[str, str]:
    """Plan by each where, let the row leave the scope of all of them, and tell how each apply ended."""
    fixes = {f"{n:04}_noted": FIX.format(table=TABLE, where=where) for n, where in enumerate(wheres.values(), 1)}
    office = open_office(account, folder, fixes=fixes)
    planned = [office.approved(str(n)) for n in range(1, len(wheres) + 1)]
    assert [change_set.manifest.counts.changed for change_set in planned] == [1] * len(wheres)
    gone = ", ".join(f"{quoted(account, column)} = 0" for column in COLUMNS)
    account.run(f"UPDATE {quoted(account, TABLE)} SET {gone}")
    told = {}
    for name, change_set in zip(wheres, planned, strict=True):
        problem = office.apply(change_set).problem
        told[name] = f"{type(problem).__name__} of {problem.message.partition('column ')[2]}" if problem else "written"
    assert account.ask(f"SELECT {quoted(account, '说 明')} FROM {quoted(account, TABLE)}") == [("old",)]
    return told


def test_a_column_of_any_name_that_stands_in_a_where_guards_the_row(account: Database, tmp_path: Path) -> None:
    plain = {"金额（元）", "状态"} | ({"2024年余额"} if account.engine.quote == "`" else set())
    wheres = {c: f"t.{c if c in plain else quoted(account, c)} > 5" for c in COLUMNS}

    told = left_scope(account, tmp_path / "office", wheres)

    assert told == {column: f"Conflict of {column}: changed since it was planned" for column in COLUMNS}


def test_a_table_and_columns_of_any_name_are_corrected_proved_and_taken_back(account: Database, tmp_path: Path) -> None:
    office = open_office(account, tmp_path / "office", fixes={"0001_noted": FIX.format(table=TABLE, where="1 = 1")})
    planned = office.plan("1", trial=True)
    office.approve(planned)

    assert (planned.manifest.irreversible, office.apply(planned).problem) == (0, None)
    assert account.ask(f"SELECT {quoted(account, '说 明')} FROM {quoted(account, TABLE)}") == [("new",)]
    assert verify(office.setting(), data=True).problems == ()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
def test_a_column_that_stands_in_an_array_behind_an_operator_or_in_the_whole_row_guards_it(
    account: Database, tmp_path: Path
) -> None:
    wheres = {
        "array": "10 = ANY(ARRAY[t.状态, 0])",
        "operator": "t.状态#0 = 10",
        "row": "to_jsonb(t) ->> '状态' = '10'",
    }
    told = left_scope(account, tmp_path / "office", wheres)

    assert {how: "状态" in problem for how, problem in told.items()} == dict.fromkeys(wheres, True)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
@pytest.mark.parametrize("where", ["'a' <> E'\\'' AND t.状态 = 10 AND '' = ''", "$$'$$ <> '' AND t.状态 = 10"])
def test_an_sql_in_which_a_quote_could_hide_a_column_is_refused(account: Database, where: str) -> None:
    with account.reading() as snapshot, pytest.raises(QueryFailed, match="not read by everybody alike"):
        next(snapshot.scan(snapshot.table(TABLE), columns=(), where=[where]))
