"""What a reviewer names: rows by their keys, shapes as a review numbers them, cases, which go whole."""

from pathlib import Path

import pytest

from hffix.errors import changesets as errors
from hffix.errors.applying import NotPlannedHere
from hffix.model.change import Cells, Line
from hffix.model.manifest import Struck
from hffix.store.changesets import ChangeSet
from hffix.workflow.measure import MOST_SHAPES
from hffix.workflow.show import review
from tests.workflow.crafting import (
    LINES,
    SALT,
    ask,
    bytes_of,
    craft,
    crafting_office,
    keys_of,
    loan,
    person,
    struck,
    without,
)
from tests.workflow.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return crafting_office(tmp_path / "office")


@pytest.fixture
def parent(office: Office) -> ChangeSet:
    return craft(office, LINES)


@pytest.mark.parametrize(("table", "row"), [(None, "3"), (None, "id=3"), ("person", "3"), ("person", "id=3")])
def test_a_row_is_named_by_its_key(office: Office, parent: ChangeSet, table: str | None, row: str) -> None:
    assert bytes_of(struck(office, parent, rows=(row,), table=table).change_set) == without(3)


KEYS: tuple[Cells, ...] = (
    {"no": {"int": "1"}, "part": "a"},
    {"no": {"int": "1"}, "part": "b"},
    {"no": {"int": "2"}, "part": ""},
    {"no": {"dec": "2.50"}, "part": "a\u200bb"},
    {"no": {"date": "2024-01-05"}, "part": {"bytes": "AAE="}},
)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("no=1,part=b", 1), ("part=b,no=1", 1), ("no=2,part=", 2), ("no=2,part=''", 2), ("no=2.50,part=a\u200bb", 3),
        ("no=2.50,part=a⟨U+200B⟩b", 3), ("no=2024-01-05,part=bytes:AAE=", 4),
    ],
)  # fmt: skip
def test_a_composite_key_is_written_column_by_column_as_it_is_or_as_it_is_shown(
    office: Office, row: str, place: int
) -> None:
    lines = [Line(SALT, "loan", "delete", key, {"due_on": "x"}, None) for key in KEYS]
    parent = craft(office, lines)

    child = struck(office, parent, rows=(row,)).change_set

    assert bytes_of(child) == [line.encode() for line in lines if line is not lines[place]]


def test_a_row_named_twice_is_one_row(office: Office, parent: ChangeSet) -> None:
    assert bytes_of(struck(office, parent, rows=("3", "3", "id=3")).change_set) == without(3)


def test_the_table_decides_where_two_tables_have_a_row_of_that_key(office: Office) -> None:
    lines = [person(7), person(8), loan("7")]
    parent = craft(office, lines)

    assert keys_of(struck(office, parent, rows=("7",), table="loan").change_set) == [
        ("update", "person", "7"), ("update", "person", "8"),
    ]  # fmt: skip
    with pytest.raises(errors.AmbiguousRow, match="the row named may be one of person or of loan"):
        struck(office, parent, rows=("7",))


def test_two_rows_of_one_table_that_are_written_alike_are_never_chosen_between(office: Office) -> None:
    text = Line(SALT, "loan", "delete", {"loan_no": "7"}, {"due_on": "x"}, None)
    parent = craft(office, [text, text._replace(key={"loan_no": {"int": "7"}}), loan("8", "delete")])

    with pytest.raises(errors.AmbiguousRow, match="more than one row of loan"):
        struck(office, parent, rows=("7",), table="loan")


def test_a_shape_is_struck_by_the_number_that_a_review_shows(office: Office, parent: ChangeSet) -> None:
    shapes = review(parent, project=office.project, state="", lacking=()).shapes
    number = next(shape.number for shape in shapes if shape.before == "9999/9/9" and shape.table == "loan")
    assert number is not None

    smaller = struck(office, parent, shapes=(number,))

    assert keys_of(smaller.change_set)[-2:] == [("ask", "person", "40"), ("update", "person", "40")]
    assert bytes_of(smaller.change_set) == without(10, 11, 12)
    left = review(smaller.change_set, project=office.project, state="", lacking=()).shapes
    assert ("loan", "9999/9/9") not in {(shape.table, shape.before) for shape in left}


def test_a_row_goes_whole_where_one_cell_of_it_has_the_shape(office: Office) -> None:
    parent = office.plan("1")
    (wide,) = [s.number for s in review(parent, project=office.project, state="", lacking=()).shapes if s.rows == 2]

    smaller = struck(office, parent, shapes=(wide or 0,))

    assert smaller.struck.tables["person"].columns == {"id_no": 2, "opened_on": 2}
    assert [key for *_, key in keys_of(smaller.change_set)] == ["1", "2", "3", "4", "6", "7", "8", "9", "11"]


def test_the_shapes_beyond_the_most_that_are_told_apart_are_struck_as_one(office: Office) -> None:
    days = ["".join("9A汉-"[number >> shift & 3] for shift in range(0, 14, 2)) for number in range(MOST_SHAPES + 50)]
    lines = [person(number, day=day) for number, day in enumerate(days)]
    parent = craft(office, lines)

    child = struck(office, parent, shapes=(MOST_SHAPES + 1,)).change_set

    assert bytes_of(child) == [line.encode() for line in lines[:MOST_SHAPES]]


@pytest.mark.parametrize(
    ("selection", "along"),
    [({"cases": (2,)}, 0), ({"rows": ("31",)}, 2), ({"rows": ("made",)}, 2), ({"rows": ("30", "31")}, 1),
     ({"rows": ("30",), "cases": (2,)}, 0)],
)  # fmt: skip
def test_a_case_goes_whole_with_its_questions(
    office: Office, parent: ChangeSet, selection: dict[str, tuple[int, ...]], along: int
) -> None:
    smaller = struck(office, parent, **selection)  # type: ignore[arg-type]

    assert bytes_of(smaller.change_set) == without(*range(13, 18))
    assert (smaller.cases, smaller.along) == (1, along)
    assert (smaller.struck.updates, smaller.struck.inserts, smaller.struck.asks) == (2, 1, 2)
    assert smaller.change_set.manifest.struck == Struck(count=2, by="unknown@desk", why=None)


def test_a_shape_takes_every_case_along_in_which_it_occurs(office: Office, parent: ChangeSet) -> None:
    shapes = review(parent, project=office.project, state="", lacking=()).shapes
    number = next(shape.number for shape in shapes if shape.kind == "insert")

    smaller = struck(office, parent, shapes=(number or 0,))

    assert bytes_of(smaller.change_set) == without(0, *range(13, 18))
    assert (smaller.cases, smaller.along) == (1, 2)


def test_several_cases_are_struck_at_once(office: Office, parent: ChangeSet) -> None:
    smaller = struck(office, parent, cases=(1, 4))

    assert bytes_of(smaller.change_set) == without(*range(10, 13), 18, 19)
    assert smaller.cases == 2


def test_a_case_that_only_asks_goes_by_its_number(office: Office) -> None:
    parent = craft(office, [person(1), ask(1, "1")])

    assert bytes_of(struck(office, parent, cases=(1,)).change_set) == [person(1).encode()]


def test_a_case_goes_whole_wherever_its_lines_were_read(office: Office) -> None:
    many = [person(number) for number in range(4_998)]
    case = [person(number, case="7") for number in range(5_000, 5_005)]
    parent = craft(office, [*many, ask(5_000, "7"), *case, ask(1, "8"), person(6_000, case="8")])

    smaller = struck(office, parent, rows=("5004",))

    assert bytes_of(smaller.change_set) == bytes_of(parent)[:4_998] + bytes_of(parent)[-2:]
    assert smaller.along == 4


def test_a_case_whose_lines_stand_apart_is_never_struck_in_part(office: Office) -> None:
    parent = craft(office, [person(1, case="1"), person(2, case="2"), person(3, case="1")])

    with pytest.raises(NotPlannedHere, match="the lines of a case do not stand together"):
        struck(office, parent, rows=("1",))
