import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import hffix.cli
from hffix.cli.catalogue import COMMANDS
from hffix.cli.chinese import CHINESE
from hffix.cli.chinese_hints import HINTS
from hffix.cli.chinese_messages import message_in_chinese
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


def test_what_is_to_be_done_next_is_said_in_chinese_for_every_error() -> None:
    assert {error.hint for error in every_error() if error.code != "HFX-000"} - set(HINTS) == set()


def test_a_hint_keeps_its_commands_and_options_in_chinese() -> None:
    named = re.compile(rf"--[a-z-]+|hffix (?:{'|'.join(COMMANDS)})|CHANGESET|RUN|HEAD|DIR")
    assert [hint for hint in HINTS if set(named.findall(hint)) - set(named.findall(HINTS[hint]))] == []


def test_every_command_has_its_line_in_chinese() -> None:
    assert {listed.does for listed in COMMANDS.values()} - set(CHINESE) == set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("No such command 'frob'.", "没有命令 frob。"),
        ("Missing argument 'FIX'.", "缺少参数 FIX。"),
        ("No such option: --frob", "没有选项 --frob。"),
        ("there is no run 9", "没有第 9 号执行"),
        ("something that nobody foresaw", "something that nobody foresaw"),
    ],
)
def test_a_message_keeps_its_facts_in_chinese(english: str, chinese: str) -> None:
    assert message_in_chinese(english) == chinese


def test_wrong_usage_is_told_in_chinese_and_to_programs_in_english(empty: Desk) -> None:
    shown = empty("plan", "--lang", "zh", "--json")
    assert shown.err == "错误 HFX-101 缺少参数 FIX。\n  未写入任何内容。\n下一步：hffix plan --help\n"
    assert shown.told["error"]["message"] == "Missing argument 'FIX'."


def test_help_is_in_the_language_of_the_option_or_of_the_environment(
    empty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_option, of_command = empty.done("--lang", "zh").out, empty.done("apply", "--help", "--lang", "zh").out
    monkeypatch.setenv("HFFIX_LANG", "zh")
    assert empty.done("--help").out == by_option
    assert [word for word in ("命令:", "撤销变更集", "可审计") if word not in by_option] == []
    assert CHINESE[COMMANDS["apply"].does] in of_command


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
        "下一步：查看修复脚本：hffix",
    ]


def test_an_unknown_language_of_the_environment_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFFIX_LANG", "fr")
    assert desk("list", "--json").told["error"]["code"] == "HFX-101"
