from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import BadPolicy
from hffix.errors.project import AlreadyThere, StorageFailed
from hffix.model.canonical import digest
from hffix.store.approvals import (
    Pair,
    Signed,
    all_statements,
    current_pair,
    from_history,
    keep_history,
    statements,
    write_statement,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hffix.store.projects import Project
    from tests.store.conftest import Planner

ONE, OTHER = "1" * 64, "2" * 64


def written(project: Project, *, subject: str = ONE, name: str = "zhang.min.apply.json", data: bytes = b"{}") -> Path:
    return write_statement(project, subject=subject, name=name, data=data, signature=b"signed")


def test_a_statement_stands_in_the_folder_of_its_subject_with_its_signature_beside_it(project: Project) -> None:
    path = written(project)
    beside = project.approvals / "111111111111" / "zhang.min.apply.json.sig"
    assert path == project.approvals / "111111111111" / "zhang.min.apply.json"
    assert (path.read_bytes(), beside.read_bytes()) == (b"{}", b"signed")
    assert all_statements(project) == (Signed(path=path, data=b"{}", signature=b"signed"),)


def test_a_statement_is_never_overwritten(project: Project) -> None:
    path = written(project)
    assert written(project) == path
    with pytest.raises(AlreadyThere):
        written(project, data=b"[]")
    assert path.read_bytes() == b"{}"


def test_a_statement_never_stands_without_its_signature(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = os.link

    def full(source: Path, path: Path) -> None:
        if path.suffix == ".json":
            raise OSError(28, "No space left on device")
        linked(source, path)

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(StorageFailed):
        written(project)
    assert [path.name for path in (project.approvals / ONE[:12]).iterdir()] == ["zhang.min.apply.json.sig"]
    assert all_statements(project) == ()


def test_only_signed_files_in_folders_of_subjects_are_statements(planner: Planner, many: list[bytes]) -> None:
    project = planner.project
    change_set = planner.plan(many[:2])
    (project.approvals / change_set.id / "manifest.json.sig").write_bytes(b"signed")
    unsigned = written(project, name="unsigned.json")
    unsigned.with_name("unsigned.json.sig").unlink()
    for folder in ("history", "receipts", "11111111111", "11111111111G"):
        (project.approvals / folder).mkdir()
        (project.approvals / folder / "a.json").write_bytes(b"{}")
        (project.approvals / folder / "a.json.sig").write_bytes(b"signed")
    assert all_statements(project) == ()


def test_statements_come_by_folder_and_name(project: Project) -> None:
    paths = [written(project, subject=subject, name=name) for subject in (OTHER, ONE) for name in ("b.json", "a.json")]
    assert [one.path for one in all_statements(project)] == sorted(paths)


def test_the_statements_of_a_change_set_are_those_of_its_folder_and_those_that_name_it(project: Project) -> None:
    own = written(project, subject=ONE)
    naming = written(project, subject=OTHER, name="both.json", data=f'{{"subjects":["{ONE}"]}}'.encode())
    written(project, subject=OTHER, name="other.json", data=f'{{"subjects":["{OTHER}"]}}'.encode())
    assert [one.path for one in statements(project, ONE)] == [own, naming]


def test_without_approvals_there_are_no_statements(project: Project) -> None:
    assert all_statements(project) == statements(project, ONE) == ()


@pytest.mark.parametrize("revoked", [None, b"", b"ssh-ed25519 AAAA\r\n"])
def test_the_pair_in_force_is_read_as_bytes(project: Project, revoked: bytes | None) -> None:
    files = {"policy.toml": b"valid_days = 30\r\n", "allowed_signers": b"\xff", "revoked_keys": revoked}
    project.approvals.mkdir()
    for name, data in files.items():
        if data is not None:
            (project.approvals / name).write_bytes(data)
    pair = current_pair(project)
    assert pair == Pair(policy=b"valid_days = 30\r\n", signers=b"\xff", revoked=revoked)
    assert (pair.policy_digest, pair.signers_digest, pair.revoked_digest) == (
        digest(b"valid_days = 30\r\n"),
        digest(b"\xff"),
        None if revoked is None else digest(revoked),
    )


@pytest.mark.parametrize("missing", ["policy.toml", "allowed_signers"])
def test_a_pair_needs_both_of_its_files(project: Project, missing: str) -> None:
    project.approvals.mkdir()
    for name in {"policy.toml", "allowed_signers"} - {missing}:
        (project.approvals / name).write_bytes(b"")
    with pytest.raises(BadPolicy, match=missing):
        current_pair(project)


def test_each_file_of_a_pair_is_kept_under_its_digest(project: Project) -> None:
    keep_history(project, Pair(policy=b"1", signers=b"2", revoked=None))
    keep_history(project, Pair(policy=b"1", signers=b"2", revoked=b"3"))
    digests = [digest(one) for one in (b"1", b"2", b"3")]
    assert {path.name for path in (project.approvals / "history").iterdir()} == set(digests)
    assert [from_history(project, one) for one in digests] == [b"1", b"2", b"3"]


def test_a_file_of_the_history_that_is_missing_or_edited_is_refused(project: Project) -> None:
    keep_history(project, Pair(policy=b"1", signers=b"2", revoked=None))
    (project.approvals / "history" / digest(b"2")).write_bytes(b"edited")
    for wanted in (digest(b"2"), digest(b"3"), "../policy.toml", ""):
        with pytest.raises(BadPolicy):
            from_history(project, wanted)
