from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.demo.conftest import Worlds

SEEDS = range(1, 6)
COUNTS = (
    *(1200, 800, 200, 80, 150, 20, 300, 40, 120, 60),
    *(400, 500, 150, 150, 80, 40, 120, 60, 10, 250),
    *(300, 120, 40, 200, 30, 600, 500, 100, 20, 60),
    *(50, 20, 15, 30, 900, 200, 40, 30, 6, 300),
)
KINDS = tuple(f"D{number:02d}" for number in range(1, 41))


def written(value: object) -> str:
    return r"\N" if value is None else str(value)


def test_the_demo_has_each_kind_of_dirt_as_often_as_the_catalogue_says(worlds: "Worlds") -> None:
    world = worlds.get("demo")
    assert world.summary.injections == tuple(zip(KINDS, COUNTS, strict=True))
    lines = {(line["injection"], line["kind"]) for line in world.truth()}
    assert Counter(kind for _, kind in lines) == Counter(dict(world.summary.injections))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tiny_world_has_every_kind_of_dirt(worlds: "Worlds", seed: int) -> None:
    assert {line["kind"] for line in worlds.get(seed=seed).truth()} == set(KINDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_exactly_the_difference_between_clean_and_dirty(worlds: "Worlds", seed: int) -> None:
    clean, dirty = worlds.get(seed=seed, dirt=False).cells(), worlds.get(seed=seed).cells()
    truth = worlds.get(seed=seed).truth()
    assert [
        (line["table"], line["key"], line["column"])
        for line in truth
        if line["clean"] != written(clean.get((line["table"], line["key"], line["column"])))
        or line["dirty"] != written(dirty[line["table"], line["key"], line["column"]])
    ] == []
    stated = {(line["table"], line["key"], line["column"]) for line in truth if line["clean"] != line["dirty"]}
    born = {(table, key) for table, key, _ in dirty.keys() - clean.keys()}
    changed = {cell for cell in clean if clean[cell] != dirty[cell]}
    assert {cell for cell in stated if cell[:2] not in born} == changed
    assert {cell[:2] for cell in stated} >= born


def test_no_cell_is_hit_twice(worlds: "Worlds") -> None:
    hits = Counter((line["table"], line["key"], line["column"]) for line in worlds.get("demo").truth())
    assert [cell for cell, times in hits.items() if times > 1] == []


def test_only_traps_and_sleepers_leave_their_cell_as_it_was(worlds: "Worlds") -> None:
    untouched = {(line["kind"], line["end"]) for line in worlds.get("demo").truth() if line["clean"] == line["dirty"]}
    assert untouched == {("D35", "distribute"), ("D40", "none")}


def test_rows_to_delete_are_the_forty_repayments_whose_loan_never_existed(worlds: "Worlds") -> None:
    world = worlds.get("demo")
    deleted = [line for line in world.truth() if line["end"] == "delete"]
    orphans = world.select("SELECT repay_id FROM loan_repayment WHERE loan_no NOT IN (SELECT loan_no FROM loan)")
    assert {line["key"] for line in deleted} == {str(key) for (key,) in orphans}
    assert len(deleted) == 40


def test_the_dates_of_one_bank_need_one_declaration(worlds: "Worlds") -> None:
    world = worlds.get("demo")
    banks = dict(world.select("SELECT account_no, card_bank_code FROM personal_account"))
    declared = {
        (line["hint"], banks[line["key"]]) for line in world.truth() if line["column"] == "opened_on" and line["hint"]
    }
    assert sorted(hint for hint, _ in declared) == ["excel=1900", "order=dmy", "order=ymd;window=1950", "window=1950"]


def test_slashed_dates_prevail_among_the_loose_ones(worlds: "Worlds") -> None:
    loose = [line["dirty"] for line in worlds.get("demo").truth() if line["kind"] == "D01"]
    assert sum("/" in date for date in loose) > len(loose) * 2 // 3


def test_a_world_without_dirt_has_a_truth_of_one_line(worlds: "Worlds") -> None:
    summary = worlds.get(dirt=False).summary
    assert summary.truth.read_text() == "injection,kind,table,key,column,clean,dirty,rule,end,hint\n"
    assert summary.injections == ()
