from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.cleaners import date, explain, text
from hffix.model.unresolved import Unresolved

CLEANERS: dict[str, Callable[[str], str | None]] = {"date": date, "text": text}


def answer(name: str, value: str) -> tuple[str | None, str | None]:
    """The cleaned value, or the reason why there is none."""
    try:
        return CLEANERS[name](value), None
    except Unresolved as unresolved:
        return None, unresolved.reason


def test_tells_the_steps_in_their_order() -> None:
    assert explain("date", "２０２４／３／５") == (
        "digits made half-width",
        "read as year, month, day",
        "written as YYYY-MM-DD",
    )


def test_tells_what_a_hint_did() -> None:
    assert explain("date", " 13/4/2024 14:30 ", order="dmy", time="drop") == (
        "outer blanks, invisible characters and text mark removed",
        "time left out, as declared",
        "read in the declared order",
        "written as YYYY-MM-DD",
    )


def test_tells_each_change_of_a_text() -> None:
    assert explain("text", "\u200b建设路\u3000１２号") == (
        "invisible characters removed",
        "blanks cut or made one space",
        "letters and digits made half-width",
    )


@pytest.mark.parametrize(
    ("name", "value", "steps"),
    [
        ("date", "2024/2/30", ("read as year, month, day", "INVALID_DATE: no such day")),
        ("date", "05/03/2024", ("AMBIGUOUS: day or month first",)),
        ("text", " 建\ue000", ("blanks cut or made one space", "UNKNOWN_CHAR: private use")),
    ],
)
def test_ends_with_the_reason_of_a_value_that_is_declined(name: str, value: str, steps: tuple[str, ...]) -> None:
    assert explain(name, value) == steps


@pytest.mark.parametrize(
    ("name", "value"), [("date", "2024-03-05"), ("date", None), ("text", "建设路"), ("text", None)]
)
def test_has_no_steps_for_what_stays(name: str, value: str | None) -> None:
    assert explain(name, value) == ()


def test_refuses_a_cleaner_or_a_hint_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="date, text"):
        explain("colour", "red")
    for name in ("date", "text"):
        with pytest.raises(TypeError):
            explain(name, "2024-03-05", colour="red")


@given(st.sampled_from(["date", "text"]), st.text() | st.dates().map("{0:%Y/%m/%d}".format))
def test_has_steps_exactly_where_the_cleaner_changes_or_declines(name: str, value: str) -> None:
    result, reason = answer(name, value)
    steps = explain(name, value)

    assert (steps == ()) == (result == value)
    assert reason in (None, *steps[-1:])
