from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from hffix.errors.project import AlreadyThere, StorageFailed
from hffix.store.files import append_line, read, replace, write_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PowerCutError(BaseException):
    pass


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def cut(*_: object, **__: object) -> None:
    raise PowerCutError


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_once_is_read_back_and_nothing_else_is_there(tmp_path: Path) -> None:
    write_once(tmp_path / "a", b"\x00one\r\n")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"\x00one\r\n", ["a"])


def test_the_same_bytes_may_be_written_again(tmp_path: Path) -> None:
    write_once(tmp_path / "a", b"one")
    write_once(tmp_path / "a", b"one")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"one", ["a"])


def test_other_bytes_never_overwrite_and_are_not_shown(tmp_path: Path) -> None:
    write_once(tmp_path / "a", b"Zhang Min")
    with pytest.raises(AlreadyThere) as refused:
        write_once(tmp_path / "a", b"Li Wei")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"Zhang Min", ["a"])
    assert str(tmp_path / "a") in refused.value.message
    assert "Zhang" not in refused.value.message
    assert "Wei" not in refused.value.message


def test_a_name_that_is_taken_at_the_last_moment_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = os.link

    def somebody_is_faster(source: Path, path: Path) -> None:
        path.write_bytes(b"theirs")
        linked(source, path)

    monkeypatch.setattr(os, "link", somebody_is_faster)
    with pytest.raises(AlreadyThere):
        write_once(tmp_path / "a", b"ours")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"theirs", ["a"])


@pytest.mark.usefixtures("no_umask")
@pytest.mark.parametrize("write", [write_once, replace, append_line])
def test_files_and_new_folders_are_for_their_owner_only(tmp_path: Path, write: type) -> None:
    write(tmp_path / "new" / "inner" / "a", b"one")
    found = [tmp_path / "new", tmp_path / "new" / "inner", tmp_path / "new" / "inner" / "a"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in found] == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_crash_before_the_name_is_given_leaves_no_such_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(os, step, cut)
    with pytest.raises(PowerCutError):
        write_once(tmp_path / "a", b"one")
    assert not (tmp_path / "a").exists()


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    synced, linked = os.fsync, os.link

    def sync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        synced(handle)

    def link(source: Path, path: Path) -> None:
        steps.append("link")
        linked(source, path)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "link", link)
    write_once(tmp_path / "a", b"one")
    assert steps == ["file", "link", "folder"]


def test_a_full_disk_is_a_refusal_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="No space left on device") as refused:
        write_once(tmp_path / "a", b"secret")
    assert str(tmp_path / "a") in refused.value.message
    assert "secret" not in refused.value.message
    assert names(tmp_path) == []


def test_a_file_that_is_not_there_or_under_a_file_is_a_refusal(tmp_path: Path) -> None:
    write_once(tmp_path / "a", b"one")
    for attempt in (lambda: read(tmp_path / "b"), lambda: write_once(tmp_path / "a" / "b", b"two")):
        with pytest.raises(StorageFailed):
            attempt()


def test_replacing_leaves_the_old_file_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(tmp_path / "a", b"old")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageFailed):
            replace(tmp_path / "a", b"new")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"old", ["a"])
    replace(tmp_path / "a", b"new")
    assert (read(tmp_path / "a"), names(tmp_path)) == (b"new", ["a"])


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"", b"new\n"), (b"one\n", b"one\nnew\n"), (b"one\ntor", b"one\nnew\n"), (b"tor", b"new\n")],
)
def test_a_line_is_appended_after_the_last_whole_one(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "a").write_bytes(before)
    append_line(tmp_path / "a", b"new")
    assert read(tmp_path / "a") == after


def test_a_line_is_on_the_disk_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    append_line(tmp_path / "a", b"12345")
    append_line(tmp_path / "a", b"12345")
    assert [size for size in synced if size in {6, 12}] == [6, 12]
    assert len(synced) == 3  # the folder's too, when the file was new
