from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import explain, unit_name
from hffix.model.unresolved import Unresolved

TOKENS = (
    *"示例（）()﹙ \u3000\t\n\u200b。，,;；、.．:：/*?×·&＆-１1ＡａBé",
    *"\ue863\ufffd\x07\U000e0100\u2f2d\uf9dc",
    *("公司", "有限公司", "分公司", "21世纪", "Ltd.", "Co., ", "测试", "锟斤拷"),
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=10).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = ({}, {"pua": "gb18030"}, {"mojibake": "utf8-as-latin1"})


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        unit_name(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("示例公司 。", "示例公司"),
        ("示例有限公司 杭州分公司", "示例有限公司杭州分公司"),
        ("示例软件测试技术有限公司", "示例软件测试技术有限公司"),
        ("示例（集团(上海)）有限公司", "示例（集团（上海））有限公司"),
        ("食品、药品检验所", "食品、药品检验所"),
        ("杭州 ABC Tech 有限公司", "杭州ABC Tech有限公司"),
        ("示例Co., Ltd.", "示例Co., Ltd."),
        ("Ｅｘａｍｐｌｅ　Ｃｏ．，　Ｌｔｄ．", "Example Co., Ltd."),
        ("Example ( Shanghai ) Ltd.;", "Example (Shanghai) Ltd."),
        ("示例·光明有限公司", "示例·光明有限公司"),
    ],
)
def test_writes_a_units_name_in_one_form(value: str, clean: str) -> None:
    assert unit_name(value) == clean


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("。", "BAD_SHAPE"),
        ("测试公司。", "PLACEHOLDER"),
        ("（）", "BAD_SHAPE"),
        ("示例（）有限公司", "BAD_SHAPE"),
        ("示例科技有限公", "BAD_SHAPE"),
        ("厂", "TOO_SHORT"),
        ("甲有限公司 乙有限公司", "MULTIPLE"),
        ("甲有限公司 、 乙有限公司", "MULTIPLE"),
        ("甲公司/乙公司", "MULTIPLE"),
        ("甲有限公司 张三", "AMBIGUOUS"),
        ("示例×有限公司", "MASKED"),
        ("示例锟斤拷有限公司", "DAMAGED"),
        ("葛\U000e0100有限公司", "UNKNOWN_CHAR"),
    ],
)
def test_declines_what_is_cut_masked_or_two(value: str, code: str) -> None:
    assert reason(value) == code


def test_reads_lost_encodings_only_where_it_is_declared() -> None:
    broken = "示例有限公司".encode().decode("latin-1")

    assert reason(broken) == "DAMAGED"
    assert unit_name(broken, mojibake="utf8-as-latin1") == "示例有限公司"
    assert unit_name("\ue863示例公司", pua="gb18030") == "䶮示例公司"


@pytest.mark.parametrize("hints", [{"pua": "gbk"}, {"mojibake": "latin1"}])
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is None or"):
        unit_name("示例公司", **hints)


def test_none_stays_none_and_a_clean_name_the_very_same() -> None:
    value = "示例公司"

    assert unit_name(None) is None
    assert unit_name(value) is value


def test_tells_its_steps() -> None:
    assert explain("unit_name", "示例集团 (上海)Ａ有限公司。") == (
        "characters made half-width",
        "marks at the end removed",
        "brackets of one form",
        "needless blanks removed",
    )


@given(ANY_TEXT, st.sampled_from(DECLARED))
@example("示例 公司 ,", {})
@example("Ａ（ ;）", {})
def test_every_text_gives_a_name_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = unit_name(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert unit_name(once) is once
    assert (explain("unit_name", value, **hints) == ()) == (once == value)
