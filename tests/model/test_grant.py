from hffix.model.grant import Grant, together


def grant(action: str, table: str, *columns: str) -> Grant:
    return Grant(action=action, table=table, columns=columns)  # type: ignore[arg-type]


def test_rights_are_said_once_and_columns_are_united() -> None:
    grants = (
        grant("UPDATE", "loan", "note"),
        grant("SELECT", "person"),
        grant("SELECT", "loan"),
        grant("UPDATE", "loan", "due_on", "note"),
    )
    assert together(grants) == (
        grant("SELECT", "loan"),
        grant("UPDATE", "loan", "note", "due_on"),
        grant("SELECT", "person"),
    )


def test_the_whole_table_holds_its_columns() -> None:
    assert together([grant("UPDATE", "loan", "note"), grant("UPDATE", "loan")]) == (grant("UPDATE", "loan"),)
    assert together([grant("UPDATE", "loan"), grant("UPDATE", "loan", "note")]) == (grant("UPDATE", "loan"),)


def test_who_updates_needs_no_other_right_to_lock() -> None:
    locking = grant("LOCK", "loan", "loan_no")
    assert together([locking, grant("UPDATE", "loan", "note")]) == (grant("UPDATE", "loan", "note"),)
    assert together([locking]) == (locking,)


def test_a_right_is_told_as_people_say_it() -> None:
    told = (
        "UPDATE (a, b) on loan",
        "DELETE on loan",
        "a right to lock rows of loan",
        "SELECT on the sequences of loan",
    )
    grants = (
        grant("UPDATE", "loan", "a", "b"),
        grant("DELETE", "loan"),
        grant("LOCK", "loan"),
        grant("NUMBER", "loan"),
    )
    assert tuple(map(str, grants)) == told
