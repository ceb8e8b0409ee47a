import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import hffix.cli
from hffix.cli.chinese import CHINESE
from hffix.errors import every_error
from hffix.reports.messages import CATALOGUE
from tests.cli.conftest import Desk


def sentences() -> Iterator[str]:
    """Every text that a module of the command line says as it stands."""
    for path in Path(hffix.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = ast.unparse(node.func)
                if called.removesuffix(".word").split(".")[-1] == "say":
                    yield str(node.args[0].value)


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_chinese() -> None:
    assert set(sentences()) - set(CHINESE) - set(CATALOGUE) == set()


def test_what_was_not_touched_is_said_in_chinese_too() -> None:
    assert {error.untouched for error in every_error()} - set(CHINESE) == set()


@pytest.mark.parametrize("text", CHINESE, ids=lambda text: text[:40])
def test_both_languages_name_the_same_facts(text: str) -> None:
    assert places(text) == places(CHINESE[text])


def test_the_language_is_the_option_s_then_the_environment_s(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    english = "✓ 1 fix on main"
    chinese = "✓ main：修复脚本 1 个"
    assert desk.done("list").first == english
    assert desk.done("list", "--lang", "zh").first == chinese
    monkeypatch.setenv("HFFIX_LANG", "zh")
    assert desk.done("list").first == chinese
    assert desk.done("list", "--lang", "en").first == english


def test_an_error_is_labelled_in_chinese_with_the_same_code(desk: Desk) -> None:
    shown = desk("plan", "99", "--lang", "zh")
    assert [line.split()[0] for line in shown.err.splitlines()] == [
        "错误",
        "未写入任何内容：没有变更集，目标库也未改动。",
        "下一步：See",
    ]


def test_an_unknown_language_of_the_environment_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFFIX_LANG", "fr")
    assert desk("list", "--json").told["error"]["code"] == "HFX-101"
