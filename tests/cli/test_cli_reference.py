from pathlib import Path

import pytest

from hffix.cli.catalogue import COMMANDS
from hffix.errors import HffixError, every_error
from tests.cli.conftest import Desk

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["errors", "commands"])
def test_the_page_is_what_the_code_says(empty: Desk, name: str) -> None:
    assert empty.done("reference", name).out == (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def test_the_page_has_every_code_once() -> None:
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    codes = [error.code for error in every_error() if error is not HffixError]
    assert [code for code in codes if page.count(f"| {code} |") != 1] == []


def test_the_page_has_every_command() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    shown = [name for name, listed in COMMANDS.items() if not listed.hidden]
    assert [name for name in shown if f"## `hffix {name}" not in page] == []
