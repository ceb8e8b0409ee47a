"""A reviewer takes rows out: what stays is the parent's own bytes, and nothing else is written."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hffix.errors.approvals import MayNotApprove, NotApproved
from hffix.model import canonical
from hffix.model.manifest import Manifest, Struck, read_manifest
from hffix.store.changesets import ChangeSet
from hffix.workflow.rollback import rollback
from hffix.workflow.status import status
from hffix.workflow.verify import verify
from tests.workflow.crafting import (
    DECLINED,
    LINES,
    SALT,
    bytes_of,
    craft,
    crafting_office,
    loan,
    person,
    struck,
    without,
)
from tests.workflow.office import AUTHOR, LEADER, OPERATOR, Office
from tests.workflow.planning import desk_at


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return crafting_office(tmp_path / "office")


@pytest.fixture
def parent(office: Office) -> ChangeSet:
    return craft(office, LINES)


def days(office: Office) -> dict[object, object]:
    return {row[0]: row[1] for row in office.ask("SELECT id, opened_on FROM person")}


def test_what_stays_is_the_parent_s_own_bytes_in_the_parent_s_order(office: Office, parent: ChangeSet) -> None:
    before = bytes_of(parent)

    smaller = struck(office, parent, rows=("3", "gone"))

    assert bytes_of(smaller.change_set) == without(3, 9)
    assert bytes_of(parent) == before


def test_the_smaller_one_names_its_parent_who_struck_and_why(office: Office, parent: ChangeSet) -> None:
    manifest = struck(office, parent, rows=("3", "gone"), why=" 早于 1991 ", by=LEADER).change_set.manifest

    assert manifest.parent == parent.digest
    assert manifest.struck == Struck(count=2, by=LEADER, why="早于 1991")


def test_without_a_known_person_user_and_host_stand_for_who_struck(office: Office, parent: ChangeSet) -> None:
    assert struck(office, parent, rows=("3",)).change_set.manifest.struck == Struck(
        count=1, by="unknown@desk", why=None
    )


def test_the_sums_of_the_smaller_one_hold(office: Office, parent: ChangeSet) -> None:
    manifest = struck(office, parent, rows=("3", "gone"), cases=(2,)).change_set.manifest
    counts = manifest.counts

    assert read_manifest(manifest.to_bytes()) == manifest
    assert manifest.struck is not None
    assert (counts.scanned, manifest.struck.count) == (parent.manifest.counts.scanned, 4)
    assert counts.scanned == counts.updates + counts.deletes + counts.unchanged + counts.unresolved + 4
    assert (counts.updates, counts.inserts, counts.deletes, counts.asks) == (10, 1, 0, 2)
    assert counts.reasons == {"no such day": 3}


def test_shapes_and_columns_are_counted_again(office: Office, parent: ChangeSet) -> None:
    def common(manifest: Manifest) -> list[tuple[str | None, int]]:
        return [(shape.before, shape.rows) for shape in manifest.counts.shapes]

    manifest = struck(office, parent, rows=[str(n) for n in range(1, 7)]).change_set.manifest

    assert (common(parent.manifest), parent.manifest.counts.rare) == ([("9999/9/9", 10)], 6)
    assert (common(manifest), manifest.counts.rare) == ([], 10)
    assert manifest.counts.tables["person"].columns == {"opened_on": 6}


def test_a_row_to_be_inserted_was_never_scanned_and_does_not_count_as_struck(office: Office, parent: ChangeSet) -> None:
    smaller = struck(office, parent, rows=("new",))

    assert smaller.change_set.manifest.struck == Struck(count=0, by="unknown@desk", why=None)
    assert (smaller.struck.inserts, smaller.struck.changed) == (1, 1)
    assert bytes_of(smaller.change_set) == without(0)


def test_striking_again_adds_up(office: Office, parent: ChangeSet) -> None:
    first = struck(office, parent, rows=("3", "gone"), why="one").change_set
    second = struck(office, first, rows=("4",), cases=(2,), by=LEADER).change_set

    assert second.manifest.parent == first.digest
    assert second.manifest.struck == Struck(count=5, by=LEADER, why=None)
    assert read_manifest(second.manifest.to_bytes()).counts.scanned == parent.manifest.counts.scanned
    assert bytes_of(second) == without(3, 4, 9, *range(13, 18))


def test_unresolved_rows_the_schema_and_the_params_are_copied_byte_for_byte(office: Office) -> None:
    params = (canonical.encode([SALT, "a", "330102"]), canonical.encode([SALT, "b", None]))
    parent = craft(office, LINES, params=params)

    child = struck(office, parent, rows=("3",)).change_set

    assert [line for lines in child.unresolved_lines() for line in lines] == list(DECLINED)
    assert child.manifest.unresolved == parent.manifest.unresolved
    assert child.params() == params
    assert parent.folder is not None
    assert child.folder is not None
    for name in ("schema.json", "params.jsonl"):
        assert (child.folder / name).read_bytes() == (parent.folder / name).read_bytes()


def test_what_was_planned_stays_and_no_trial_does(office: Office) -> None:
    parent = office.plan("1", trial=True)
    assert parent.manifest.trial is not None

    manifest = struck(office, parent, rows=("3",)).change_set.manifest

    assert (manifest.trial, manifest.irreversible) == (None, None)
    changed = ("counts", "root", "leaves", "parts", "struck", "parent", "trial", "irreversible")
    restored = {name: getattr(parent.manifest, name) for name in changed}
    assert msgspec.structs.replace(manifest, **restored) == parent.manifest


def test_its_manifest_is_known_where_it_is_approved(office: Office, parent: ChangeSet) -> None:
    child = struck(office, parent, rows=("3",)).change_set

    assert (office.project.approvals / child.id / "manifest.json").read_bytes() == child.manifest.to_bytes()
    assert office.find(child.id) == child


def test_striking_the_same_for_the_same_reason_gives_the_same_change_set(office: Office, parent: ChangeSet) -> None:
    first, again = (struck(office, parent, rows=("3",), why="x").change_set for _ in range(2))

    assert first == again
    assert bytes_of(first) == without(3)


def test_a_change_set_is_cut_into_parts_again(office: Office) -> None:
    parent = craft(office, [person(number) for number in range(65_540)])

    child = struck(office, parent, rows=("0", "9", "65539")).change_set

    assert [part.leaves for part in child.manifest.parts] == [65_536, 1]
    assert bytes_of(child) == [person(n).encode() for n in range(65_540) if n not in {0, 9, 65_539}]


@settings(max_examples=20, deadline=None)
@given(some.sets(some.integers(1, 9)), some.sets(some.integers(1, 9)))
def test_striking_in_two_steps_leaves_the_same_lines_as_in_one(
    tmp_path_factory: pytest.TempPathFactory, first: set[int], second: set[int]
) -> None:
    office = crafting_office(tmp_path_factory.mktemp("x") / "office")
    parent = craft(office, [*(person(number) for number in range(1, 10)), loan("L")])

    child = parent
    for step in (first, second - first):
        child = struck(office, child, rows=[str(number) for number in step]).change_set if step else child

    assert bytes_of(child) == [
        line for number, line in enumerate(bytes_of(parent), start=1) if number not in first | second
    ]
    assert read_manifest(child.manifest.to_bytes()).counts.scanned == parent.manifest.counts.scanned
    if first | second:
        assert child.manifest.struck is not None
        assert child.manifest.struck.count == len(first | second)


def test_the_parent_s_approvals_do_not_open_the_smaller_one(office: Office) -> None:
    parent = office.approved("1")
    child = struck(office, parent, rows=("3",)).change_set

    assert status(office.setting(), child).state == "unapproved"
    with pytest.raises(NotApproved):
        office.apply(child)
    assert office.ask("SELECT opened_on FROM person WHERE id = 4") == [("1994/5/5",)]


def test_whoever_strikes_becomes_no_author_and_the_author_stays_one(office: Office) -> None:
    child = struck(office, office.plan("1"), rows=("3",), by=LEADER).change_set

    with pytest.raises(MayNotApprove):
        office.approve(child, AUTHOR)
    office.approve(child, LEADER)
    assert status(office.setting(), child).state == "approved"


def test_the_database_is_not_needed(office: Office, parent: ChangeSet) -> None:
    office.database.unlink()

    assert bytes_of(struck(office, parent, rows=("3",)).change_set) == without(3)


def test_an_apply_leaves_the_struck_rows_alone_and_the_record_is_whole(office: Office) -> None:
    before = days(office)
    parent = office.approved("1")
    child = struck(office, parent, rows=("3", "7")).change_set
    office.approve(child)

    run = office.apply(child).run

    after = days(office)
    assert {number for number in before if before[number] == after[number]} == {3, 7, 12}
    checked = verify(office.setting(), data=True)
    assert checked.problems == ()

    inverse = rollback(office.setting(), run).change_set
    office.approve(inverse)
    office.apply(inverse)
    assert days(office) == before
    assert verify(office.setting(), data=True).ok


def test_rows_are_struck_from_an_inverse_too_and_its_right_to_run_stays(office: Office) -> None:
    parent = office.plan("1")
    office.approve(parent, purpose="apply+rollback")
    run = office.apply(parent).run
    applied = days(office)

    child = struck(office, rollback(office.setting(), run).change_set, rows=("3",)).change_set
    office.apply(child, by=OPERATOR)

    after = days(office)
    assert {number for number in after if after[number] == applied[number]} == {3, 12}
    assert verify(office.setting(), data=True).ok


MERGED = """
CREATE TABLE member (no INTEGER PRIMARY KEY, id TEXT);
INSERT INTO member VALUES (1, 'A'), (2, 'A'), (3, 'B'), (4, 'B'), (5, 'B');
"""
MERGE = """
from hffix import Case
@fix.cases("SELECT id FROM member GROUP BY id ORDER BY id", reads={"member": ("id",)}, deletes=("member",), at_most=9)
def merge(case: Case, id: str) -> None:
    keep, *others = case.rows("member", id=id)
    for other in others:
        case.delete(other)
"""


def test_planned_cases_are_struck_whole_and_the_others_applied(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, tables=MERGED)

    smaller = struck(desk.office, desk.plan(MERGE), rows=("5",))
    desk.office.approve(smaller.change_set)
    desk.office.apply(smaller.change_set)

    assert (smaller.cases, smaller.along, smaller.struck.deletes) == (1, 1, 2)
    assert desk.office.ask("SELECT no FROM member ORDER BY no") == [(1,), (3,), (4,), (5,)]
    assert verify(desk.office.setting(), data=True).ok
