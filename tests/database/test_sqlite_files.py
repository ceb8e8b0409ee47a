import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hffix.database import open_for_reading, open_for_writing
from hffix.database.session import Row
from hffix.database.target import open_scratch, run_lock
from hffix.errors.project import AlreadyThere
from hffix.errors.targets import Busy, CannotReach, Held, NotDurable, NotUtf8, UnknownEngine
from tests.database.conftest import GBK, UNREADABLE, URL, File

ROLLED_BACK = ("fund.db was left by a killed writer; SQLite rolled its last transaction back",)


def filled(file: File, *, journal: str = "delete", rows: int = 3) -> File:
    file.run(f"PRAGMA journal_mode = {journal}; CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    return file.run("", *((n, "old") for n in range(1, rows + 1)))


def prints(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file, but for the index that SQLite keeps of a WAL for its readers' locks."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.endswith("-shm")
    }


def read_all(file: File) -> list[object]:
    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        return [row[1] for page in snapshot.scan(table, columns=("v",)) for row in page]


@pytest.mark.parametrize("journal", ["delete", "truncate", "persist", "wal"])
def test_reading_leaves_every_byte_as_it_was(file: File, journal: str) -> None:
    filled(file, journal=journal)
    before = prints(file.folder)

    assert read_all(file) == ["old"] * 3

    assert {
        name: print_ for name, print_ in prints(file.folder).items() if print_ != hashlib.sha256().hexdigest()
    } == before


def test_reading_beside_a_wal_with_unflushed_frames_sees_them_and_does_not_flush_them(file: File) -> None:
    filled(file, journal="wal")
    with file.outsider() as writer:
        writer.execute("UPDATE t SET v = 'new' WHERE id = 2")
        before = prints(file.folder)
        assert (file.folder / "fund.db-wal").stat().st_size > 0

        assert read_all(file) == ["old", "new", "old"]

        assert prints(file.folder) == before


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_snapshot_is_one_state_and_keeps_no_writer_out(file: File, journal: str) -> None:
    filled(file, journal=journal)
    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        assert snapshot.rows(table, keys=[(1,)]) == {(1,): (1, "old")}

        file.run("UPDATE t SET v = 'new'; CREATE TABLE u (a)")

        assert snapshot.rows(table, keys=[(1,), (2,)]) == {(1,): (1, "old"), (2,): (2, "old")}
        assert not snapshot.has_table("u")
    assert read_all(file) == ["new"] * 3


def hot_journal(file: File) -> File:
    """Copy file and journal from the midst of a transaction whose pages are partly in the file already."""
    other = File(file.folder / "origin")
    other.folder.mkdir()
    filled(other, rows=2000)
    with other.outsider() as writer:
        writer.execute("PRAGMA cache_size = 5")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE t SET v = 'half a transaction, long enough to spill'")
        for suffix in ("", "-journal"):
            shutil.copyfile(f"{other.path}{suffix}", f"{file.path}{suffix}")
        writer.execute("ROLLBACK")
    return file


def test_a_file_that_a_killed_writer_left_is_recovered_and_the_snapshot_says_so(file: File) -> None:
    hot_journal(file)
    assert b"half a transaction" in file.path.read_bytes()

    with file.snapshot() as snapshot:
        assert snapshot.notes == ROLLED_BACK
        assert snapshot.single("SELECT count(*) FROM t WHERE v = 'old'") == 2000
    with file.snapshot() as snapshot:
        assert snapshot.notes == ()


KILLED_WRITER = """\
import os, sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("PRAGMA cache_size = 5")
writer.execute("BEGIN IMMEDIATE")
writer.execute("UPDATE t SET v = 'half a transaction, long enough to spill'")
os._exit(9)
"""


def test_a_writer_that_was_really_killed_is_recovered_too(file: File) -> None:
    filled(file, rows=2000)
    killed = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(file.path)], check=False)
    assert killed.returncode == 9

    with file.snapshot() as snapshot:
        assert snapshot.notes == ROLLED_BACK
    assert read_all(file) == ["old"] * 2000


def test_a_writer_that_was_killed_beside_a_wal_leaves_nothing_to_say(file: File) -> None:
    filled(file, journal="wal")
    other = File(file.folder / "copy")
    other.folder.mkdir()
    with file.outsider() as writer:
        writer.execute("UPDATE t SET v = 'new' WHERE id = 1")
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{file.path}{suffix}", f"{other.path}{suffix}")

    with other.snapshot() as snapshot:
        assert snapshot.notes == ()
    assert read_all(other) == ["new", "old", "old"]


@pytest.mark.parametrize("journal", ["persist", "delete"])
def test_a_journal_that_is_kept_or_a_living_writer_s_is_no_killed_writer_s(file: File, journal: str) -> None:
    filled(file, journal=journal)
    with file.outsider() as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
        writer.execute("UPDATE t SET v = 'new' WHERE id = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE t SET v = 'newer' WHERE id = 1")
        assert (file.folder / "fund.db-journal").stat().st_size > 0

        with file.snapshot() as snapshot:
            assert snapshot.notes == ()
            assert snapshot.rows(snapshot.table("t"), keys=[(1,)]) == {(1,): (1, "new")}
        writer.execute("ROLLBACK")


@pytest.mark.parametrize("opening", [File.snapshot, File.session])
def test_a_file_in_utf_16_is_refused(file: File, opening: Callable[[File], "object"]) -> None:
    file.run("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id INTEGER PRIMARY KEY)")

    with pytest.raises(NotUtf8, match=r"fund\.db"), opening(file):  # type: ignore[attr-defined]
        pass


@pytest.mark.parametrize("opening", [open_for_reading, open_for_writing])
def test_what_is_no_database_is_refused_and_none_is_made(file: File, opening: Callable[..., "object"]) -> None:
    with pytest.raises(CannotReach), opening(URL, folder=file.folder):  # type: ignore[attr-defined]
        pass
    assert list(file.folder.iterdir()) == []

    file.path.write_text("2024-03-05,张敏\n" * 100)
    with pytest.raises(CannotReach, match="not a database"), opening(URL, folder=file.folder):  # type: ignore[attr-defined]
        pass


@pytest.mark.parametrize("url", ["nowhere://host/fund", "nowhere+driver://x", "sqlite://", "fund.db", ""])
def test_a_url_of_another_engine_or_of_none_is_refused(file: File, url: str) -> None:
    with pytest.raises(UnknownEngine), open_for_reading(url, folder=file.folder):
        pass


def test_an_unreadable_url_does_not_show_a_password(file: File) -> None:
    with pytest.raises(UnknownEngine) as refused:
        open_for_reading("postgres://an:geheim@@host:port", folder=file.folder)

    assert "geheim" not in str(refused.value)


def test_a_url_s_path_may_be_absolute(file: File) -> None:
    filled(file)

    with open_for_reading(f"sqlite:///{file.path}", folder=Path("/nowhere")) as snapshot:
        assert snapshot.has_table("t")


@pytest.mark.parametrize("journal", ["wal", "delete", "truncate", "persist"])
def test_a_session_says_under_which_settings_a_commit_is_safe(file: File, journal: str) -> None:
    filled(file, journal=journal)

    with file.session() as session:
        if journal != "wal":  # every mode but WAL is the connection's own
            session.connection.exec_driver_sql(f"PRAGMA journal_mode = {journal}")
        assert session.durability() == {"journal_mode": journal, "synchronous": "2"}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("journal_mode = OFF", "journal mode off"), ("journal_mode = MEMORY", "journal mode memory"),
        ("synchronous = NORMAL", "synchronous 1"), ("synchronous = OFF", "synchronous 0"),
        ("foreign_keys = OFF", "foreign keys are not enforced"),
    ],
)  # fmt: skip
def test_a_session_whose_commit_could_be_lost_or_that_checks_no_reference_is_refused(
    file: File, setting: str, message: str
) -> None:
    filled(file)

    with file.session() as session:
        session.connection.exec_driver_sql(f"PRAGMA {setting}")
        with pytest.raises(NotDurable, match=message):
            session.durability()


def test_a_session_waits_for_nobody_for_long(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hffix.database.sqlite_files.BUSY_SECONDS", 0.05)
    filled(file, journal="wal")

    with file.outsider() as writer, file.session() as session:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match=r"fund\.db is locked"):
            session.begin()


def test_one_session_holds_a_lineage_and_another_is_told_who(file: File) -> None:
    filled(file)
    with (
        run_lock(URL, folder=file.folder, holder=lambda: "nobody"),
        pytest.raises(Held, match=r"held by wang\.qiang"),
        run_lock(URL, folder=file.folder, holder=lambda: "wang.qiang"),
    ):
        pass
    with run_lock(URL, folder=file.folder, holder=lambda: "nobody"):
        pass


@pytest.mark.parametrize("path", [None, Path("new/scratch.db")])
def test_a_scratch_database_gives_rows_back_as_they_were_put(file: File, path: Path | None) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v NUMERIC, g AS (v), w)")
    rows: list[Row] = [(1, "0012", -0.0), (2, UNREADABLE, GBK), (3, None, "a\x00"), (4, 1.0, 2**63 - 1), (5, "12", 12)]
    with file.snapshot() as snapshot:
        table = snapshot.table("t")

    with open_scratch(path and file.folder / path, like=URL) as scratch:
        scratch.put(table, rows[:2])
        scratch.put(table, rows[2:])
        assert repr(scratch.get(table)) == repr(rows)

    if path:
        with closing(sqlite3.connect(file.folder / path)) as kept:
            assert kept.execute("SELECT count(*) FROM t").fetchone() == (5,)
        with pytest.raises(AlreadyThere), open_scratch(file.folder / path, like=URL):
            pass
