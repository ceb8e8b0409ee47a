import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hffix.demo import SIZES, Size, build, conservation, digest
from hffix.errors.project import AlreadyThere

if TYPE_CHECKING:
    from tests.demo.conftest import Worlds

TINY_SEED_7 = "c0461f5b8bf36680bc07908f015bb3eb42f937ac11965f9bb27132694fac3051"
ROWS = {
    "tiny": (3, 2_400, 20, 240, 200, 210, 27, 12, 10, 40),
    "demo": (20, 500_000, 3_000, 108_000, 20_000, 20_800, 27, 96, 500, 6_000),
}
LAWS = ("C1", "C2", "C3", "C4", "C5", "C6")


def test_the_tiny_world_has_the_same_bytes_on_every_machine(worlds: "Worlds", tmp_path: Path) -> None:
    again = build(tmp_path / "again.db", truth=tmp_path / "again.csv", size="tiny", seed=7)
    first = worlds.get().summary
    assert digest(first.database) == digest(again.database) == TINY_SEED_7
    assert first.truth.read_bytes() == again.truth.read_bytes()


def test_another_seed_makes_another_world(worlds: "Worlds") -> None:
    assert digest(worlds.get(seed=8).summary.database) != TINY_SEED_7


def test_the_digest_tells_a_number_from_its_text(worlds: "Worlds", tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(worlds.get().summary.database.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE loan_repayment SET principal = CAST(principal AS BLOB) WHERE repay_id = 1")
    connection.close()
    assert digest(copy) != TINY_SEED_7


@pytest.mark.parametrize("size", ["tiny", "demo"])
def test_each_table_has_the_rows_of_its_size(worlds: "Worlds", size: Size) -> None:
    rows = worlds.get(size).summary.rows
    assert tuple(count for _, count in rows) == ROWS[size]
    assert all(count == SIZES[size].rows(table) for table, count in rows)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_clean_world_obeys_every_law(worlds: "Worlds", seed: int) -> None:
    assert conservation(worlds.get(seed=seed, dirt=False).summary.database) == dict.fromkeys(LAWS, 0)


def test_dirt_breaks_only_the_laws_it_is_about(worlds: "Worlds") -> None:
    broken = conservation(worlds.get("demo").summary.database)
    assert broken == {"C1": 40, "C2": 10, "C3": 10, "C4": 15, "C5": 5, "C6": 6}


def test_the_file_is_left_in_wal_mode_alone_in_its_folder(tmp_path: Path) -> None:
    built = build(tmp_path / "fund.db", truth=tmp_path / "truth.csv", size="tiny")
    assert built.database.read_bytes()[18:20] == b"\x02\x02"  # SQLite's mark of WAL mode
    digest(built.database)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fund.db", "truth.csv"]


@pytest.mark.parametrize("name", ["fund.db", "truth.csv"])
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(AlreadyThere, match=name):
        build(tmp_path / "fund.db", truth=tmp_path / "truth.csv", size="tiny")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_progress_counts_up_to_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    build(tmp_path / "fund.db", truth=tmp_path / "truth.csv", size="tiny", progress=lambda *step: seen.append(step))
    assert {what: (done, total) for what, done, total in seen if what != "dirt"} == {
        "people": (200, 200),
        "accounts": (210, 210),
        "loans": (20, 20),
    }
    assert [done for what, done, _ in seen if what == "dirt"] == list(range(1, len(seen) - 2))
