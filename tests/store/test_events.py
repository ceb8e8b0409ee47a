"""The file of events is appended to, never rewritten, and survives a line that a crash cut."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hffix.errors.project import StorageFailed
from hffix.store import events
from hffix.store.events import Event
from hffix.store.projects import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(folder=tmp_path, targets={}, default=None, masks={})


def event(number: int) -> Event:
    time = "2024-03-05T10:30:00Z"
    return Event(time=time, person="li.wei", host="h", command="show", subject=f"{number}", outcome="done")


def test_events_are_read_in_the_order_in_which_they_were_left(project: Project) -> None:
    for number in range(3):
        events.append(project, event(number))
    assert list(events.events(project)) == [event(number) for number in range(3)]
    assert stat.S_IMODE(events.path_of(project).stat().st_mode) == 0o600


def test_a_line_that_a_crash_cut_is_passed_over_and_the_next_one_is_whole(project: Project) -> None:
    events.append(project, event(0))
    path = events.path_of(project)
    path.write_bytes(path.read_bytes() + b'{"command":"sh')
    events.append(project, event(1))
    assert list(events.events(project)) == [event(0), event(1)]


def test_many_at_once_lose_nothing(project: Project) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: events.append(project, event(number)), range(80)))
    assert sorted(int(one.subject or "") for one in events.events(project)) == list(range(80))


def test_a_link_in_its_place_is_refused(project: Project, tmp_path: Path) -> None:
    path = events.path_of(project)
    path.parent.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageFailed):
        events.append(project, event(0))
    with pytest.raises(StorageFailed):
        events.make_ready(project)


def test_without_a_file_there_are_no_events(project: Project) -> None:
    assert list(events.events(project)) == []
