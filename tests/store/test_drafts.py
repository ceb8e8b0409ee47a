from __future__ import annotations

import os
import random
import shutil
import stat
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from hffix.errors.changesets import (
    BadManifest,
    Twins,
)
from hffix.errors.project import StorageFailed
from hffix.model import merkle
from hffix.model.manifest import PART_LINES, Root
from hffix.store.changesets import (
    ChangeSet,
    Sums,
    all_change_sets,
    draft,
)
from hffix.store.projects import Project

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from tests.store.conftest import Planner

SECOND = "rows-00002.jsonl.zst"


def sums_of(folder: Path, lines: list[bytes], *, at_once: int) -> Sums:
    with draft(folder) as begun:
        for at in range(0, len(lines), at_once):
            begun.add(lines[at : at + at_once])
        return begun.sums


@pytest.mark.parametrize("at_once", [1000, PART_LINES, 100_000])
def test_the_sums_are_those_of_the_lines_however_they_arrive(tmp_path: Path, at_once: int, many: list[bytes]) -> None:
    leaves = [merkle.leaf(line) for line in many]
    first, second = leaves[:PART_LINES], leaves[PART_LINES:]
    assert sums_of(tmp_path, many, at_once=at_once) == Sums(
        root=merkle.root(leaves).hex(),
        leaves=len(many),
        parts=(
            Root(root=merkle.root(first).hex(), leaves=PART_LINES),
            Root(root=merkle.root(second).hex(), leaves=len(second)),
        ),
        unresolved=Root(root=merkle.EMPTY.hex(), leaves=0),
    )


def test_no_lines_are_no_parts_and_the_root_of_nothing(tmp_path: Path) -> None:
    nothing = Root(root=merkle.EMPTY.hex(), leaves=0)
    assert sums_of(tmp_path, [], at_once=1) == Sums(root=nothing.root, leaves=0, parts=(), unresolved=nothing)


def test_a_full_last_part_has_no_empty_one_after_it(planner: Planner, many: list[bytes]) -> None:
    change_set = planner.plan(many[:PART_LINES])
    assert [part.leaves for part in change_set.manifest.parts] == [PART_LINES]
    assert [path.name for path in planner.rows(change_set).glob("rows-*")] == ["rows-00001.jsonl.zst"]


def test_a_change_set_holds_the_files_of_its_format_for_its_owner_only(
    planner: Planner, of_two_parts: ChangeSet, many: list[bytes]
) -> None:
    folder = planner.rows(of_two_parts)
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json", "params.jsonl", "rows-00001.jsonl.zst", SECOND, "schema.json", "unresolved.jsonl.zst",
    ]  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    lines = b"".join(zstd.decompress(path.read_bytes()) for path in sorted(folder.glob("rows-*")))
    assert lines == b"".join(line + b"\n" for line in many)


def test_an_erased_line_can_be_drafted_again_under_its_leaf(tmp_path: Path, many: list[bytes]) -> None:
    erased = [b'"%s"' % merkle.leaf(many[1]).hex().encode()]
    assert sums_of(tmp_path, many[:1] + erased + many[2:9], at_once=9) == sums_of(tmp_path, many[:9], at_once=9)


def test_params_are_written_a_line_each(planner: Planner) -> None:
    with draft(planner.project.changesets) as begun:
        manifest = planner.manifest(begun.sums)
        params = [b'["s","n","1"]', b'["s","n","2"]']
        change_set = begun.finish(
            manifest, schema=planner.described, params=params, approvals=planner.project.approvals
        )
    assert (planner.rows(change_set) / "params.jsonl").read_bytes() == b'["s","n","1"]\n["s","n","2"]\n'


def test_a_draft_that_is_not_finished_leaves_nothing(planner: Planner, project: Project, many: list[bytes]) -> None:
    with draft(project.changesets) as begun:
        begun.add(many)
        assert len(planner.names()) == 5
    assert planner.names() == ["changesets"]


def test_a_draft_is_no_change_set_while_it_is_written(project: Project, many: list[bytes]) -> None:
    with draft(project.changesets) as begun:
        begun.add(many[:10])
        (inner,) = project.changesets.iterdir()
        assert inner.name.startswith(".draft-")
        assert stat.S_IMODE(inner.stat().st_mode) == 0o700
        assert all_change_sets(project) == ()


@pytest.mark.parametrize("step", ["fsync", "link", "rename"])
def test_a_draft_that_cannot_be_finished_leaves_no_change_set(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, step: str, many: list[bytes]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    planner.project.changesets.mkdir()
    monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageFailed):
        planner.plan(many[:10])
    assert planner.names() == ["changesets"]


def test_a_draft_shows_the_change_set_that_it_would_be(planner: Planner, many: list[bytes]) -> None:
    with draft(planner.project.changesets) as begun:
        begun.add(many)
        shown = begun.preview(planner.manifest(begun.sums))
        assert list(chain(*shown.blocks())) == many
        shown.verify()
    assert all_change_sets(planner.project) == ()


def test_a_manifest_with_other_sums_or_schema_finishes_no_draft(planner: Planner, many: list[bytes]) -> None:
    with draft(planner.project.changesets) as begun:
        begun.add(many[:2])
        manifest = planner.manifest(begun.sums)
        for other, schema in (
            (msgspec.structs.replace(manifest, root="0" * 64), planner.described),
            (msgspec.structs.replace(manifest, unresolved=Root(root="0" * 64, leaves=1)), planner.described),
            (manifest, {"person": {}}),
        ):
            with pytest.raises(BadManifest):
                begun.finish(other, schema=schema, approvals=planner.project.approvals)
    assert all_change_sets(planner.project) == ()


def test_the_same_change_set_may_be_written_again(planner: Planner, of_two_parts: ChangeSet, many: list[bytes]) -> None:
    with draft(planner.project.changesets) as begun:
        begun.add(many)
        begun.add_unresolved([b'["%032x","person",{"no":{"int":"1"}},"no date",null]' % 0])
        again = begun.finish(of_two_parts.manifest, schema=planner.described, approvals=planner.project.approvals)
    assert again == of_two_parts
    assert [path.name for path in planner.project.changesets.iterdir()] == [again.id]
    again.verify()


@pytest.mark.parametrize("place", ["changesets", "approvals"])
def test_another_manifest_of_the_same_twelve_digits_refuses_the_draft(
    planner: Planner, place: str, many: list[bytes]
) -> None:
    change_set = planner.plan(many[:5])
    edited = planner.edited(change_set)
    shutil.rmtree(planner.project.changesets)
    shutil.rmtree(planner.project.approvals)
    taken = planner.project.folder / place / change_set.id / "manifest.json"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(edited)
    with pytest.raises(Twins):
        planner.plan(many[:5])
    assert list(planner.project.folder.rglob("manifest.json")) == [taken]
    assert taken.read_bytes() == edited


def test_lines_in_any_number_of_pieces_come_back(planner: Planner, many: list[bytes]) -> None:
    chance = random.Random(7)
    for _ in range(20):
        lines = [many[chance.randrange(PART_LINES)] for _ in range(chance.randrange(1, 300))]
        with draft(planner.project.changesets) as begun:
            at = 0
            while at < len(lines):
                taken = chance.randrange(0, 40)
                begun.add(lines[at : at + taken])
                at += taken
            shown = begun.preview(planner.manifest(begun.sums))
            start, rows = chance.randrange(len(lines)), chance.randrange(1, 50)
            assert list(chain(*shown.blocks(start=start, rows=rows))) == lines[start:]
