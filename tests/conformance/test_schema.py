"""What a table is: described the same until something changes that decides what a written row means."""

import pytest

from hffix.errors.targets import TableRefused
from hffix.model.schema import Table
from tests.conformance.engine import Database

ANSWERED = "the same digest"


def make_pets(database: Database) -> None:
    words = database.words
    database.run(f"CREATE TABLE pet (id {words.integer} PRIMARY KEY, name {words.key_text})")


def described(database: Database, name: str = "pet") -> Table:
    with database.reading() as snapshot:
        return snapshot.table(name)


def test_a_table_is_described_the_same_until_it_changes(database: Database) -> None:
    make_pets(database)
    before = described(database).digest
    for statement in database.engine.schema_notes:
        database.run(statement)
        assert (statement, described(database).digest) == (statement, before)


def test_every_change_that_decides_what_a_row_means_makes_it_another_table(database: Database) -> None:
    unseen = []
    for statement in database.engine.schema_changes:
        database.run("DROP TABLE IF EXISTS collar", "DROP TABLE IF EXISTS pet")
        make_pets(database)
        before = described(database).digest
        database.run(statement)
        if described(database).digest == before:
            unseen.append(statement)
    assert unseen == []


def test_key_columns_and_references_are_named_as_the_table_names_them(database: Database) -> None:
    words = database.words
    database.run(
        f"CREATE TABLE owner (a {words.integer}, b {words.key_text}, PRIMARY KEY (b, a))",
        f"CREATE TABLE pet (id {words.integer} PRIMARY KEY, name {words.key_text} NOT NULL UNIQUE, a {words.integer},"
        f" b {words.key_text}, FOREIGN KEY (b, a) REFERENCES owner (b, a) ON DELETE CASCADE ON UPDATE CASCADE)",
    )
    pet, owner = described(database), described(database, "owner")

    assert (owner.key, pet.key, pet.names) == (("b", "a"), ("id",), ("id", "name", "a", "b"))
    assert pet.unique == (("name",),)
    (link,) = pet.references
    assert owner.referred == pet.references
    assert (link.table, link.columns, link.to_table, link.to_columns) == ("pet", ("b", "a"), "owner", ("b", "a"))
    assert (link.on_delete, link.on_update) == ("CASCADE", "CASCADE")
    column = pet.column("name")
    assert column is not None
    assert not column.nullable


def test_a_table_that_cannot_be_corrected_exactly_is_refused_by_name(database: Database) -> None:
    for one in database.engine.refused:
        database.run(*one.made)
        with pytest.raises(TableRefused) as refused:
            described(database, one.table)
        assert one.told in refused.value.message


def test_a_table_that_is_not_there_is_refused_by_name(database: Database) -> None:
    with pytest.raises(TableRefused, match="nowhere does not exist"):
        described(database, "nowhere")


def test_rows_that_an_action_of_the_database_would_reach_are_found(database: Database) -> None:
    words = database.words
    database.run(
        f"CREATE TABLE owner (id {words.integer} PRIMARY KEY)",
        f"CREATE TABLE pet (id {words.integer} PRIMARY KEY, owner {words.integer},"
        " FOREIGN KEY (owner) REFERENCES owner (id) ON DELETE CASCADE)",
        f"CREATE TABLE bill (id {words.integer} PRIMARY KEY, owner {words.integer},"
        " FOREIGN KEY (owner) REFERENCES owner (id) ON UPDATE CASCADE)",
        "INSERT INTO owner VALUES (1), (2)",
        "INSERT INTO pet VALUES (10, 1), (11, 2), (12, NULL)",
        "INSERT INTO bill VALUES (20, 1)",
    )
    with database.reading() as snapshot:
        owner = snapshot.table("owner")
        assert list(snapshot.reached(owner, rows=[(1,)], kind="delete")) == [("pet", (10,))]
        assert list(snapshot.reached(owner, rows=[(1,)], kind="update")) == [("bill", (20,))]
        assert list(snapshot.reached(snapshot.table("pet"), rows=[(10, 1)], kind="delete")) == []


def test_names_of_any_letters_are_quoted(database: Database) -> None:
    words = database.words
    quote = database.engine.quote
    doubled = 'a"b c%s' if quote == "`" else 'a""b c%s'
    database.run(
        f"CREATE TABLE {quote}Order{quote} (id {words.integer} PRIMARY KEY, {quote}{doubled}{quote} {words.text})",
        f"INSERT INTO {quote}Order{quote} VALUES (1, 'x')",
    )
    with database.writing() as session:
        table = session.table("Order")
        assert table.names == ("id", 'a"b c%s')
        session.begin()
        assert session.update(table, columns=['a"b c%s'], rows=[((1,), ("y",))]) == 1
        assert session.lock(table, keys=[(1,)]) == {(1,): (1, "y")}
        assert list(session.scan(table, columns=['a"b c%s'])) == [[(1, "y")]]
