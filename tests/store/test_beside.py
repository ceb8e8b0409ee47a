import threading
from functools import partial
from pathlib import Path

import pytest

from hffix.model import merkle
from hffix.store.beside import Beside
from hffix.store.line_files import LineFile


def test_pieces_are_done_in_their_order_in_another_thread() -> None:
    beside, done = Beside(), list[int]()

    def work(number: int) -> threading.Thread:
        done.append(number)
        return threading.current_thread()

    names = [beside.do(partial(work, number)) for number in range(9)]
    beside.wait()
    beside.close()

    assert done == list(range(9))
    assert threading.current_thread() not in {name() for name in names}


def test_what_fails_is_told_at_the_end_or_before() -> None:
    beside = Beside()

    def fail() -> None:
        raise OSError("full")

    beside.do(fail)
    with pytest.raises(OSError, match="full"):
        beside.wait()
    with pytest.raises(OSError, match="full"):
        [beside.do(fail) for _ in range(9)]
    beside.close()


def test_a_file_written_beside_with_roots_from_elsewhere_is_the_same(tmp_path: Path) -> None:
    lines = [b'["%d"]' % number for number in range(10_000)]

    def rooted(some: list[bytes]) -> bytes:
        return merkle.root([merkle.leaf(line) for line in some])

    beside = Beside()
    other = LineFile(tmp_path / "other", rooted=lambda some: lambda: rooted(list(some)), beside=beside)
    plain = LineFile(tmp_path / "plain")
    for file in (plain, other):
        for start in range(0, len(lines), 3_000):
            file.add(lines[start : start + 3_000])

    assert other.finish() == plain.finish()
    assert (tmp_path / "other").read_bytes() == (tmp_path / "plain").read_bytes()
    beside.close()
