from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from hffix.errors.evidence import BadBackup
from hffix.errors.project import AlreadyThere, StorageFailed
from hffix.model import merkle
from hffix.model.manifest import Root
from hffix.store.backups import all_parts, erase_in_part, part_path, parts, read_part, write_part
from hffix.store.line_files import LONGEST, text_of

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "abcdef012345" + "6" * 52


def rooted() -> bytes:
    return bytes.fromhex(ROOT)


LINES = [b'["00","person",{"no":{"int":"1"}},{"name":"\xe5\xbc\xa0"}]', b'["01","person",{"no":{"int":"2"}},{}]']


def test_a_part_comes_back_from_the_path_that_its_run_line_and_root_name(tmp_path: Path) -> None:
    path = write_part(tmp_path, run=7, first=5001, text=text_of(LINES), root=rooted)
    assert path == tmp_path / "7" / "5001-abcdef012345.jsonl.zst" == part_path(tmp_path, run=7, first=5001, root=ROOT)
    assert read_part(path) == LINES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_part_is_never_overwritten(tmp_path: Path) -> None:
    path = write_part(tmp_path, run=7, first=1, text=text_of(LINES), root=rooted)
    assert write_part(tmp_path, run=7, first=1, text=text_of(LINES), root=rooted) == path
    with pytest.raises(AlreadyThere):
        write_part(tmp_path, run=7, first=1, text=text_of(LINES[:1]), root=rooted)
    assert read_part(path) == LINES


def test_a_part_is_not_written_behind_a_link_in_the_place_of_its_run(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "7").symlink_to(elsewhere)
    with pytest.raises(StorageFailed, match="symbolic link"):
        write_part(tmp_path, run=7, first=1, text=text_of(LINES), root=rooted)
    assert list(elsewhere.iterdir()) == []


def test_a_row_may_be_longer_than_a_line_of_a_change_set(tmp_path: Path) -> None:
    lines = [b"x" * (LONGEST + 1), b"y"]
    assert read_part(write_part(tmp_path, run=7, first=1, text=text_of(lines), root=rooted)) == lines


def test_the_parts_of_a_run_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    written = [
        write_part(tmp_path, run=7, first=first, text=text_of(LINES), root=rooted) for first in (5001, 1, 10_001, 999)
    ]
    write_part(tmp_path, run=8, first=1, text=text_of(LINES), root=rooted)
    (tmp_path / "7" / ".1-abcdef012345.jsonl.zst.x.tmp").touch()
    assert parts(tmp_path, 7) == (written[1], written[3], written[0], written[2])
    assert parts(tmp_path, 9) == ()


def test_a_part_that_is_missing_or_damaged_is_refused_by_name(tmp_path: Path) -> None:
    path = write_part(tmp_path, run=7, first=1, text=text_of(LINES), root=rooted)
    path.write_bytes(path.read_bytes()[:-1])
    for bad in (path, tmp_path / "7" / "2-abcdef012345.jsonl.zst"):
        with pytest.raises(BadBackup, match=bad.name):
            read_part(bad)


def test_a_row_is_erased_from_its_part_however_long_it_is(tmp_path: Path) -> None:
    lines = [b"x" * (LONGEST + 1), b"y"]
    root = merkle.root([merkle.leaf(line) for line in lines]).hex()
    path = write_part(tmp_path, run=7, first=1, text=text_of(lines), root=lambda: bytes.fromhex(root))
    assert erase_in_part(path, {merkle.leaf(b"y")}, stated=Root(root=root, leaves=2)) == 1
    assert read_part(path) == [lines[0], b'"%s"' % merkle.leaf(b"y").hex().encode()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_parts_are_listed_by_run_and_line(tmp_path: Path) -> None:
    made = [
        write_part(tmp_path, run=run, first=first, text=text_of(LINES), root=rooted)
        for run, first in ((10, 1), (9, 5), (9, 1))
    ]
    (tmp_path / "heads").mkdir()
    assert all_parts(tmp_path) == tuple(reversed(made))
    assert all_parts(tmp_path / "nowhere") == ()
