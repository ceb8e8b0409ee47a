"""The documents say what the code does: links, errors, commands, files, functions, words."""

import importlib
import re
from pathlib import Path

import pytest

from hffix.authoring.loading import load
from hffix.cli.catalogue import COMMANDS
from hffix.cli.reference import STATUSES
from hffix.errors import HffixError, every_error

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hffix"
DOCUMENTS = tuple(sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))))
READMES = ("README.md", "README.zh-CN.md")
CODES = {error.code for error in every_error()} - {HffixError.code}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_error_is_in_the_reference() -> None:
    listed = re.findall(r"HFX-\d+", text_of("docs/reference/errors.md"))
    assert set(listed) == CODES


def test_every_error_that_a_document_names_exists() -> None:
    named = {code for path in DOCUMENTS for code in re.findall(r"HFX-\d+", path.read_text(encoding="utf-8"))}
    assert named <= CODES


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_every_decision_is_listed_in_its_order() -> None:
    folder = ROOT / "docs" / "decisions"
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    titles = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in files]
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", text_of("docs/decisions/README.md"), re.MULTILINE)
    assert [(f"{number}. {title}", name) for number, title, name in listed] == [
        (title, path.name) for title, path in zip(titles, files, strict=True)
    ]
    numbers = [int(path.name[:4]) for path in files]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_names_a_path_of_one_machine(path: Path) -> None:
    own = {str(ROOT), f"{ROOT.parent}/", str(Path.home()), "/tmp/"} - {"/", "//"}
    text = path.read_text(encoding="utf-8")
    assert [place for place in own if place in text] == []
    assert re.findall(r"(?:/home|/Users|/root|C:\\Users)/\w+", text) == []


ARCHITECTURE = text_of("docs/architecture.md")
QUOTED = re.findall(r"`([^`\n]+)`", ARCHITECTURE)


def test_the_architecture_names_every_package_and_only_files_that_exist() -> None:
    packages = {f"hffix/{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    rooms = set(re.findall(r"^\| `(hffix/\w+)` \|", ARCHITECTURE, re.MULTILINE))
    drawn = set(re.findall(r'font-weight="bold">([a-z]+)<', text_of("docs/architecture.svg")))
    assert rooms == packages
    assert {name.removeprefix("hffix/") for name in packages} <= drawn
    files = [name for name in QUOTED if re.fullmatch(r"(?:hffix|tests|docs)/[\w./-]*|\w+/\w+\.py", name)]
    assert [name for name in files if not ((ROOT / name).exists() or (PACKAGE / name).exists())] == []


def test_the_architecture_names_only_functions_that_exist() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    defined = set(re.findall(r"^ *def (\w+)\(", source, re.MULTILINE))
    named = {name.rpartition(".")[2][:-2] for name in QUOTED if re.fullmatch(r"[\w.]+\(\)", name)}
    assert len(named) > 20
    assert named <= defined


def test_the_glossary_points_into_the_code() -> None:
    places = re.findall(r"`(hffix[\w.]+)` \| [^|]*\|$", text_of("docs/reference/glossary.md"), re.MULTILINE)
    assert len(places) > 30
    for place in places:
        module, _, name = place.rpartition(".")
        assert hasattr(importlib.import_module(module), name), place


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_command_and_names_no_other(name: str) -> None:
    text = text_of(name)
    listed = set(re.findall(r"`hffix ([a-z-]+)", text))
    assert listed == {command for command, entry in COMMANDS.items() if not entry.hidden}


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_exit_status(name: str) -> None:
    listed = [int(status) for status in re.findall(r"^\| (\d+) \|", text_of(name), re.MULTILINE)]
    assert listed == sorted(STATUSES)
    assert {error.status for error in every_error()} <= set(listed)


@pytest.mark.parametrize("name", READMES)
def test_the_fix_of_a_readme_loads(name: str, tmp_path: Path) -> None:
    (script,) = re.findall(r"^```python\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)
    path = tmp_path / "0007_open_date.py"
    path.write_text(script, encoding="utf-8")
    loaded = load(path)
    assert [(scope.table, scope.reads, scope.writes) for scope in loaded.fix.scopes] == [
        ("personal_account", ("opened_on", "bank_code"), ("opened_on",))
    ]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_has_one_place_for_the_session(name: str) -> None:
    assert re.findall(r"<!-- /?session -->", text_of(name)) == ["<!-- session -->", "<!-- /session -->"]
