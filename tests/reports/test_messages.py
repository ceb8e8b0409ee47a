import ast
import inspect
import string
from typing import get_args

import pytest

from hffix.errors.project import UsageError
from hffix.model.manifest import FixFacts
from hffix.reports import approval, review, review_markdown, review_text, statements
from hffix.reports.messages import CATALOGUE, Messages, language_of

ENGLISH, CHINESE = Messages("en"), Messages("zh")
SPOKEN = {"say", "say.word", "self._say", "self._say.word", "comment.table"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts_in(node: ast.AST) -> set[str]:
    return {found.value for found in ast.walk(node) if isinstance(found, ast.Constant) and isinstance(found.value, str)}


def spoken_in(source: str) -> set[str]:
    """Every text that is said, or kept under a name that only said texts have."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SPOKEN:
            found |= texts_in(node.args[0]) if node.args else set()
            found |= {text for keyword in node.keywords if keyword.arg == "what" for text in texts_in(keyword.value)}
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "text":
            found |= texts_in(node.value)
    return found - {"count", "unchanged", ""}


@pytest.mark.parametrize(
    ("say", "facts", "said"),
    [
        (ENGLISH, {"rows": 41_212}, "41,212 rows would change"),
        (ENGLISH, {"rows": "41212"}, "41212 rows would change"),
        (CHINESE, {"rows": 41_212}, "41,212 rows would change"),
    ],
)
def test_whole_numbers_get_separators_and_a_missing_translation_is_english(
    say: Messages, facts: dict[str, object], said: str
) -> None:
    assert say("{rows} rows would change", **facts) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 people"), (1, "1 person"), (2_000, "2,000 people")])
def test_a_number_chooses_the_form_of_its_noun_in_english_and_none_in_chinese(count: int, said: str) -> None:
    assert ENGLISH("{count:person|people}", count=count) == said
    assert CHINESE("{count:person|people}", count=count) == f"{count:,} 人"


def test_a_fact_with_braces_stays_as_it_is() -> None:
    assert ENGLISH("State: {state}.", state="{state.__class__}") == "State: {state.__class__}."
    assert ENGLISH.word("{not a fact}") == "{not a fact}"


def test_every_translation_has_the_facts_of_its_sentence() -> None:
    assert {text: placeholders(text) for text in CATALOGUE} == {
        text: placeholders(chinese) for text, chinese in CATALOGUE.items()
    }


@pytest.mark.parametrize("module", [review, statements, approval, review_text, review_markdown])
def test_everything_that_show_and_approve_say_has_a_translation(module: object) -> None:
    said = spoken_in(inspect.getsource(module))  # type: ignore[arg-type]

    assert len(said) > 5
    assert said - CATALOGUE.keys() == set()


def test_every_word_that_a_manifest_or_an_approval_brings_has_a_translation() -> None:
    headings = (*review_markdown._COUNTS, *review_markdown._SHAPES, *review_markdown._REASONS)
    risks = get_args(FixFacts.__annotations__["risk"])

    words = {*review.STATES.values(), *approval.PURPOSES.values(), *headings, *risks}

    assert words - CATALOGUE.keys() == set()


@pytest.mark.parametrize(
    ("option", "environment", "language"),
    [
        (None, {}, "en"),
        ("zh", {"HFFIX_LANG": "en", "LANG": "en_US.UTF-8"}, "zh"),
        ("en", {"HFFIX_LANG": "zh", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        (None, {"HFFIX_LANG": "zh", "LC_ALL": "C"}, "zh"),
        (None, {"HFFIX_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        (None, {"HFFIX_LANG": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        (None, {"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"),
        (None, {"LC_ALL": "", "LANG": "ZH_cn"}, "zh"),
    ],
)
def test_the_language_is_that_of_the_option_then_the_variable_then_the_locale(
    option: str | None, environment: dict[str, str], language: str
) -> None:
    assert language_of(option, environment) == language


@pytest.mark.parametrize(("option", "environment"), [("de", {}), (None, {"HFFIX_LANG": "french"})])
def test_a_language_that_is_not_spoken_is_refused(option: str | None, environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="takes en or zh"):
        language_of(option, environment)
