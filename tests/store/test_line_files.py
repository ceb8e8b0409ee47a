from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import LineTooLong, NotCanonical, RowsChanged
from hffix.errors.project import StorageFailed
from hffix.model import merkle
from hffix.model.manifest import Root
from hffix.store.line_files import (
    LONGEST,
    LineFile,
    compress,
    erase_lines,
    is_erased,
    leaf_of,
    leaves_of,
    split_lines,
    text_of,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from pathlib import Path

WIDE = zstd.ZstdCompressor(options={int(zstd.CompressionParameter.window_log): 27})
LINES = some.lists(
    some.one_of(some.binary().filter(lambda line: b"\n" not in line), some.just(b'"' + b"a" * 64 + b'"'))
)


@given(lines=LINES)
def test_lines_come_back_with_the_root_of_their_leaves(lines: list[bytes]) -> None:
    data = zstd.compress(b"".join(line + b"\n" for line in lines))
    assert [line for some_lines in split_lines(data, most=len(lines)) for line in some_lines] == lines
    root = leaves_of(data, most=len(lines)).root()
    assert (root.root, root.leaves) == (merkle.root([leaf_of(line) for line in lines]).hex(), len(lines))


def test_an_erased_line_counts_as_its_leaf_and_nothing_else_does() -> None:
    erased = b'"' + b"0f" * 32 + b'"'
    assert leaf_of(erased) == b"\x0f" * 32
    for other in (erased[1:-1], erased.upper(), erased[:-2] + b'"', erased + b" ", b"[" + erased + b"]"):
        assert leaf_of(other) == merkle.leaf(other)


def test_a_file_written_in_pieces_is_the_file_of_all_lines(tmp_path: Path) -> None:
    lines = [b"[%d]" % number for number in range(70_000)]
    file = LineFile(tmp_path / "a")
    for at in range(0, len(lines), 999):
        file.add(lines[at : at + 999])
    file.add([])
    root = file.finish()
    data = (tmp_path / "a").read_bytes()
    assert (
        root == leaves_of(data, most=len(lines)).root() == leaves_of(compress(text_of(lines)), most=len(lines)).root()
    )
    assert [line for some_lines in split_lines(data, most=len(lines)) for line in some_lines] == lines


def test_a_file_of_lines_is_never_opened_over_another(tmp_path: Path) -> None:
    LineFile(tmp_path / "a").close()
    with pytest.raises(StorageFailed):
        LineFile(tmp_path / "a")


def test_a_line_that_holds_a_line_end_is_refused() -> None:
    with pytest.raises(NotCanonical):
        compress(text_of([b"[1]", b"[2\n]"]))


def test_a_line_is_as_long_as_a_reader_takes_and_no_longer() -> None:
    longest = b"x" * LONGEST
    assert list(split_lines(compress(text_of([longest])), most=1)) == [[longest]]
    with pytest.raises(LineTooLong):
        compress(text_of([longest + b"x"]))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "cut"),
        (b"no zstd", "frame"),
        (compress(text_of([b"1", b"2"]))[:-1], "cut"),
        (compress(text_of([b"1", b"2"])) + b"x", "follow"),
        (compress(text_of([b"1"])) + compress(text_of([b"2"])), "follow"),
        (compress(text_of([b"1", b"2", b"3"])), "more lines"),
        (zstd.compress(b"1\n2"), "no end"),
        (zstd.compress(b"\n" * 2**27), "more lines"),
        (zstd.compress(b"x" * 2**27), "longer than 8 MiB"),
        (WIDE.compress(b"1\n") + WIDE.flush(), "too much memory"),
    ],
    ids=["empty", "other", "cut", "tail", "second frame", "extra line", "no end", "many", "long", "window"],
)
def test_a_file_that_was_not_made_here_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(RowsChanged, match=fault):
        leaves_of(data, most=2)


def written(path: Path, lines: list[bytes]) -> Root:
    path.write_bytes(compress(text_of(lines)))
    return leaves_of(path.read_bytes(), most=len(lines)).root()


def lines_in(path: Path) -> list[bytes]:
    return [line for lines in split_lines(path.read_bytes(), most=100_000) for line in lines]


def test_an_erased_line_is_its_leaf_and_the_root_stays(tmp_path: Path) -> None:
    lines = [b"[%d]" % number for number in range(70_000)]
    path = tmp_path / "a"
    stated = written(path, lines)
    gone = {merkle.leaf(lines[3]), merkle.leaf(lines[69_999]), merkle.leaf(b"of another file")}
    assert erase_lines(path, gone, stated=stated) == 2
    after = lines_in(path)
    assert after[3] == b'"' + merkle.leaf(b"[3]").hex().encode() + b'"'
    assert [is_erased(line) for line in after].count(True) == 2
    assert leaves_of(path.read_bytes(), most=70_000).root() == stated
    assert erase_lines(path, gone, stated=stated) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_file_that_does_not_give_its_root_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a"
    stated = written(path, [b"[1]", b"[2]"])
    before = written(path, [b"[1]", b"[3]"])
    with pytest.raises(RowsChanged):
        erase_lines(path, {merkle.leaf(b"[1]")}, stated=stated)
    assert (lines_in(path), before == stated) == ([b"[1]", b"[3]"], False)
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_what_a_crash_left_beside_a_file_does_not_stop_its_erasure(tmp_path: Path) -> None:
    path = tmp_path / "a"
    stated = written(path, [b"[1]", b"[2]"])
    (tmp_path / ".a.erased.tmp").write_bytes(b"half")
    assert erase_lines(path, {merkle.leaf(b"[1]")}, stated=stated) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_file_under_another_name_is_erased_where_it_lies(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    stated = written(real, [b"[1]", b"[2]"])
    link.symlink_to(real)
    assert erase_lines(link, {merkle.leaf(b"[1]")}, stated=stated) == 1
    assert is_erased(lines_in(real)[0])
    assert link.is_symlink()


def test_lines_say_whether_one_was_erased_or_is_to_be() -> None:
    lines = [b"[1]", b"[2]"]
    erased = [b'"%s"' % merkle.leaf(b"[1]").hex().encode(), b"[2]"]
    for stored, gone, told in (
        (lines, set(), False),
        (lines, {merkle.leaf(b"[2]")}, True),
        (lines, {merkle.leaf(b"[3]")}, False),
        (erased, set(), True),
    ):
        found = leaves_of(compress(text_of(stored)), most=2, erased=gone)
        assert (found.holds_erased, found.root()) == (told, leaves_of(compress(text_of(lines)), most=2).root())
