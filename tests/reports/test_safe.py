import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.model.canonical import Json
from hffix.reports.safe import markdown_code, markdown_text, safe, safe_tree

HARMFUL = "\x1b[2J\x07\x9b0m\u202eabc\u200b\ufeff"
SHOWN = "⟨U+001B⟩[2J⟨U+0007⟩⟨U+009B⟩0m⟨U+202E⟩abc⟨U+200B⟩⟨U+FEFF⟩"


def harmless(text: str) -> bool:
    return all(character == " " or unicodedata.category(character)[0] not in "CZ" for character in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (HARMFUL, SHOWN),
        ("one\n  two\r\n\tthree ", "one two three"),
        ("开户日期统一", "开户日期统一"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("x" * 201, "x" * 200 + "…"),
    ],
)
def test_a_text_is_one_line_without_anything_that_acts_or_hides(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(some.text())
def test_no_text_brings_a_control_character_along(text: str) -> None:
    assert harmless(safe(text))
    assert harmless(markdown_text(text))
    assert harmless(markdown_code(text))


def test_the_texts_of_json_are_safe_and_keep_their_line_ends() -> None:
    value: Json = {"why": [HARMFUL, "one\ntwo", "x" * 300], "count": 3, "none": None, "a\x1bb": True}

    assert safe_tree(value) == {
        "why": [SHOWN, "one\ntwo", "x" * 300],
        "count": 3,
        "none": None,
        "a⟨U+001B⟩b": True,
    }


@pytest.mark.parametrize(
    ("text", "prose", "code"),
    [
        ("plain", "plain", "`plain`"),
        ("opened_on", "opened_on", "`opened_on`"),
        ("_a_ b_", "&#95;a&#95; b&#95;", "`_a_ b_`"),
        ("a|b", "a&#124;b", "<code>a&#124;b</code>"),
        ("a`b", "a&#96;b", "<code>a&#96;b</code>"),
        ("<img src=x>", "&#60;img src=x&#62;", "<code>&#60;img src=x&#62;</code>"),
        ("![x](http://y)", "!&#91;x&#93;(http://y)", "`![x](http://y)`"),
        ("&amp; \\", "&#38;amp; &#92;", "<code>&#38;amp; &#92;</code>"),
        ("@team *now* ~~$", "&#64;team &#42;now&#42; &#126;&#126;&#36;", "`@team *now* ~~$`"),
        ("", "", "<code></code>"),
    ],
)
def test_markdown_shows_a_text_as_itself(text: str, prose: str, code: str) -> None:
    assert (markdown_text(text), markdown_code(text)) == (prose, code)


@given(some.text(alphabet="ab _|`<>&\\*[]~$@汉"))
def test_no_text_ends_a_table_cell_or_a_code_span_or_opens_a_tag(text: str) -> None:
    prose, code = markdown_text(text), markdown_code(text)

    assert not re.search(r"[|`<>\\*\[\]~$@]", prose)
    assert html.unescape(prose) == safe(text)
    inner = code.removeprefix("<code>").removesuffix("</code>") if code.startswith("<code>") else code[1:-1]
    assert not re.search(r"[|`<>\\]", inner)
    assert html.unescape(inner) == safe(text)
