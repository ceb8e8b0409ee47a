import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import date
from hffix.model.unresolved import Unresolved

DECLARED: tuple[dict[str, Any], ...] = (
    {},
    {"order": "dmy", "window": 1950},
    {"order": "mdy"},
    {"order": "ymd", "window": 1950},
    {"excel": 1900},
    {"excel": 1904, "time": "drop"},
    {"era": "minguo"},
    {"epoch": "s", "tz": 8},
    {"epoch": "ms", "tz": 8, "time": "drop"},
    {"precision": "month"},
    {"allow": ("1900-01-01", "9999-12-31")},
    {"max": "2026-12-31"},
)
MONTHS = ("Jan", "feb", "MAR", "April", "Sept", "十", "二十", "零叁")
TOKENS = (*"0123456789-/.:, TZ'年月日号〇○零一二三十廿百民国元初份至－０１２３\u3000\u200b\u00a0", *MONTHS)
TYPED = st.lists(st.sampled_from((*TOKENS, "2024", "1998", "00:00", "民国", "周二")), max_size=14).map("".join)
FORMATS = (
    "{0:%Y}-{0.month}-{0.day}",
    "{0:%Y/%m/%d} 0:00",
    "{0:%Y}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0:%d-%b-%Y}",
    "{0:%b %d, %Y}",
    "{0:%a %b %d} 00:00:00 CST {0:%Y}",
    "{0:%d/%m/%Y}",
    "{0:%y.%m.%d}",
)
WRITTEN = st.builds(str.format, st.sampled_from(FORMATS), st.dates())
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        date(value, **hints)
    return caught.value.reason.partition(":")[0]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024年02月29日", "2024-02-29"),
        ("２０２４／３／５", "2024-03-05"),
        ("2024-03-05\u00a0", "2024-03-05"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("2024年3⽉5⽇", "2024-03-05"),
        ("2024。3。5", "2024-03-05"),
        ("2024-03\u200b-05", "2024-03-05"),
        ("二○二四年三月五日", "2024-03-05"),
        ("二零二四年十二月三十一日", "2024-12-31"),
        ("贰零贰肆年零壹拾月零贰拾日", "2024-10-20"),
        ("2024年三月5日", "2024-03-05"),
        ("公历2024年3月5日", "2024-03-05"),
        ("2024年3月5日 星期二", "2024-03-05"),
        ("2024年3月5日（周二）", "2024-03-05"),
        ("民国99年9月9日", "2010-09-09"),
        ("民國99年9月9日", "2010-09-09"),
        ("民国元年三月五日", "1912-03-05"),
        ("民国一百一十三年三月五日", "2024-03-05"),
        ("民国一百零三年三月五日", "2014-03-05"),
        ("民国一一三年三月五日", "2024-03-05"),
        ("民国113.3.5", "2024-03-05"),
        ("20240305000000", "2024-03-05"),
        ("2024-03-05-00.00.00.000000", "2024-03-05"),
        ("2024/3/5 12:00:00 AM", "2024-03-05"),
        ("Sun Jul 06 00:00:00 CDT 1986", "1986-07-06"),
        ("05-3月 -2024", "2024-03-05"),
        ("05MAR2024", "2024-03-05"),
    ],
)
def test_reads_what_can_mean_one_day_only(value: str, day: str) -> None:
    assert date(value) == day


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "BLANK"),
        ("\u200b\t", "BLANK"),
        ("-", "PLACEHOLDER"),
        ("n/a", "PLACEHOLDER"),
        ("2023/2/29", "INVALID_DATE"),
        ("民国112年2月29日", "INVALID_DATE"),
        ("民国0年3月5日", "INVALID_DATE"),
        ("2024年3月5日 星期三", "INVALID_DATE"),
        ("Wed Mar 05 00:00:00 CST 2024", "INVALID_DATE"),
        ("0000-00-00", "SENTINEL"),
        ("00000000", "SENTINEL"),
        ("9999年12月31日", "SENTINEL"),
        ("45356", "AMBIGUOUS"),
        ("13/04/2024", "AMBIGUOUS"),
        ("5-Mar-24", "AMBIGUOUS"),
        ("24年3月5日", "AMBIGUOUS"),
        ("2024年正月初五", "AMBIGUOUS"),
        ("民国一百三年三月五日", "BAD_SHAPE"),
        ("二O二四年三月五日", "BAD_SHAPE"),
        ("二〇二四年一二月五日", "BAD_SHAPE"),
        ("公元24年3月5日", "BAD_SHAPE"),
        ("2024-03-005", "BAD_SHAPE"),
        ("5-Mit-2024", "BAD_SHAPE"),
        ("2024-03-05 25:00", "BAD_SHAPE"),
        ("2024-03-05 14:00 AM", "BAD_SHAPE"),
        ("1709568000", "BAD_SHAPE"),
        ("2024-03-05" * 10, "BAD_SHAPE"),
        ("2024-03-05, 2024-04-05", "MULTIPLE"),
        ("20240305~20240405", "MULTIPLE"),
        ("2024-03", "PARTIAL"),
        ("20240305143000", "LOSSY"),
        ("2024-03-05 12:00 PM", "LOSSY"),
        ("2024/3/5 下午 3:00", "LOSSY"),
        ("2024-03-05 00:00:00+08:00", "LOSSY"),
        ("Tue Mar 05 00:00:00 GMT 2024", "LOSSY"),
        ("Wed Jul 06 00:00:00 CDT 2022", "LOSSY"),
        ("2173-10-13", "OUT_OF_RANGE"),
        ("0824-03-05", "OUT_OF_RANGE"),
    ],
)
def test_declines_what_can_mean_another_day_or_none(value: str, code: str) -> None:
    assert reason(value) == code


@pytest.mark.parametrize(
    ("value", "hints", "day"),
    [
        ("05/03/24", {"order": "dmy", "window": 1950}, "2024-03-05"),
        ("050324", {"order": "dmy", "window": 1950}, "2024-03-05"),
        ("八五年三月五日", {"window": 1950}, "1985-03-05"),
        ("5-Mar-24", {"window": 1950}, "2024-03-05"),
        ("113/03/05", {"era": "minguo"}, "2024-03-05"),
        ("1130305", {"era": "minguo"}, "2024-03-05"),
        ("七十五年八月九日", {"era": "minguo"}, "1986-08-09"),
        ("2024-03-05", {"era": "minguo"}, "2024-03-05"),
        ("45356.0", {"excel": 1900}, "2024-03-05"),
        ("45356.6", {"excel": 1900, "time": "drop"}, "2024-03-05"),
        ("-315648000", {"epoch": "s", "tz": 8, "time": "drop"}, "1960-01-01"),
        ("1709568001000", {"epoch": "ms", "tz": 8, "time": "drop"}, "2024-03-05"),
        ("202403", {"precision": "month"}, "2024-03"),
        ("1970-01", {"precision": "month", "allow": ("1970-01",)}, "1970-01"),
        ("9999-12-31", {"allow": ("9999-12-31",)}, "9999-12-31"),
        ("2026-12-31", {"max": "2026-12-31"}, "2026-12-31"),
    ],
)
def test_reads_what_is_declared(value: str, hints: dict[str, Any], day: str) -> None:
    assert date(value, **hints) == day


@pytest.mark.parametrize(
    ("value", "hints", "code"),
    [
        ("24-3-5", {"window": 1950}, "AMBIGUOUS"),
        ("24-3-5", {"order": "ymd"}, "AMBIGUOUS"),
        ("05/03/2024", {"order": "ymd"}, "AMBIGUOUS"),
        ("113/03/05", {"order": "ymd"}, "BAD_SHAPE"),
        ("45356.6", {"excel": 1900}, "LOSSY"),
        ("20240305", {"epoch": "s", "tz": 8}, "BAD_SHAPE"),
        ("1709568000", {"epoch": "ms", "tz": 8}, "BAD_SHAPE"),
        ("1970-01", {"precision": "month"}, "SENTINEL"),
        ("1900-01-01", {"allow": ("1970-01-01",)}, "SENTINEL"),
        ("2024-03-05T00:00:00Z", {"time": "drop"}, "LOSSY"),
    ],
)
def test_declines_what_the_declaration_does_not_cover(value: str, hints: dict[str, Any], code: str) -> None:
    assert reason(value, **hints) == code


@pytest.mark.parametrize(
    ("hints", "error"),
    [
        ({"order": "ydm"}, ValueError),
        ({"excel": 1901}, ValueError),
        ({"era": "showa"}, ValueError),
        ({"time": "keep"}, ValueError),
        ({"precision": "year"}, ValueError),
        ({"epoch": "s"}, ValueError),
        ({"tz": 8}, ValueError),
        ({"epoch": "s", "tz": 20}, ValueError),
        ({"window": 50}, ValueError),
        ({"window": "1950"}, TypeError),
        ({"window": 1950, "era": "minguo"}, ValueError),
        ({"allow": "1970-01-01"}, TypeError),
        ({"allow": ("1970",)}, ValueError),
        ({"allow": (1970,)}, TypeError),
        ({"max": "31/12/2026"}, ValueError),
    ],
)
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(
    hints: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        date("2024-03-05", **hints)


def test_none_stays_none() -> None:
    assert date(None) is None


def test_a_clean_value_is_kept_the_very_same() -> None:
    value = dt.date(2024, 3, 5).isoformat()

    assert date(value) is value


@given(
    st.dates(dt.date(1901, 1, 1), dt.date(2099, 1, 1)).filter(
        lambda day: day not in {dt.date(1904, 1, 1), dt.date(1970, 1, 1)}
    )
)
def test_every_plausible_day_is_read_from_its_chinese_form(day: dt.date) -> None:
    assert date(f"{day.year}年{day.month}月{day.day}日") == day.isoformat()


@given(st.one_of(ANY_TEXT, TYPED, WRITTEN), st.sampled_from(DECLARED))
@example("'2024-03-05", {})
@example("98-1-5", {"era": "minguo"})
def test_every_text_gives_an_iso_date_that_stays_or_is_declined(value: str, hints: dict[str, Any]) -> None:
    try:
        once = date(value, **hints)
    except Unresolved:
        return

    assert once is not None
    month = hints.get("precision") == "month"
    assert dt.date.fromisoformat(f"{once}-01" if month else once).isoformat()[: len(once)] == once
    assert date(once, **hints) is once
