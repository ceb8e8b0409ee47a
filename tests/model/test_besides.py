from hffix.model.besides import besides_of, may_write_more, sets_itself, told
from hffix.model.schema import Column, Table
from hffix.model.scope import SideEffect


def table(*, triggers: tuple[tuple[str, str], ...] = (), options: tuple[str, ...] = ()) -> Table:
    names = ("no", "at", "was at")
    return Table(
        name="loan",
        key=("no",),
        columns=tuple(Column(name=name, type="int", nullable=True) for name in names),
        unique=(),
        checks=(),
        references=(),
        referred=(),
        triggers=triggers,
        options=options,
    )


STAMPED = besides_of([SideEffect(table="loan", column="at"), SideEffect(table="loan", column="by")])
AUDITED = besides_of([SideEffect(table="audit", column="*")])


def test_declared_columns_and_declared_tables_are_told_apart() -> None:
    assert (STAMPED.columns, STAMPED.tables) == ({"loan": frozenset({"at", "by"})}, frozenset())
    assert (AUDITED.columns, AUDITED.tables) == ({}, frozenset({"audit"}))


def test_rows_of_a_table_that_nobody_declared_are_too_many() -> None:
    assert AUDITED.undeclared({"audit": 9}, lines={"loan": 3}) == {}
    assert AUDITED.undeclared({"audit": 9, "bank": 1}, lines={"loan": 3}) == {"bank": 1}
    assert STAMPED.undeclared({"audit": 1}, lines={"loan": 3}) == {"audit": 1}


def test_a_declared_column_may_be_set_by_writing_its_row_once_more_and_not_twice() -> None:
    assert STAMPED.undeclared({"loan": 3}, lines={"loan": 3}) == {}
    assert STAMPED.undeclared({"loan": 4}, lines={"loan": 3}) == {"loan": 4}


def test_where_an_engine_does_not_say_of_which_table_rows_are_any_declaration_covers_them() -> None:
    assert AUDITED.undeclared({None: 9}, lines={"loan": 3}) == {}
    assert STAMPED.undeclared({None: 3}, lines={"loan": 3, "unit": 5}) == {}
    assert STAMPED.undeclared({None: 4}, lines={"loan": 3, "unit": 5}) == {None: 4}


def test_a_table_writes_more_by_triggers_and_rules() -> None:
    assert may_write_more(table(triggers=(("tr", "x"),)))
    assert may_write_more(table(options=("rule CREATE RULE r AS ON UPDATE TO loan DO NOTHING",)))
    assert not may_write_more(table(options=("engine InnoDB",)))


def test_a_column_that_its_table_sets_is_named_by_its_whole_name() -> None:
    options = ("auto_increment no", "default_generated on update current_timestamp was at")
    assert sets_itself(table(options=options)) == ("was at",)
    assert sets_itself(table(options=("on update current_timestamp() at",))) == ("at",)


def test_what_was_written_is_told_with_what_may_have_done_it() -> None:
    loan = table(triggers=(("tr", "x"),), options=("rule r",))
    said = told({"audit": 2, None: 1}, lines={"loan": 1200}, tables={"loan": loan})
    assert said == (
        "the database itself wrote rows that are in no line, 2 of audit, 1 of some table, along with 1,200 of loan"
        " (trigger tr of loan, a rule of loan)"
    )
