from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from hffix.errors.changesets import (
    AmbiguousChangeSet,
    RowsChanged,
    Twins,
    UnknownChangeSet,
)
from hffix.model import canonical
from hffix.model.manifest import read_manifest
from hffix.store.changesets import (
    ChangeSet,
    all_change_sets,
    damaged,
    find,
    known_manifest,
)
from hffix.store.projects import Project

if sys.version_info >= (3, 14):
    pass
else:
    pass

if TYPE_CHECKING:
    from tests.store.conftest import Planner


def test_the_manifest_stands_where_it_is_approved_too(planner: Planner, of_two_parts: ChangeSet) -> None:
    approved = planner.project.approvals / of_two_parts.id / "manifest.json"
    data = approved.read_bytes()
    assert (canonical.digest(data), read_manifest(data)) == (of_two_parts.digest, of_two_parts.manifest)
    assert data == (planner.rows(of_two_parts) / "manifest.json").read_bytes()
    assert of_two_parts == find(planner.project, of_two_parts.id)


def test_twins_refuse_every_call(planner: Planner, monkeypatch: pytest.MonkeyPatch, many: list[bytes]) -> None:
    change_set, other = planner.plan(many[:5]), planner.plan(many[:6])
    edited = planner.edited(change_set)
    (planner.rows(change_set) / "manifest.json").write_bytes(edited)
    plain = canonical.digest
    # Nobody has half a minute in a test: the edited manifest is given the digits that a search would find.
    monkeypatch.setattr(canonical, "digest", lambda data: change_set.id + "f" * 52 if data == edited else plain(data))
    for attempt in (
        lambda: find(planner.project, other.digest),
        lambda: find(planner.project, "no digits"),
        lambda: all_change_sets(planner.project),
        lambda: known_manifest(planner.project, other.digest),
    ):
        with pytest.raises(Twins, match=change_set.digest):
            attempt()


@pytest.mark.parametrize("place", ["changesets", "approvals"])
def test_an_edited_manifest_refuses_its_own_change_set_and_no_other(
    planner: Planner, place: str, many: list[bytes]
) -> None:
    change_set, other = planner.plan(many[:5]), planner.plan(many[:6])
    path = planner.project.folder / place / change_set.id / "manifest.json"
    path.write_bytes(planner.edited(change_set))
    for beginning in (change_set.id[:8], change_set.id, change_set.digest):
        with pytest.raises(RowsChanged, match=change_set.id):
            find(planner.project, beginning)
    assert (find(planner.project, other.digest), all_change_sets(planner.project)) == (other, (other,))
    assert damaged(planner.project) == (change_set.id,)
    # The copy that is still what its digest says is as good as ever.
    assert known_manifest(planner.project, change_set.digest) == change_set.manifest


def test_a_change_set_is_found_by_any_unambiguous_beginning(planner: Planner, many: list[bytes]) -> None:
    made = [planner.plan(many[:2], title=f"Phones {number}") for number in range(3)]
    for change_set in made:
        for digits in (12, 13, 64):
            assert find(planner.project, change_set.digest[:digits]) == change_set
        assert find(planner.project, change_set.digest.upper()) == change_set
        assert known_manifest(planner.project, change_set.digest) == change_set.manifest
        assert known_manifest(planner.project, change_set.id) is None
    assert all_change_sets(planner.project) == tuple(sorted(made, key=lambda one: one.digest))


@pytest.mark.parametrize("beginning", ["", "abc", "g" * 12, "0" * 65, "../..", "ffffffffffff"])
def test_an_unknown_beginning_is_refused(planner: Planner, beginning: str, many: list[bytes]) -> None:
    planner.plan(many[:2])
    with pytest.raises(UnknownChangeSet):
        find(planner.project, beginning)


def test_a_beginning_of_two_is_ambiguous_and_names_both(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, many: list[bytes]
) -> None:
    first, second = planner.plan(many[:2]), planner.plan(many[:3])
    plain, folders = canonical.digest, {}
    for number, change_set in enumerate((first, second)):
        digest = f"abcd{number}" + "0" * 59
        folders[change_set.digest] = digest
        for place in (planner.project.changesets, planner.project.approvals):
            (place / change_set.id).rename(place / digest[:12])
    monkeypatch.setattr(canonical, "digest", lambda data: folders.get(plain(data), plain(data)))
    with pytest.raises(AmbiguousChangeSet, match="abcd00000000, abcd10000000"):
        find(planner.project, "abcd")
    assert find(planner.project, "abcd1").manifest == second.manifest


def test_in_an_empty_project_there_is_no_change_set(project: Project) -> None:
    assert all_change_sets(project) == ()
    with pytest.raises(UnknownChangeSet):
        find(project, "abcd")
