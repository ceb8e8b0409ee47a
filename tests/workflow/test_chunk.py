"""What is said of a conflict: the row can be found, and no value of it is told."""

import pytest

from hffix.model.change import Cells, Line
from hffix.workflow.chunk import Verdict, conflict_of

LINE = Line(
    "0" * 32, "loan", "update", {"no": "120004170001", "part": {"int": "2"}}, {"due_on": "2024/4/5"}, {"due_on": "x"}
)


@pytest.mark.parametrize(
    ("masks", "key"),
    [
        ({}, "no=120004170001,part=2"),
        ({("loan", "no"): "edges"}, "no=1200▒▒▒▒001,part=2"),
        ({("person", "no"): "edges"}, "no=120004170001,part=2"),
    ],
)
@pytest.mark.parametrize(
    ("seen", "told"),
    [({"due_on": "secret"}, ", column due_on: changed since it was planned"), (None, ": the row is gone")],
)
def test_the_key_is_whole_but_for_masked_columns_and_no_value_is_told(
    masks: dict[tuple[str, str], str], key: str, seen: Cells | None, told: str
) -> None:
    verdict = Verdict(outcome="conflict", observed=["0" * 32, seen])
    said = conflict_of(LINE, verdict, mask_of=lambda table, column: masks.get((table, column)))
    assert said == f"loan {key}{told}"


def test_where_nobody_says_what_is_masked_every_key_is() -> None:
    said = conflict_of(LINE, Verdict(outcome="conflict", observed=["0" * 32, None]))
    assert said == "loan no=1200▒▒▒▒001,part=2▒▒▒▒: the row is gone"
