"""The second verifier: one file, the standard library and ssh-keygen, and the same verdict from an export alone."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hffix.errors.project import AlreadyThere
from hffix.workflow.export import export
from tests.workflow.exported import TOOL
from tests.workflow.office import Office, open_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = open_office(tmp_path_factory.mktemp("exported") / "office")
    made.correct("1", chunk_rows=4)
    made.correct("2")
    return made


@pytest.fixture
def exported(office: Office, tmp_path: Path) -> Path:
    return export(office.setting(), tmp_path / "export").folder


def look(folder: Path, *words: str) -> tuple[int, set[str]]:
    """Run the verifier as an auditor does: apart from everything that is installed."""
    program = [sys.executable, "-I", "-S", str(TOOL), str(folder), "--json", *words]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, {problem["code"] for problem in json.loads(done.stdout)["problems"]}


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(TOOL.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_whole_record_is_whole(exported: Path) -> None:
    assert look(exported) == (0, set())


def test_what_it_says_to_a_person_holds_no_value(exported: Path) -> None:
    rows = (exported / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    (exported / "changes.jsonl").write_text("\n".join([*rows[:-1], rows[-1].replace("2", "3")]) + "\n")
    done = subprocess.run([sys.executable, str(TOOL), str(exported)], capture_output=True, text=True, check=False)
    assert done.returncode == 6
    row = json.loads(rows[-1])
    values = [cell for text in (row[6], row[7]) for cell in json.loads(text).values() if isinstance(cell, str)]
    assert not any(value in done.stdout for value in values)


@pytest.mark.parametrize(
    ("name", "edit", "found"),
    [
        ("records.jsonl", lambda data: data.replace(b'\\"applied\\":', b'\\"applied\\" :', 1), "record-head"),
        ("records.jsonl", lambda data: b"".join(data.splitlines(True)[:-1]), "record-missing"),
        ("changes.jsonl", lambda data: data.replace(b"-", b"/", 1), "log-row-edited"),
        ("changes.jsonl", lambda data: b"".join(data.splitlines(True)[1:]), "log-row-missing"),
        ("lineage.jsonl", lambda data: b"", "lineage-row"),
        ("approvals/policy.toml", lambda data: b"", None),
    ],
)
def test_an_export_that_was_edited_shows_it(exported: Path, name: str, edit: object, found: str | None) -> None:
    path = exported / name
    path.write_bytes(edit(path.read_bytes()))  # type: ignore[operator]
    status, codes = look(exported)
    assert (status, codes & {found}) == ((6, {found}) if found else (0, set()))


@pytest.mark.parametrize(
    "pattern", ["approvals/receipts/*/*.sig", "approvals/*/*.apply.*.sig", "approvals/*/manifest.json"]
)
def test_evidence_that_is_gone_is_missed(exported: Path, pattern: str) -> None:
    for path in exported.glob(pattern):
        path.unlink()
    assert look(exported)[0] == 6


@pytest.mark.parametrize("kind", ["backups/*/*.jsonl", "approvals/*/*.apply.*.json", "approvals/receipts/*/*.json"])
def test_each_changed_byte_of_the_evidence_is_found(exported: Path, kind: str) -> None:
    path = min(exported.glob(kind))
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 6)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert look(exported)[0] == 6, place


def test_the_head_that_somebody_wrote_down_is_asked_for(exported: Path) -> None:
    head = json.loads((exported / "lineage.jsonl").read_text())[1]
    assert look(exported, "--expect", head) == (0, set())
    assert look(exported, "--expect", "0" * 64) == (6, {"unexpected-head"})


def test_a_chain_that_went_back_behind_what_was_seen_is_found(office: Office, exported: Path, tmp_path: Path) -> None:
    state = tmp_path / "seen.json"
    assert look(exported, "--state", str(state)) == (0, set())
    told = json.loads(state.read_text())
    ((lineage, seen),) = told.items()
    state.write_text(json.dumps({lineage: seen | {"head": "0" * 64}}, separators=(",", ":"), sort_keys=True))
    assert look(exported, "--state", str(state)) == (6, {"went-back"})


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(TOOL), str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("error: ")


def test_an_export_is_written_into_a_new_or_empty_folder_only(office: Office, exported: Path) -> None:
    with pytest.raises(AlreadyThere):
        export(office.setting(), exported)
    shutil.rmtree(exported)
    exported.mkdir()
    assert export(office.setting(), exported).rows == 15


def test_an_export_is_for_its_owner_only(exported: Path) -> None:
    modes = {path.stat().st_mode & 0o077 for path in (exported, *exported.rglob("*"))}
    assert modes == {0}
