import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING

from hffix.demo import SIZES, ledger_rows
from hffix.demo.chance import spread
from hffix.demo.volumes import ledger_before, repayments_before

if TYPE_CHECKING:
    from tests.demo.conftest import Worlds


def test_the_streamed_ledger_is_the_one_that_is_built(worlds: "Worlds") -> None:
    built = worlds.get(dirt=False).select("SELECT * FROM contribution_ledger ORDER BY ledger_id")
    assert list(ledger_rows("tiny", seed=7)) == built


def test_the_demo_begins_as_its_stream_does_but_for_the_dirt(worlds: "Worlds") -> None:
    world = worlds.get("demo")
    dirty = {int(line["key"]) for line in world.truth() if line["table"] == "contribution_ledger"}
    built = world.select("SELECT * FROM contribution_ledger WHERE ledger_id <= 5000 ORDER BY ledger_id")
    streamed = list(islice(ledger_rows("demo", seed=7), 5000))
    assert [row for row in streamed if row[0] not in dirty] == [row for row in built if row[0] not in dirty]


def test_any_range_of_accounts_gives_the_rows_it_has_in_the_whole() -> None:
    whole = list(ledger_rows("demo", seed=7, accounts=range(300)))
    part = list(ledger_rows("demo", seed=7, accounts=range(120, 180)))
    assert part == whole[part[0][0] - 1 : part[-1][0]]


def test_a_tenth_of_the_citys_ledger_is_numbered_without_a_gap() -> None:
    tenth = range(SIZES["city"].personal_account // 10)
    ends = [ledger_before(index, size="city") for index in (0, len(tenth), SIZES["city"].personal_account)]
    assert ends == [0, 3_599_964, 36_000_000 - 360]
    last = tenth[-40:]
    rows = list(ledger_rows("city", seed=7, accounts=last))
    assert [row[0] for row in rows] == list(range(ledger_before(last[0], size="city") + 1, ends[1] + 1))
    assert repayments_before(SIZES["city"].loan, size="city") == 9_000_000 - 3_333


def test_streaming_four_times_the_rows_takes_no_more_memory() -> None:
    peaks = []
    sum(1 for _ in ledger_rows("city", seed=7, accounts=range(1_600)))  # fills the tables of months
    for accounts in (400, 1_600):
        tracemalloc.start()
        assert sum(1 for _ in ledger_rows("city", seed=7, accounts=range(accounts))) > accounts * 30
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 65_536


def test_spreading_never_sends_two_indexes_to_one_place() -> None:
    assert sorted(spread(index, over=9_973, seed=3) for index in range(9_973)) == list(range(9_973))
