import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import BadManifest, NewerFormat, NotCanonical
from hffix.model import canonical
from hffix.model.manifest import Place
from hffix.model.receipt import Receipt, intervals, read_receipt

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "formats.json").read_text())
DATA: bytes = VECTORS["receipt"]["bytes"].encode()
HEADS: list[str] = [vector["head"] for vector in VECTORS["records"]]
RECEIPT = read_receipt(DATA)


def test_a_whole_receipt_has_no_fault() -> None:
    assert RECEIPT.to_bytes() == DATA
    assert RECEIPT.fault() is None


def test_a_receipt_of_no_new_record_repeats_the_head() -> None:
    same = msgspec.structs.replace(RECEIPT, records=(), previous=Place(number=3, head=RECEIPT.head))

    assert same.fault() is None
    assert msgspec.structs.replace(same, head="0" * 64).fault() == "its records do not give its head"


OPEN, CHUNK = RECEIPT.records
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a record missing": ({"records": (OPEN,)}, "it does not hold every record since the receipt before it"),
    "a record twice": ({"records": (OPEN, CHUNK, CHUNK)}, "it does not hold every record since the receipt before it"),
    "a later number": ({"number": 4}, "it does not hold every record since the receipt before it"),
    "another head": ({"head": HEADS[1]}, "its records do not give its head"),
    "another head before": ({"previous": Place(number=1, head=HEADS[1])}, "its records do not give its head"),
    "another order": ({"records": (CHUNK, OPEN)}, "its records do not give its head"),
    "a changed record": ({"records": (OPEN, {**CHUNK, "applied": 2})}, "its records do not give its head"),
    "numbers moved": (
        {"number": 4, "previous": Place(number=2, head=HEADS[0])}, "its records are not numbered without a gap",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "fault"), CHANGES.values(), ids=CHANGES.keys())
def test_a_receipt_that_contradicts_itself_says_how(change: dict[str, Any], fault: str) -> None:
    assert msgspec.structs.replace(RECEIPT, **change).fault() == fault


@pytest.mark.parametrize("field", Receipt.__struct_fields__)
def test_a_receipt_without_one_of_its_parts_is_refused(field: str) -> None:
    value = json.loads(DATA)
    del value[field]
    with pytest.raises(BadManifest):
        read_receipt(canonical.encode(value))


def test_a_newer_receipt_is_refused_by_its_own_error() -> None:
    with pytest.raises(NewerFormat):
        read_receipt(canonical.encode({**json.loads(DATA), "format": "hffix-receipt/2"}))


def test_a_receipt_with_a_line_end_is_refused() -> None:
    with pytest.raises(NotCanonical):
        read_receipt(DATA + b"\n")


@pytest.mark.parametrize(
    ("numbers", "folded"),
    [([], ()), ([3], ((3, 3),)), ([1, 2, 3], ((1, 3),)), ([5, 1, 2, 2, 7, 6], ((1, 2), (5, 7)))],
)
def test_numbers_fold_into_intervals(numbers: list[int], folded: tuple[tuple[int, int], ...]) -> None:
    assert intervals(numbers) == folded


@given(some.lists(some.integers(1, 40)))
def test_intervals_hold_the_same_numbers_and_never_touch(numbers: list[int]) -> None:
    folded = intervals(numbers)

    assert {n for first, last in folded for n in range(first, last + 1)} == set(numbers)
    assert all(after[0] - before[1] > 1 for before, after in pairwise(folded))
