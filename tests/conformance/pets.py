"""The tables of the suite: persons, and their loans by a key of two columns."""

from tests.conformance.engine import Database

PERSONS = 7
LOANS = 3


def make_persons(database: Database, *, rows: int = PERSONS) -> None:
    """Make persons 1, 2, …; every third has no name, and every name but those stands twice."""
    words = database.words
    values = ", ".join(f"({n}, {'NULL' if n % 3 == 0 else repr(f'张{n % 2}')}, {n}.50)" for n in range(1, rows + 1))
    database.run(
        f"CREATE TABLE person (id {words.integer} PRIMARY KEY, name {words.text}, base {words.decimal})",
        f"INSERT INTO person VALUES {values}",
    )


def make_loans(database: Database) -> None:
    """Make loans of two banks, numbered in each."""
    words = database.words
    values = ", ".join(f"('{bank}', {n}, 'x')" for bank in ("B", "A") for n in range(1, LOANS + 1))
    database.run(
        f"CREATE TABLE loan (bank {words.key_text} NOT NULL, no {words.integer} NOT NULL, note {words.text},"
        " PRIMARY KEY (bank, no))",
        f"INSERT INTO loan VALUES {values}",
    )
