"""Two people on two machines, with one database and one git repository of approvals between them."""

import shutil
from pathlib import Path

import pytest

from hffix.errors.evidence import UnownedRecords
from hffix.workflow.apply import apply
from hffix.workflow.verify import verify
from tests.workflow.office import OPERATOR, PROJECT, SECOND_OPERATOR, Office, dying_at, open_office


@pytest.fixture
def first(tmp_path: Path) -> Office:
    return open_office(tmp_path / "first")


@pytest.fixture
def second(first: Office, tmp_path: Path) -> Office:
    """Another machine: its own folder, keys and journal, and the first one's database."""
    other = Office(tmp_path / "second")
    for folder in ("fixes", "keys", "approvals"):
        shutil.copytree(first.folder / folder, other.folder / folder)
    (other.folder / "hffix.toml").write_text(PROJECT.replace("sqlite:///fund.db", f"sqlite:///{first.database}"))
    return other


def share(source: Office, other: Office, *folders: str) -> None:
    """Copy what git, or a shared folder, would carry to the other machine."""
    for folder in folders or ("approvals",):
        shutil.copytree(source.folder / folder, other.folder / folder, dirs_exist_ok=True)


def test_what_one_machine_planned_another_applies_and_both_go_on(first: Office, second: Office) -> None:
    change_set = first.plan("1")
    first.approve(change_set)
    share(first, second, "approvals", "changesets")
    assert second.apply(second.find(change_set.id), by=SECOND_OPERATOR).state == "done"
    due = first.plan("2")
    first.approve(due)
    with pytest.raises(UnownedRecords):
        first.apply(due)  # the receipt of the second machine is not here yet
    share(second, first)
    applied = first.apply(due)
    assert applied.state == "done"
    share(second, first, "backups/2")
    share(first, second, "approvals", "changesets", f"backups/{applied.run}")
    for office in (first, second):
        assert verify(office.setting(), data=True).problems == ()


def test_after_a_crash_on_one_machine_the_other_goes_on_with_open_eyes(first: Office, second: Office) -> None:
    change_set = first.plan("1")
    first.approve(change_set)
    first.pace(change_set, 4)
    share(first, second, "approvals", "changesets")
    with dying_at("chunk.committed", time=2):
        first.apply(change_set, by=OPERATOR)
    there = second.find(change_set.id)
    with pytest.raises(UnownedRecords, match="record 2, 3, 4;") as refused:
        second.apply(there, by=SECOND_OPERATOR)
    head = first.stored_records()[-1].head
    assert f"--adopt {head} goes on" in refused.value.message
    assert apply(second.setting(SECOND_OPERATOR), there, adopt=head).state == "done"

    # The first machine wakes up, gets receipt and backups, and its journal still knows its own records.
    share(second, first, "approvals", "backups/2")
    again = first.apply(change_set)
    assert (again.state, again.applied) == ("done", 11)
    assert first.correct("2").state == "done"
    assert verify(first.setting(), data=True).problems == ()
