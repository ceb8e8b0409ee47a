import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hffix.model.scope import Condition
from hffix.reports.review import Example, Reason, Shape
from hffix.reports.review_json import as_json

Made = Callable[..., Any]

KEYS = [
    "acts", "cases", "change_set", "counts", "digest", "ensures", "erased", "fix", "irreversible", "keeps", "lacking",
    "next", "parent", "planner", "requires", "reverts", "rows_here", "scope", "shapes", "side_effects", "snapshot",
    "state", "struck", "tables", "target", "trial", "unmasked", "unresolved",
]  # fmt: skip


def test_the_keys_are_stable_and_the_whole_is_json(reviewed: Made) -> None:
    told = as_json(reviewed())

    assert sorted(told) == KEYS
    assert json.loads(json.dumps(told)) == told


def test_counts_shapes_and_reasons_are_told(reviewed: Made) -> None:
    example = Example(key="1▒▒▒▒", before="a", after="b")
    shape = Shape(number=1, table="t", kind="update", column="c", before="a", after="b", rows=3, examples=(example,))
    reason = Reason(text="no day", rows=2, examples=(("t", "1▒▒▒▒"),))

    told = as_json(reviewed(shapes=(shape,), reasons=(reason,)))

    assert told["counts"] == {
        "scanned": 1_050_000, "unchanged": 1_008_751, "unresolved": 37, "changed": 41_209, "updates": 41_209,
        "inserts": 0, "deletes": 0, "asks": 0, "rare": 0,
    }  # fmt: skip
    assert told["shapes"] == [
        {
            "number": 1, "table": "t", "kind": "update", "column": "c", "before": "a", "after": "b", "rows": 3,
            "examples": [{"key": "1▒▒▒▒", "before": "a", "after": "b"}],
        }
    ]  # fmt: skip
    assert told["unresolved"] == [{"reason": "no day", "rows": 2, "examples": [{"table": "t", "key": "1▒▒▒▒"}]}]
    assert told["next"] == "hffix approve 8b120fe6ac55"


def test_a_chosen_shape_is_told_alone(reviewed: Made) -> None:
    review = reviewed()

    told: Any = as_json(replace(review, chosen=review.shapes[1]))

    assert [shape["number"] for shape in told["shapes"]] == [2]


def test_no_text_of_it_acts_on_a_terminal(reviewed: Made) -> None:
    requires = (Condition(title="\x9b2J", query="SELECT\n1", equals="\u202e"),)
    told: Any = as_json(reviewed(told={"fix": {"title": "\x9b2J\u202e"}, "requires": requires}))

    assert told["fix"]["title"] == "⟨U+009B⟩2J⟨U+202E⟩"
    assert told["requires"] == [{"title": "⟨U+009B⟩2J", "query": "SELECT\n1", "equals": "⟨U+202E⟩"}]
