from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import explain, name
from hffix.model.unresolved import Unresolved

TOKENS = (
    *"张三王小明娜欧阳某〇○●·•.．-'’ \u3000\t\n\u200b\u00a0*?×、/;()（）1１aＡéé\u0301",
    *"\ue863\ufffd\x07\U000e0100\u2f24\uf9dc",
    *("买买提", "艾力", "John", "Smith", "NULL", "测试", "锟斤拷"),
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=9).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = ({}, {"pua": "gb18030"}, {"mojibake": "utf8-as-latin1"})


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        name(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("欧阳 娜娜", "欧阳娜娜"),
        ("欧阳 娜 娜", "欧阳娜娜"),
        ("欧 阳娜", "欧阳娜"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("买买提·买合木提·艾力", "买买提·买合木提·艾力"),
        ("⽂小明", "文小明"),
        ("Ｏ＇Ｎｅｉｌ", "O'Neil"),
        ("J. R. Smith", "J. R. Smith"),
        ("Jose\u0301 Garci\u0301a", "José García"),
        ("武〇", "武〇"),
        ("阿娜", "阿娜"),
    ],
)
def test_writes_a_name_in_one_form(value: str, clean: str) -> None:
    assert name(value) == clean


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("***", "PLACEHOLDER"),
        ("测试", "PLACEHOLDER"),
        ("张某某", "MASKED"),
        ("王□明", "MASKED"),
        ("张〇〇", "MIXED"),
        ("王●明", "MIXED"),
        ("·张三", "MIXED"),
        ("张三 13912345678", "MIXED"),
        ("Jean•Luc", "MIXED"),
        ("J", "TOO_SHORT"),
        ("Smith, John", "MULTIPLE"),
        ("王五\n李四", "AMBIGUOUS"),
        ("张三张三", "OUT_OF_RANGE"),
        ("A" * 61, "OUT_OF_RANGE"),
        ("12345", "BAD_SHAPE"),
        ("Иван", "BAD_SHAPE"),
        ("\u5f20\u00e5\u00bc\u00a0", "DAMAGED"),
    ],
)
def test_declines_what_may_be_another_name_or_none(value: str, code: str) -> None:
    assert reason(value) == code


def test_turns_latin1_back_only_where_it_is_declared() -> None:
    broken = "张三".encode().decode("latin-1")

    assert reason(broken) == "DAMAGED"
    assert name(broken, mojibake="utf8-as-latin1") == "张三"


@pytest.mark.parametrize("hints", [{"pua": "gbk"}, {"mojibake": "latin1"}])
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is None or"):
        name("张三", **hints)


def test_none_stays_none_and_a_clean_name_the_very_same() -> None:
    value = "买买提·艾力"

    assert name(None) is None
    assert name(value) is value


def test_tells_its_steps() -> None:
    assert explain("name", "\ufeff买买提．艾力 ") == (
        "invisible characters removed",
        "blanks cut or made one space",
        "characters made half-width",
        "interpunct written as one middle dot",
    )


@given(ANY_TEXT, st.sampled_from(DECLARED))
@example("张\u200b 三", {})
def test_every_text_gives_a_name_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = name(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert name(once) is once
    assert (explain("name", value, **hints) == ()) == (once == value)
