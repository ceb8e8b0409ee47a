import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from hffix.errors.evidence import BadBackup, NoSuchRun
from hffix.errors.project import AlreadyThere
from hffix.workflow.backup import list_parts, restore, verify_parts
from tests.workflow.office import AUDITOR, LEADER, Office, dying_at
from tests.workflow.pictures import picture


def test_every_part_is_listed_with_the_run_and_the_line_it_begins_at(office: Office) -> None:
    run = office.correct("1", chunk_rows=4).run
    parts = list_parts(office.setting())
    assert [(part.run, part.first, part.rows, part.named) for part in parts] == [
        (run, 1, 4, True), (run, 5, 4, True), (run, 9, 3, True),
    ]  # fmt: skip
    assert [part.bytes for part in parts] == [part.path.stat().st_size for part in parts]
    assert {stat.S_IMODE(part.path.stat().st_mode) for part in parts} == {0o600}


def test_a_part_that_no_record_names_is_listed_but_does_not_count(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    with dying_at("chunk.written"):
        office.apply(change_set)
    office.apply(change_set)
    assert sorted((part.named, part.rows) for part in list_parts(office.setting())) == [(False, 11), (True, 11)]
    assert [part.named for part in verify_parts(office.setting())] == [True]


def test_the_drill_restores_every_part_and_proves_it(office: Office) -> None:
    first = office.correct("1", chunk_rows=4).run
    second = office.correct("3", approvers=(LEADER, AUDITOR)).run
    assert [(part.run, part.rows) for part in verify_parts(office.setting())] == [
        (first, 4), (first, 4), (first, 3), (second, 1),
    ]  # fmt: skip
    assert [part.run for part in verify_parts(office.setting(), run=second)] == [second]
    with pytest.raises(NoSuchRun):
        verify_parts(office.setting(), run=99)


def test_a_part_that_is_missing_cut_or_another_one_is_refused(office: Office) -> None:
    office.correct("1", chunk_rows=4)
    first, second, third = (part.path for part in list_parts(office.setting()))
    whole = first.read_bytes()
    for damage in (second.read_bytes(), whole[:-3], b""):
        first.write_bytes(damage)
        with pytest.raises(BadBackup, match=first.name) as refused:
            verify_parts(office.setting())
        assert refused.value.status == 6
    first.write_bytes(whole)
    third.unlink()
    with pytest.raises(BadBackup, match="missing"):
        verify_parts(office.setting())


def test_a_restored_run_is_its_rows_as_they_were_before_it(office: Office, tmp_path: Path) -> None:
    before = picture(office.database)
    run = office.correct("1", chunk_rows=4).run
    path, rows = restore(office.setting(), run, folder=tmp_path / "restored")
    assert (path, rows) == (tmp_path / "restored" / f"run-{run}.db", 11)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert picture(path) == {"person": before["person"][:11]}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_restore_never_overwrites_and_leaves_nothing_half_done(office: Office, tmp_path: Path) -> None:
    run = office.correct("1", chunk_rows=4).run
    path, _ = restore(office.setting(), run, folder=tmp_path / "restored")
    whole = path.read_bytes()
    with pytest.raises(AlreadyThere):
        restore(office.setting(), run, folder=tmp_path / "restored")
    assert path.read_bytes() == whole
    list_parts(office.setting())[2].path.unlink()
    with pytest.raises(BadBackup):
        restore(office.setting(), run, folder=tmp_path / "again")
    assert list((tmp_path / "again").iterdir()) == []
