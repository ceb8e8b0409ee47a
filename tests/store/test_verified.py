from __future__ import annotations

import shutil
import sys
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
import pytest

from hffix.errors.changesets import (
    RowsChanged,
    RowsMissing,
)
from hffix.model import merkle
from hffix.model.manifest import PART_LINES
from hffix.store.changesets import (
    ChangeSet,
    UnresolvedLine,
    find,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.store.conftest import Planner

SECOND = "rows-00002.jsonl.zst"


@pytest.mark.parametrize("start", [0, 1, 4999, 65_535, 65_536, 65_537, 68_535, 68_536, 68_537])
@pytest.mark.parametrize("rows", [700, 5000, 100_000])
def test_blocks_give_the_lines_from_any_start(
    of_two_parts: ChangeSet, start: int, rows: int, many: list[bytes]
) -> None:
    blocks = list(of_two_parts.blocks(start=start, rows=rows))
    assert list(chain(*blocks)) == many[start:]
    assert all(len(block) == rows for block in blocks[:-1])
    assert all(0 < len(block) <= rows for block in blocks)


def test_an_earlier_part_is_not_read_where_the_start_is_after_it(
    planner: Planner, of_two_parts: ChangeSet, many: list[bytes]
) -> None:
    (planner.rows(of_two_parts) / "rows-00001.jsonl.zst").unlink()
    assert list(chain(*of_two_parts.blocks(start=PART_LINES))) == many[PART_LINES:]


def test_an_erased_line_leaves_the_root_as_it_was(planner: Planner, of_two_parts: ChangeSet, many: list[bytes]) -> None:
    erased = b'"%s"' % merkle.leaf(many[-1]).hex().encode()
    lines = [*many[PART_LINES:-1], erased]
    (planner.rows(of_two_parts) / SECOND).write_bytes(zstd.compress(b"".join(line + b"\n" for line in lines)))
    of_two_parts.verify()
    assert list(chain(*of_two_parts.blocks()))[-1] == erased


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def relined(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    def tampered(data: bytes) -> bytes:
        lines = zstd.decompress(data).split(b"\n")[:-1]
        return zstd.compress(b"".join(line + b"\n" for line in change(lines)))

    return tampered


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "a bit flipped": flipped,
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "something after it": lambda data: data + b"\x00",
    "a second frame": lambda data: data + zstd.compress(b"[]\n"),
    "a line removed": relined(lambda lines: lines[:-1]),
    "the first line removed": relined(lambda lines: lines[1:]),
    "an extra line": relined(lambda lines: [*lines, lines[-1]]),
    "two lines swapped": relined(lambda lines: [lines[1], lines[0], *lines[2:]]),
    "a value changed": relined(lambda lines: [*lines[:-1], lines[-1].replace(b'"2"', b'"3"')]),
    "the last line end removed": lambda data: zstd.compress(zstd.decompress(data)[:-1]),
    "a bomb of lines": lambda _: zstd.compress(b"[]\n" * 10**7),
    "a bomb of one line": lambda _: zstd.compress(b"x" * 10**8),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_no_line_of_a_part_that_was_changed_is_given(
    planner: Planner, of_two_parts: ChangeSet, kind: str, many: list[bytes]
) -> None:
    path = planner.rows(of_two_parts) / SECOND
    path.write_bytes(TAMPERED[kind](path.read_bytes()))
    given: list[bytes] = []
    with pytest.raises(RowsChanged, match=SECOND):
        given.extend(chain.from_iterable(of_two_parts.blocks(rows=1000)))
    assert given == many[: len(given)]
    assert len(given) <= PART_LINES
    with pytest.raises(RowsChanged, match=SECOND):
        next(of_two_parts.blocks(start=PART_LINES))
    with pytest.raises(RowsChanged, match=SECOND):
        of_two_parts.verify()


def test_swapped_parts_are_refused_before_any_line(planner: Planner, of_two_parts: ChangeSet) -> None:
    first, second = sorted(planner.rows(of_two_parts).glob("rows-*"))
    first_bytes = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_bytes)
    with pytest.raises(RowsChanged, match=first.name):
        next(of_two_parts.blocks())


def test_what_is_given_is_what_was_verified_though_the_file_changes_meanwhile(
    planner: Planner, of_two_parts: ChangeSet, many: list[bytes]
) -> None:
    blocks = of_two_parts.blocks(start=PART_LINES, rows=1000)
    first = next(blocks)
    (planner.rows(of_two_parts) / SECOND).write_bytes(b"")
    assert [*first, *chain(*blocks)] == many[PART_LINES:]


def test_a_manifest_whose_parts_are_not_of_its_root_gives_no_line(of_two_parts: ChangeSet) -> None:
    manifest = msgspec.structs.replace(of_two_parts.manifest, root="0" * 64)
    other = ChangeSet(manifest=manifest, digest=manifest.digest, folder=of_two_parts.folder)
    for attempt in (lambda: next(other.blocks()), other.verify):
        with pytest.raises(RowsChanged, match="do not give its root"):
            attempt()


def test_a_whole_change_set_verifies(of_two_parts: ChangeSet) -> None:
    of_two_parts.verify()


def test_unresolved_rows_come_back_parsed_and_without_the_erased(planner: Planner) -> None:
    lines = [b'["%032x","t",{"no":{"int":"1"}},"no date","a!b!%d"]' % (number, number) for number in range(2)]
    erased = b'"%s"' % merkle.leaf(b"gone").hex().encode()
    change_set = planner.plan([], unresolved=[lines[0], erased, lines[1]])
    assert list(change_set.unresolved()) == [
        UnresolvedLine(f"{n:032x}", "t", {"no": {"int": "1"}}, "no date", f"a!b!{n}") for n in range(2)
    ]


def test_changed_unresolved_rows_are_refused(planner: Planner, of_two_parts: ChangeSet) -> None:
    (planner.rows(of_two_parts) / "unresolved.jsonl.zst").write_bytes(zstd.compress(b""))
    for attempt in (of_two_parts.verify, lambda: next(of_two_parts.unresolved())):
        with pytest.raises(RowsChanged, match="unresolved"):
            attempt()


def test_the_schema_comes_back_and_not_another_one(planner: Planner, of_two_parts: ChangeSet) -> None:
    assert of_two_parts.schema() == {"person": {"key": ["person_no"], "columns": {"phone": {"type": "TEXT"}}}}
    (planner.rows(of_two_parts) / "schema.json").write_bytes(b'{"person":{}}')
    with pytest.raises(RowsChanged, match="schema"):
        of_two_parts.schema()


def test_without_its_rows_a_change_set_is_known_but_cannot_be_read(planner: Planner, of_two_parts: ChangeSet) -> None:
    shutil.rmtree(planner.rows(of_two_parts))
    found = find(planner.project, of_two_parts.id)
    assert found == ChangeSet(manifest=of_two_parts.manifest, digest=of_two_parts.digest, folder=None)
    for attempt in (
        found.verify, found.schema, lambda: next(found.blocks()), lambda: next(found.unresolved()),
    ):  # fmt: skip
        with pytest.raises(RowsMissing, match=found.id):
            attempt()


def test_a_part_that_is_not_there_is_missing(planner: Planner, of_two_parts: ChangeSet) -> None:
    (planner.rows(of_two_parts) / SECOND).unlink()
    with pytest.raises(RowsMissing, match=SECOND):
        of_two_parts.verify()
