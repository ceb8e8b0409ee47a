"""The page of the cleaners says what the code says: which there are, what may be declared, and why they decline."""

import inspect
import re
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from hffix import cleaners
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "reference" / "cleaners.md").read_text(encoding="utf-8")
READERS = ("birth_date_in", "id_key", "sex_in")
CLEANERS = sorted({*cleaners.__all__} - {"explain", *READERS})
SECTIONS: dict[str, str] = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def first_cells(text: str, head: str) -> list[str]:
    """The first cells of the table with a head; none where there is no such table."""
    table = re.search(rf"^\| {head} \|.*\n((?:\|.*\n)*)", text, re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \|", table[1], re.MULTILINE) if table else []


def literals(annotation: Any) -> set[str]:
    """The values that an annotation lists, as a script writes them."""
    if get_origin(annotation) is Literal:
        return {repr(value).replace("'", '"') for value in get_args(annotation)}
    if annotation is bool:
        return {"True", "False"}
    return {value for part in get_args(annotation) for value in literals(part)}


def test_the_page_lists_every_cleaner_and_describes_it() -> None:
    assert sorted(re.findall(r"^\| \[`(\w+)`\]\(#\1\) \|", PAGE, re.MULTILINE)) == CLEANERS
    assert sorted(set(SECTIONS) - {"Reasons"}) == CLEANERS


def test_the_page_lists_what_reads_from_a_number_and_is_no_cleaner() -> None:
    assert sorted(first_cells(SECTIONS["id_no"], "function")) == sorted(READERS)
    for name in READERS:
        with pytest.raises(ValueError, match="no cleaner of this name"):
            cleaners.explain(name, "")


@pytest.mark.parametrize("name", CLEANERS)
def test_the_page_lists_every_hint_of_a_cleaner(name: str) -> None:
    parameters = inspect.signature(getattr(cleaners, name)).parameters.values()
    hints = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    assert first_cells(SECTIONS[name], "hint") == hints


@pytest.mark.parametrize("name", CLEANERS)
def test_the_page_lists_every_value_of_a_hint(name: str) -> None:
    annotations = get_type_hints(getattr(cleaners, name))
    for hint, values in re.findall(r"^\| `(\w+)` \| (.*?) \| .+ \|$", SECTIONS[name], re.MULTILINE):
        listed = literals(annotations[hint])
        assert set(re.findall("`([^`]+)`", values)) == listed, hint


def test_the_page_lists_every_code_of_a_reason() -> None:
    folder = ROOT / "hffix" / "cleaners"
    codes = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r"Unresolved\(\s*f?\"([A-Z_]+):", path.read_text(encoding="utf-8"))
    }
    listed = first_cells(SECTIONS["Reasons"], "code")
    assert len(listed) == len(set(listed))
    assert set(listed) == codes


@pytest.mark.parametrize("name", CLEANERS)
def test_explain_knows_every_cleaner(name: str) -> None:
    assert cleaners.explain(name, " ")[-1].startswith("BLANK: ")
