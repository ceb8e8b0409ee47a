import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hffix.errors.fixes import TooManyReasons
from hffix.model.change import Cells
from hffix.workflow import measure
from hffix.workflow.measure import MOST_REASONS, Measure

TEXTS = some.sampled_from(["1", "22", "a", "张", "", "Ａ１", "x" * 30, "4/5"])
ROWS = some.lists(some.dictionaries(some.sampled_from(["a", "b", "c"]), some.tuples(TEXTS, TEXTS), min_size=1))


@pytest.mark.parametrize("most", [1, 5, 10_000])
@given(pages=some.lists(ROWS, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_rows_count_as_each_of_them(
    monkeypatch: pytest.MonkeyPatch, most: int, pages: list[list[dict[str, tuple[str, str]]]]
) -> None:
    monkeypatch.setattr(measure, "MOST_SHAPES", most)
    kept = (("t.kept",),)
    at_once, each = Measure(kept), Measure(kept)
    for page in pages:
        befores: list[Cells] = [
            {"kept": "5", "a": "z", **{name: old for name, (old, _) in row.items()}} for row in page
        ]
        afters: list[Cells] = [{"kept": {"int": "5"}, **{name: new for name, (_, new) in row.items()}} for row in page]
        at_once.add_updates("t", befores=befores, afters=afters)
        for before, after in zip(befores, afters, strict=True):
            each.add("t", kind="update", before=before, after=after)

    assert (at_once.shapes(), at_once.counts(), at_once.keeps()) == (each.shapes(), each.counts(), each.keeps())


@pytest.mark.parametrize("most", [1, 5, 10_000])
@given(rows=some.lists(some.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_that_are_alike_count_as_each_of_them(
    monkeypatch: pytest.MonkeyPatch, most: int, rows: list[tuple[str, str, str, str]]
) -> None:
    monkeypatch.setattr(measure, "MOST_SHAPES", most)
    kept = (("t.kept",),)
    at_once, each = Measure(kept), Measure(kept)
    first, second, third, fourth = zip(*rows, strict=True)
    fives = ["5"] * len(rows)
    before = {"kept": fives, "b": third, "a": first, "z": fives}
    after = {"a": second, "b": fourth, "kept": fives}
    at_once.add_alike("t", before=before, after=after)
    for a, b, c, d in rows:
        each.add(
            "t",
            kind="update",
            before={"kept": "5", "b": c, "a": a, "z": "5"},
            after={"a": b, "b": d, "kept": "5"},
        )

    assert (at_once.shapes(), at_once.counts(), at_once.keeps()) == (each.shapes(), each.counts(), each.keeps())


def test_there_is_room_for_reasons_until_one_would_be_refused() -> None:
    counted = Measure(())
    for number in range(MOST_REASONS - 1):
        counted.decline(f"reason {number}")

    assert counted.has_room(["reason 0", "new", "new"])
    assert not counted.has_room(["new", "newer"])
    assert not counted.has_room(["x" * 201])
    with pytest.raises(TooManyReasons):
        counted.decline("x" * 201)
